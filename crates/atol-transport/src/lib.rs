//! Tower-based HTTP layer for ATOL Online: token, retry, deadlines, TLS, proxy.
#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod json;
mod judge;
mod last_response;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod leaf;
mod pace;
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
pub use self::last_response::LastResponse;
pub use self::pace::{Pace, PaceLayer, Pacing};
pub use self::record::{Record, RecordFuture, RecordLayer, Recorder};
pub use self::request_id::{RequestId, RequestIdLayer};
pub use self::retry::{RetryLayer, RetryPolicy};
pub use self::timeouts::Timeouts;
pub use self::token::{Token, TokenLayer, TokenStore, Tokens};
#[cfg(feature = "tracing")]
pub use self::trace::{Trace, TraceLayer};
