//! An HTTP client for the API of ATOL Online that keeps its promises when the network and the service do not:
//! it logs in by itself, repeats what is worth repeating, ends in time, and never shows a secret.
//!
//! ```no_run
//! # #[cfg(feature = "client")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use atol_transport::{Body, Client, Credentials, Environment};
//! use http::Request;
//!
//! let client = Client::builder(Environment::Test, Credentials::test()).build()?;
//! let request = Request::get("/cash-registers?limit=10").body(Body::empty())?;
//! let answer = client.send(request).await?;
//! println!("{}", String::from_utf8_lossy(answer.value()));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "client"))]
//! # fn main() {}
//! ```
//!
//! It knows the service's logins, error objects and limits, and nothing of cash registers: for those see the crate
//! `atol-monitor`, which is built on this one. All of it is [tower] layers, each usable alone.
//!
//! [tower]: https://docs.rs/tower
//!
//! # The layers
//!
//! [`ClientBuilder`] stacks them in this order. A request goes down the table, its answer comes up.
//!
//! | layer, outermost first | once per | what it does |
//! |---|---|---|
//! | [`ClientBuilder::layer`] | call | yours; the one added last is outermost |
//! | [`RequestIdLayer`] | call | names the call: `X-Request-Id` |
//! | [`TraceLayer::calls`] | call | a span for the call (feature `tracing`) |
//! | [`DeadlineLayer`] | call | ends the call in time, whatever it is doing |
//! | [`RetryLayer`] | call | makes the attempts |
//! | [`TraceLayer::attempts`] | attempt | a span for the attempt (feature `tracing`) |
//! | [`ClientBuilder::attempt_layer`] | attempt | yours; never sees the token |
//! | [`TokenLayer`] | attempt | logs in, puts the token on, repeats once when it was refused |
//! | [`PaceLayer`] | request | waits for a free place, and for the register's second to pass |
//! | [`CollectLayer`] | request | reads the body, up to its limit |
//! | [`AttemptTimeoutLayer`] | request | limits the wait for the head, silences, and the body |
//! | [`RecordLayer`] | request | keeps the answer for [`Client::last_response`] |
//! | [`GzipLayer`] | request | decompresses (feature `gzip`, and only for clients that ask for it) |
//! | [`Leaf`](leaf::Leaf) | request | HTTP/1.1 over TLS, pooled connections |
//!
//! An attempt is one request or two: the login is a request of its own through all that stands below the token.
//!
//! # Three depths
//!
//! **The defaults**, as above. **Layers of your own** around each call or each attempt:
//!
//! ```
//! # #[cfg(feature = "client")]
//! # fn main() -> Result<(), atol_transport::Error> {
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use atol_transport::{Body, Client, Credentials, Environment};
//! use http::{HeaderValue, Request};
//! use tower::util::MapRequestLayer;
//!
//! static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
//!
//! let client = Client::builder(Environment::Test, Credentials::test())
//!     .layer(MapRequestLayer::new(|mut request: Request<Body>| {
//!         request.headers_mut().insert("x-request-id", HeaderValue::from_static("nightly-7"));
//!         request
//!     }))
//!     .attempt_layer(MapRequestLayer::new(|request: Request<Body>| {
//!         ATTEMPTS.fetch_add(1, Ordering::Relaxed);
//!         request
//!     }))
//!     .build()?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "client"))]
//! # fn main() {}
//! ```
//!
//! **A stack of your own** of these layers and others, over whatever carries the request. Without default features
//! that is all this crate is:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use atol_transport::clock::SystemClock;
//! use atol_transport::{
//!     AttemptTimeoutLayer, Body, BoxError, Client, CollectLayer, Credentials, DeadlineLayer, Environment,
//!     ResponseBody, RetryLayer, RetryPolicy, Timeouts, TokenLayer, Tokens,
//! };
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, service_fn};
//!
//! let clock = SystemClock::shared();
//! let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build()?;
//! let stack = ServiceBuilder::new()
//!     .layer(DeadlineLayer::new(Duration::from_secs(20), clock.clone()))
//!     .layer(RetryLayer::new(RetryPolicy::default(), clock.clone()))
//!     .layer(TokenLayer::new(tokens.clone()))
//!     .layer(CollectLayer::new(clock.clone()))
//!     .layer(AttemptTimeoutLayer::new(Timeouts::default(), clock))
//!     .service(service_fn(|request: Request<Body>| async move {
//!         // Here goes what really sends it.
//!         let is_login = request.uri().path() == "/api/auth/v1/gettoken";
//!         let answer = if is_login { r#"{"error":null,"token":"abc"}"# } else { "[]" };
//!         Ok::<_, BoxError>(Response::new(ResponseBody::full(answer)))
//!     }));
//! let client = Client::from_service(stack).with_tokens(tokens);
//!
//! let answer = client.send(Request::get("/cash-registers").body(Body::empty())?).await?;
//! assert_eq!(answer.value(), "[]");
//! assert!(client.token_is_cached());
//! # Ok(())
//! # }
//! ```
//!
//! # What happens unless you say otherwise
//!
//! | | default | set with |
//! |---|---|---|
//! | connecting: name, TCP and TLS together | 5 s | [`Timeouts`] |
//! | waiting for the head of an answer | 20 s | [`Timeouts`] |
//! | a silence in a body, a whole body | 10 s, 30 s | [`Timeouts`] |
//! | the whole call, pauses included | 60 s | [`Timeouts`] |
//! | attempts of a call | 4 | [`RetryPolicy`] |
//! | the pause between them | at random up to 0.5 s, 1 s, 2 s; up to 5 min if the service asks for it | [`RetryPolicy`] |
//! | repeats while the service is down | 100 in all, and one for every 10 calls that succeed | [`RetryPolicy`] |
//! | a token | 24 h, renewed from 2 h before its end; one login for all callers | [`token`] |
//! | after a wrong password | no login for 1, 5, 15, then 30 min | [`token`] |
//! | requests at once | 8 | [`Pacing`] |
//! | requests for one register | 1.1 s apart, for requests with a [`SpacingKey`](call::SpacingKey) | [`Pacing`] |
//! | an answer | 8 MiB | [`ClientBuilder::max_body`] |
//! | trusted authorities | those of the machine | [`ClientBuilder::root_certificates`] |
//!
//! What is repeated is listed at [`TransientErrors`](retry::TransientErrors). Redirects are never followed.
//!
//! # Secrets
//!
//! - The token and the password go to the environment's own origin, over https (http to this machine only), and
//!   nowhere else: not to the target of a redirect, not into URLs, not to your layers.
//! - `Debug`, errors and logs show neither login, password nor token. Where the service's own answer repeats what
//!   it was sent, `[hidden]` stands in its place.
//! - Text of the service is shortened, and control characters in it are escaped, before it is shown.
//! - Certificates are always checked; there is no switch.
//! - Password and token are wiped from memory when the last holder is dropped, and so is what is made of them on the
//!   way. The copies in the buffers of HTTP and TLS are out of reach.
//!
//! # Features
//!
//! | feature | default | brings | costs |
//! |---|---|---|---|
//! | `client` | yes | [`Client::builder`], connections, TLS | doubles the crates to compile, to about 65: hyper, rustls, ring |
//! | `tracing` | no | spans and events, an allow-list of fields: [`TraceLayer`] | nothing to compile beyond `client` |
//! | `file-token-store` | no | [`FileTokenStore`](token::FileTokenStore): a command that cron starts logs in once a day | half a dozen small crates |
//! | `gzip` | no | compressed answers, for clients that call [`ClientBuilder::accept_gzip`] | a dozen crates: tower-http, flate2 |
//!
//! Features only add; none changes what the others do.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "client", feature = "tracing", feature = "file-token-store", feature = "gzip")),
    allow(rustdoc::broken_intra_doc_links, reason = "this page links to what only a feature brings")
)]

