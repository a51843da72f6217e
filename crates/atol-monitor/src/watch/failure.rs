//! Why something is not known: an error as data, to be stored, counted and shown.

use std::fmt;

use atol_model::RejectedKkt;
use atol_transport::error::Excerpt;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// The longest summary, in characters: enough for status, code and the service's own words.
const SUMMARY: usize = 300;

/// Why a poll or the question for one register brought nothing.
///
/// ```
/// use atol_monitor::watch::{Failure, FailureKind};
///
/// let error = atol_transport::Error::new(atol_transport::ErrorKind::NotJson, "the service answered with HTML");
/// let failure = Failure::from(&atol_monitor::Error::from(error));
/// assert_eq!(failure.kind, FailureKind::NotJson);
/// assert_eq!(failure.to_string(), "the service answered with HTML");
/// ```
///
/// Unlike an [`Error`] it can be cloned, compared and written to a file. The summary is one line, fit to be shown, and
/// holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of failure it was.
    pub kind: FailureKind,
    /// What happened, in one line.
    pub summary: String,
}

impl Failure {
    /// A failure of your own, for a [`Watcher`](super::Watcher) that is fed by other means than a monitor.
    pub fn new(kind: FailureKind, summary: &str) -> Self {
        Self { kind, summary: Excerpt::of(summary, SUMMARY).to_string() }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let kind = FailureKind::of(error);
        match error.model() {
            // The first line says only that it could not be read; the parser says where and why.
            Some(model) => Self::new(kind, &format!("{error}: {model}")),
            None => Self::new(kind, &error.to_string()),
        }
    }
}

impl From<&RejectedKkt> for Failure {
    fn from(rejected: &RejectedKkt) -> Self {
        Self::new(FailureKind::Rejected, &rejected.error.to_string())
    }
}

/// The summary.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.summary)
    }
}

/// Kinds of failure, few enough to count by and to put into a metric's label.
///
/// ```
/// use atol_monitor::watch::FailureKind;
///
/// assert_eq!(FailureKind::NotFound.as_str(), "not-found");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FailureKind {
    /// Nobody has asked yet.
    NotAsked,
    /// No connection: name resolution, network, proxy.
    Connect,
    /// No trust between the two sides, or no TLS at all.
    Tls,
    /// A time limit ran out.
    Timeout,
    /// The connection broke, or what came was cut short or no HTTP.
    Interrupted,
    /// The service does not let us in.
    Auth,
    /// The service asks for a pause.
    Throttled,
    /// The service has no such register.
    NotFound,
    /// The service refused or failed: any other status or error object.
    Service,
    /// What came is not JSON: a portal, a filter, a maintenance page.
    NotJson,
    /// The answer is JSON and cannot be read as registers.
    Decode,
    /// The service answered with another register.
    WrongRegister,
    /// The list could not be read to its end.
    Incomplete,
    /// The record of this register in the list cannot be read.
    Rejected,
    /// The list holds a record that does not tell whose it is, so it may be this register's.
    Unidentified,
    /// The record does not tell when it was formed, or says that it will be.
    Undated,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// The name in JSON and in labels; it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Auth => "auth",
            Self::Throttled => "throttled",
            Self::NotFound => "not-found",
            Self::Service => "service",
            Self::NotJson => "not-json",
            Self::Decode => "decode",
            Self::WrongRegister => "wrong-register",
            Self::Incomplete => "incomplete",
            Self::Rejected => "rejected",
            Self::Unidentified => "unidentified",
            Self::Undated => "undated",
            Self::Other => "other",
        }
    }

    /// Whether the service had something to say about the one register that was asked for: then the poll itself worked.
    pub(super) fn is_about_the_register(self) -> bool {
        matches!(
            self,
            Self::NotFound | Self::Decode | Self::WrongRegister | Self::Rejected | Self::Unidentified
        )
    }

    fn of(error: &Error) -> Self {
        use atol_transport::ErrorKind as Transport;

        if error.is_not_found() {
            return Self::NotFound;
        }
        match (error.kind(), error.transport().map(atol_transport::Error::kind)) {
            (_, Some(Transport::Connect(_) | Transport::Proxy)) => Self::Connect,
            (_, Some(Transport::Tls(_))) => Self::Tls,
            (_, Some(Transport::Timeout(_))) => Self::Timeout,
            (_, Some(Transport::Interrupted | Transport::Truncated | Transport::Protocol)) => {
                Self::Interrupted
            }
            (
                _,
                Some(
                    Transport::CredentialsRejected
                    | Transport::UserBlocked
                    | Transport::Unauthorized
                    | Transport::NoPassword
                    | Transport::InvalidToken,
                ),
            ) => Self::Auth,
            (_, Some(Transport::Throttled)) => Self::Throttled,
            (_, Some(Transport::Service | Transport::Status | Transport::Redirect)) => Self::Service,
            (_, Some(Transport::NotJson)) => Self::NotJson,
            (_, Some(Transport::BodyTooLarge)) | (ErrorKind::Decode, None) => Self::Decode,
            (ErrorKind::WrongRegister, None) => Self::WrongRegister,
            (ErrorKind::Incomplete, None) => Self::Incomplete,
            (ErrorKind::Rejected, None) => Self::Rejected,
            _ => Self::Other,
        }
    }
}

/// The name in JSON.
impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
