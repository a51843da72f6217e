//! The token: fetched when it is first needed, shared by all callers, replaced before and after it expires.
//!
//! ```
//! use atol_transport::{Body, BoxError, Credentials, Environment, ResponseBody, TokenLayer, Tokens};
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! // Stands in for the HTTP client.
//! let service = service_fn(|request: Request<Body>| async move {
//!     let answer = match request.uri().path() {
//!         "/api/auth/v1/gettoken" => r#"{"error":null,"token":"abc","timestamp":"24.11.2026 10:00:00"}"#,
//!         _ if request.headers()["token"] == "abc" => "[]",
//!         path => return Err(BoxError::from(format!("{path} without a token"))),
//!     };
//!     Ok(Response::new(ResponseBody::full(answer)))
//! });
//!
//! let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build()?;
//! let stack = ServiceBuilder::new().layer(TokenLayer::new(tokens.clone())).service(service);
//!
//! let uri = Environment::Test.endpoints().api("/cash-registers")?;
//! let answer = stack.oneshot(Request::get(uri).body(Body::empty())?).await?;
//! assert_eq!(answer.body().as_bytes().map(|body| &body[..]), Some(&b"[]"[..]));
//! assert!(tokens.is_cached());
//! # Ok(())
//! # }
//! ```
//!
//! # The rules
//!
//! - **One login for everybody.** The first caller without a token sends a login from a task of its own; all
//!   others wait for that one, and share its failure as they share its success. A caller who gives up, or
//!   whose deadline passes, takes nothing down. If the runtime that carries the login goes away, the next
//!   caller sends another.
//! - **24 hours**, counted from the moment the login was sent, by whichever of the monotonic and the wall clock
//!   says more. From 2 h before the end callers set off an early refresh, at a random moment of an hour; they
//!   do not wait for it. One that fails leaves the token in use and is repeated after 5 min; one that brings the
//!   same token, after 30 min, which a store keeps in mind. There is no background task: a client that nobody calls
//!   sends nothing.
//! - **401 with code 10 or 11:** the token is dropped, unless there is a newer one already, and the request is
//!   repeated once with the next token. A second refusal is returned as it is.
//! - **401 without a code** may be about the token or about the one path that answers so: the request is repeated
//!   once with a newer token, while all others go on with the one at hand. If the newer one is refused without a code
//!   too and works for other paths, this path is believed to be the trouble: for an hour, and longer each time up to a
//!   day, its refusals are returned as they are, until it succeeds. Logins that do not help are 15 min apart, whatever
//!   the paths; with more than 64 such paths, or with none that succeeds, they go on.
//!   Without a password, which leaves no login to tell by, it is as with a code.
//! - **Wrong login or password (12), blocked user (14):** the error comes at once, and then without asking the
//!   service, for 1, 5, 15, 30 min; never more than four logins go out in an hour. Each error tells when the
//!   next login is tried ([`Error::retry_after`](crate::Error::retry_after)).
//!   [`Tokens::set_credentials`] and [`Tokens::end_pause`] end the pause. A store that keeps [`Refusals`], as
//!   the one in files does, makes processes that follow each other share it.
//! - **Logins that do not help** are held back in the same way: when fresh tokens are refused twice in a row,
//!   and when four tokens in a row worked for less than an hour each, which is what two programs with one
//!   account do to each other.
//! - **Other failures** of the login come out as they are (`503`, no connection), so that a retry layer outside
//!   repeats the call. A second passes between a login that the service failed and the next one; if its answer asks to
//!   wait (`Retry-After`), as long as it says, up to 5 min, in which callers get the error at once.
//! - **A [`TokenStore`]** keeps the token for other clients and later processes. Its failures are warnings. Those who
//!   share one that has a lock, as the ones in files and in memory do, log in one after the other: who had to wait
//!   takes what the one before has left. After 25 s the wait ends, and the login is sent without the lock. An early
//!   refresh does not wait: while somebody else has the lock, it is put off for 5 min.
//!
//! # Place in the stack
//!
//! Inside the retry layer, so that each attempt is stamped afresh; outside the time limit of an attempt, so
//! that logins have one too. Layers outside never see the token. The login goes through the services inside, as
//! an ordinary request: a `POST` without a `token` header.
//!
//! A request to any other origin than that of the environment is refused
//! ([`ErrorKind::Config`](crate::ErrorKind::Config)), so that the token cannot leave it.

mod builder;
mod cooldown;
mod expiry;
mod fetch;
#[cfg(feature = "file-token-store")]
mod file_store;
mod flight;
mod issued;
mod landing;
mod layer;
mod lock;
mod login;
mod notice;
mod refusals;
mod relogin;
mod service;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod tokens;
mod unexplained;
mod value;

pub use self::builder::TokensBuilder;
#[cfg(feature = "file-token-store")]
#[cfg_attr(docsrs, doc(cfg(feature = "file-token-store")))]
pub use self::file_store::FileTokenStore;
pub use self::layer::TokenLayer;
pub use self::lock::StoreLock;
pub use self::refusals::Refusals;
pub(crate) use self::service::TOKEN;
pub use self::service::TokenService;
pub use self::store::{MemoryTokenStore, StoredToken, TokenKey, TokenStore};
pub use self::tokens::Tokens;
pub use self::value::Token;
