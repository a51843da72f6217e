//! Tower-based HTTP layer for ATOL Online: token, retry, deadlines, TLS, proxy.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
pub mod call;
pub mod clock;
mod collect;
mod credentials;
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
#[cfg(test)]
mod testing;
mod timeouts;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod tls;
pub mod token;
#[cfg(feature = "tracing")]
mod trace;

pub use self::body::{Body, ResponseBody};
pub use self::collect::{Collect, CollectLayer};
pub use self::credentials::Credentials;
pub use self::environment::{Endpoints, Environment};
pub use self::error::{BoxError, Error, ErrorKind, Result, Sent};
pub use self::last_response::LastResponse;
pub use self::pace::{Pace, PaceLayer, Pacing};
pub use self::record::{Record, RecordFuture, RecordLayer, Recorder};
pub use self::request_id::{RequestId, RequestIdLayer};
pub use self::timeouts::Timeouts;
pub use self::token::{Token, TokenLayer, TokenStore, Tokens};
#[cfg(feature = "tracing")]
pub use self::trace::{Trace, TraceLayer};
