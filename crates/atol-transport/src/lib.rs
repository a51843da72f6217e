//! Tower-based HTTP layer for ATOL Online: token, retry, deadlines, TLS, proxy.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
pub mod call;
pub mod clock;
mod credentials;
mod environment;
pub mod error;
mod judge;
mod timeouts;

pub use self::body::{Body, ResponseBody};
pub use self::credentials::Credentials;
pub use self::environment::{Endpoints, Environment};
pub use self::error::{BoxError, Error, ErrorKind, Result, Sent};
pub use self::timeouts::Timeouts;
