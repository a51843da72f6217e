//! The one error type of this crate.

mod excerpt;
mod kind;
mod predicates;
mod shared;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use atol_model::ServiceError;
use http::StatusCode;

pub use self::excerpt::Excerpt;
pub use self::kind::{ConnectFailure, ErrorKind, Phase, TlsFailure};

/// A foreign error on its way through a tower stack.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Whether the request may have reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer to the question")]
pub enum Sent {
    /// It certainly did not: it failed before its first byte was written.
    No,
    /// It may have: it failed after the connection stood and before an answer came.
    Maybe,
    /// It did: the service answered.
    Yes,
}

/// Why a call failed.
///
/// ```
/// use atol_transport::{Credentials, ErrorKind};
///
/// let Err(error) = Credentials::new("", "secret") else { panic!("an empty login is refused") };
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert_eq!(error.to_string(), "the login is empty: it must have 1 to 100 characters");
/// ```
///
/// The first line, as `Display` gives it, says what happened, with the HTTP status and the service's code and
/// text where there was an answer; [`Error::report`] adds the causes below it and what to do next. Neither
/// ever holds a password, a token or the content of a login.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    advice: Option<Cow<'static, str>>,
    sent: Sent,
    attempts: u32,
    elapsed: Duration,
    status: Option<StatusCode>,
    service_error: Option<ServiceError>,
    retry_after: Option<Duration>,
    reused_connection: bool,
    proxy_variable: Option<&'static str>,
    source: Option<BoxError>,
}

/// What every call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with a first line of its own: lower case, no full stop at the end, no secret.
    ///
    /// For layers and services of your own. [`Error::sent`] starts as what the kind implies.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            advice: None,
            sent: kind.sent(),
            attempts: 0,
            elapsed: Duration::ZERO,
            status: None,
            service_error: None,
            retry_after: None,
            reused_connection: false,
            proxy_variable: None,
            source: None,
        }))
    }

    /// Takes an error out of a tower stack: ours as it is, a foreign one wrapped as [`ErrorKind::Other`].
    pub fn from_boxed(error: BoxError) -> Error {
        match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(error) => {
                Error::new(ErrorKind::Other, "a layer or service of the stack failed").with_source(error)
            }
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// The cause alone, for an error that says the rest in its own first line.
    pub(crate) fn into_source(self) -> Option<BoxError> {
        self.0.source
    }

    /// Adds what a person should do next; shown by [`Error::report`].
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Error {
        self.0.advice = Some(advice.into());
        self
    }

    /// Says whether the request may have reached the service, where it differs from what the kind implies.
    #[must_use]
    pub fn with_sent(mut self, sent: Sent) -> Error {
        self.0.sent = sent;
        self
    }

    /// Adds the HTTP status of the answer.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Error {
        self.0.status = Some(status);
        self
    }

    /// Adds the error object of the answer.
    #[must_use]
    pub fn with_service_error(mut self, service_error: ServiceError) -> Error {
        self.0.service_error = Some(service_error);
        self
    }

    /// Adds how long the service asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Duration) -> Error {
        self.0.retry_after = Some(retry_after);
        self
    }

    /// Notes that the request went out on a connection that had served another request before.
    ///
    /// For services of your own below the retry layer: such a connection may have been closed by the other
    /// side in the same moment, which says nothing about its health, so the first repeat needs no pause.
    #[must_use]
    pub fn with_reused_connection(mut self) -> Error {
        self.0.reused_connection = true;
        self
    }

    /// Says which variable named the proxy that the failure is about.
    #[must_use]
    pub fn with_proxy_variable(mut self, name: &'static str) -> Error {
        self.0.proxy_variable = Some(name);
        self
    }

    /// Notes how many attempts were made and how long they took together.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Error {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request may have reached the service.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// How many times the request was tried: 0 when it failed before the first attempt.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the attempts took together, waits between them included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The HTTP status of the answer, when there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The error object of the answer, when there was one.
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.0.service_error.as_ref()
    }

    /// How long to wait before the next request: what the service asked for (`Retry-After`), or what is left of
    /// the pause that refused logins are followed by.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request went out on a connection that had served another request before.
    pub fn is_on_reused_connection(&self) -> bool {
        self.0.reused_connection
    }

    /// The variable that named the proxy, such as `HTTPS_PROXY`, when the proxy is what failed: it could not be reached or
    /// did not let us through. `None` as well where the program named the proxy itself.
    pub fn proxy_variable(&self) -> Option<&'static str> {
        self.0.proxy_variable
    }

    /// What to do next, in one or two sentences for a person; not every error has it.
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The whole story for a person: the first line, the causes below it, what to do next.
    ///
    /// ```
    /// use atol_transport::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Other, "the archive could not be read")
    ///     .with_source("disk full")
    ///     .with_advice("make room and try again");
    /// assert_eq!(
    ///     error.report(),
    ///     "the archive could not be read\n  caused by: disk full\n  what to do: make room and try again",
    /// );
    /// ```
    pub fn report(&self) -> String {
        let mut report = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            report.push_str("\n  caused by: ");
            report.push_str(&Excerpt::of(&error.to_string(), 500).to_string());
            cause = error.source();
        }
        if let Some(advice) = self.advice() {
            report.push_str("\n  what to do: ");
            report.push_str(advice);
        }
        report
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts in {:.1} s)", self.0.attempts, self.0.elapsed.as_secs_f64())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("sent", &self.0.sent)
            .field("attempts", &self.0.attempts)
            .field("status", &self.0.status)
            .field("service_error", &self.0.service_error)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