mod attempt_timeout;
mod body;
#[cfg(feature = "client")]
mod builder;
pub mod call;
mod client;
pub mod clock;
mod collect;
mod credentials;
mod deadline;
mod environment;
pub mod error;
#[cfg(feature = "gzip")]
mod gzip;
mod json;
mod judge;
mod last_response;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod leaf;
mod pace;
#[cfg(feature = "client")]
mod proxy;
mod record;
mod request_id;
pub mod retry;
mod retry_after;
mod secrets;
#[cfg(test)]
mod testing;
mod timed_body;
mod timeouts;
mod timer;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod tls;
pub mod token;
#[cfg(feature = "tracing")]
mod trace;

pub use self::attempt_timeout::{AttemptTimeout, AttemptTimeoutFuture, AttemptTimeoutLayer};
pub use self::body::{Body, ResponseBody};
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub use self::builder::ClientBuilder;
pub use self::client::{Client, Response, Stack};
pub use self::collect::{Collect, CollectLayer};
pub use self::credentials::Credentials;
pub use self::deadline::{DeadlineFuture, DeadlineLayer, DeadlineService};
pub use self::environment::{Endpoints, Environment};
pub use self::error::{BoxError, Error, ErrorKind, Result, Sent};
#[cfg(feature = "gzip")]
#[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
pub use self::gzip::{Gzip, GzipLayer};
pub use self::last_response::LastResponse;
pub use self::pace::{Pace, PaceLayer, Pacing};
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub use self::proxy::Proxy;
pub use self::record::{Record, RecordFuture, RecordLayer, Recorder};
pub use self::request_id::{RequestId, RequestIdLayer};
pub use self::retry::{RetryLayer, RetryPolicy};
pub use self::timeouts::Timeouts;
pub use self::token::{Token, TokenLayer, TokenStore, Tokens};
#[cfg(feature = "tracing")]
pub use self::trace::{Trace, TraceLayer};

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../README.md")]
struct Readme;
