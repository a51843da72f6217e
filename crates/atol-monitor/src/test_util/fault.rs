//! What can go wrong.

use atol_model::ServiceErrorCode;
use http::StatusCode;

/// What an [`InMemory`](super::InMemory) does instead of answering well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No connection can be made.
    Unreachable,
    /// No answer ever comes.
    Hang,
    /// A page of HTML with this status: a proxy's 502 or, with 200, a captive portal.
    Html(StatusCode),
    /// The service's error object with this code and its usual status.
    Service(ServiceErrorCode),
    /// The right answer, whose body breaks off after so many bytes.
    Torn(usize),
}
