//! The one error type of this crate.

use std::fmt;

use atol_model::{RejectedKkt, ServiceError};
use atol_transport::error::Excerpt;

/// Why the monitor could not tell what was asked.
///
/// ```
/// use atol_monitor::{ErrorKind, KktMonitor};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let monitor = KktMonitor::new()?;
/// match monitor.get_one("00107703864827").await {
///     Ok(kkt) => println!("{kkt}"),
///     Err(error) if error.is_not_found() => println!("no such register in the test environment"),
///     Err(error) => eprintln!("{}", error.report()),
/// }
/// # Ok(())
/// # }
/// ```
///
/// The first line says what happened; [`report`](Self::report) adds the causes and what to do next.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
}

#[derive(Debug)]
enum Source {
    Transport(atol_transport::Error),
    Model(atol_model::Error),
    Rejected(RejectedKkt),
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused; nothing was sent.
    InvalidArgument,
    /// The transport failed or the service said no: see [`Error::transport`].
    Transport,
    /// The answer could not be read as registers: see [`Error::model`].
    Decode,
    /// The answer is about another register than the one asked for.
    WrongRegister,
    /// One record of a list could not be read: see [`Error::rejected`]. The others are not touched.
    Rejected,
    /// The list could not be read to its end; see the message for how far it came.
    Incomplete,
}

/// What every call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    pub(crate) fn rejected_record(record: RejectedKkt) -> Error {
        let serial = record.serial_number.as_deref().map(|serial| Excerpt::of(serial, 40));
        let message = match serial {
            Some(serial) => {
                format!("record {} of the list, register {serial}, could not be read", record.index)
            }
            None => format!("record {} of the list could not be read", record.index),
        };
        Error(Box::new(Inner { kind: ErrorKind::Rejected, message, source: Some(Source::Rejected(record)) }))
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The transport's error with status, attempts and the service's own words, when it was the transport that failed.
    pub fn transport(&self) -> Option<&atol_transport::Error> {
        match &self.0.source {
            Some(Source::Transport(error)) => Some(error),
            _ => None,
        }
    }

    /// The parser's error with path, line and column, when an answer could not be read.
    pub fn model(&self) -> Option<&atol_model::Error> {
        match &self.0.source {
            Some(Source::Model(error)) => Some(error),
            Some(Source::Rejected(record)) => Some(&record.error),
            _ => None,
        }
    }

    /// The record of a list that could not be read, when this error stands in its place in a
    /// [`stream`](crate::KktMonitor::stream): its index, its serial number if there is one, its text.
    pub fn rejected(&self) -> Option<&RejectedKkt> {
        match &self.0.source {
            Some(Source::Rejected(record)) => Some(record),
            _ => None,
        }
    }

    /// The service's error object, when there was one.
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.transport()
            .and_then(atol_transport::Error::service_error)
            .or_else(|| self.model()?.service_error())
    }

    /// The service has no such register.
    ///
    /// # Troubleshooting
    ///
    /// Check the serial number for a missing leading zero, and the environment.
    pub fn is_not_found(&self) -> bool {
        self.transport().is_some_and(atol_transport::Error::is_not_found)
    }

    /// The service does not let us in.
    ///
    /// # Troubleshooting
    ///
    /// See [`atol_transport::Error::is_auth`].
    pub fn is_auth(&self) -> bool {
        self.transport().is_some_and(atol_transport::Error::is_auth)
    }

    /// An argument or a setting was refused, and nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// The first line names the argument, its value and what would be right.
    pub fn is_invalid_argument(&self) -> bool {
        self.kind() == ErrorKind::InvalidArgument
            || self.transport().is_some_and(atol_transport::Error::is_config)
    }

    /// The whole story for a person: what happened, the causes, what to do next.
    pub fn report(&self) -> String {
        match &self.0.source {
            Some(Source::Transport(error)) => error.report(),
            Some(Source::Model(error) | Source::Rejected(RejectedKkt { error, .. })) => {
                format!("{self}\n  caused by: {error}")
            }
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.0.source.as_ref()? {
            // The transport's first line is our own, so its source is ours too.
            Source::Transport(error) => error.source(),
            Source::Model(error) | Source::Rejected(RejectedKkt { error, .. }) => Some(error),
        }
    }
}

impl From<atol_transport::Error> for Error {
    fn from(error: atol_transport::Error) -> Error {
        let message = error.to_string();
        Error(Box::new(Inner { kind: ErrorKind::Transport, message, source: Some(Source::Transport(error)) }))
    }
}

impl From<atol_model::Error> for Error {
    fn from(error: atol_model::Error) -> Error {
        let message = "the service's answer could not be read".to_owned();
        Error(Box::new(Inner { kind: ErrorKind::Decode, message, source: Some(Source::Model(error)) }))
    }
}
