//! Why requests and polls fail, in few enough words to be a label.

use atol_monitor::ErrorKind as MonitorErrorKind;
use atol_transport::ErrorKind;

/// What went wrong, coarsely: a label has to keep its few values for years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Config,
    Connect,
    Tls,
    Proxy,
    Timeout,
    Interrupted,
    Status,
    Service,
    Login,
    Throttled,
    Answer,
    Other,
}

impl Cause {
    pub(crate) const ALL: [Cause; 12] = [
        Cause::Config,
        Cause::Connect,
        Cause::Tls,
        Cause::Proxy,
        Cause::Timeout,
        Cause::Interrupted,
        Cause::Status,
        Cause::Service,
        Cause::Login,
        Cause::Throttled,
        Cause::Answer,
        Cause::Other,
    ];

    /// The value of the label.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Cause::Config => "config",
            Cause::Connect => "connect",
            Cause::Tls => "tls",
            Cause::Proxy => "proxy",
            Cause::Timeout => "timeout",
            Cause::Interrupted => "interrupted",
            Cause::Status => "status",
            Cause::Service => "service",
            Cause::Login => "login",
            Cause::Throttled => "throttled",
            Cause::Answer => "answer",
            Cause::Other => "other",
        }
    }
}

impl From<ErrorKind> for Cause {
    fn from(kind: ErrorKind) -> Cause {
        match kind {
            ErrorKind::Config => Cause::Config,
            ErrorKind::Connect(_) => Cause::Connect,
            ErrorKind::Tls(_) => Cause::Tls,
            ErrorKind::Proxy => Cause::Proxy,
            ErrorKind::Timeout(_) => Cause::Timeout,
            ErrorKind::Interrupted | ErrorKind::Truncated => Cause::Interrupted,
            ErrorKind::Status | ErrorKind::Redirect => Cause::Status,
            ErrorKind::Service => Cause::Service,
            ErrorKind::CredentialsRejected
            | ErrorKind::UserBlocked
            | ErrorKind::Unauthorized
            | ErrorKind::InvalidToken => Cause::Login,
            ErrorKind::Throttled => Cause::Throttled,
            ErrorKind::Protocol | ErrorKind::BodyTooLarge | ErrorKind::NotJson => Cause::Answer,
            _ => Cause::Other,
        }
    }
}

impl From<&atol_monitor::Error> for Cause {
    fn from(error: &atol_monitor::Error) -> Cause {
        match (error.kind(), error.transport()) {
            (
                MonitorErrorKind::Decode | MonitorErrorKind::WrongRegister | MonitorErrorKind::Incomplete,
                _,
            ) => Cause::Answer,
            (_, Some(error)) => error.kind().into(),
            _ => Cause::Other,
        }
    }
}
