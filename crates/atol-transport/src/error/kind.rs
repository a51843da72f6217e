//! The kinds of failure that callers can tell apart.

use super::Sent;

/// What kind of failure an [`Error`](super::Error) is.
///
/// Each kind says whether the retry layer of this crate tries again on its own; what still arrives at you has
/// been tried as often as the policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or an argument was refused. Nothing was sent; not retried.
    Config,
    /// No connection could be made. Not sent; retried.
    Connect(ConnectFailure),
    /// The TLS handshake failed. Not sent; retried only when the peer closed in the middle of it.
    Tls(TlsFailure),
    /// The proxy refused to let us through. Not sent; retried unless it asked for a login (407).
    Proxy,
    /// A time limit ran out. Retried, except for [`Phase::Call`], which ends the whole call.
    Timeout(Phase),
    /// The connection ended before a complete answer head came. Perhaps sent; retried.
    Interrupted,
    /// The answer was cut short. Sent; retried.
    Truncated,
    /// What came was not a legal HTTP answer. Perhaps sent; not retried.
    Protocol,
    /// The answer is larger than allowed. Sent; not retried.
    BodyTooLarge,
    /// The service answered with a redirect, which is never followed. Sent; not retried.
    Redirect,
    /// A status other than success, without an error object. Sent; 429, 500, 502, 503 and 504 are retried.
    Status,
    /// An error object of the service, whatever the HTTP status. Sent; code 50 is retried, and 429, 502, 503 and 504
    /// with any code.
    Service,
    /// A successful status with something other than JSON. Sent; retried once.
    NotJson,
    /// Login or password are wrong. Sent; not retried, and not tried again during a cool-down.
    CredentialsRejected,
    /// The user is blocked at the service. Sent; not retried, and not tried again during a cool-down.
    UserBlocked,
    /// A fresh token was refused. Sent; not retried.
    Unauthorized,
    /// There is no token that the service takes, and no password to get another with. No login was sent; not retried.
    NoPassword,
    /// The service answered the login with something that cannot be a token. Sent; not retried.
    InvalidToken,
    /// The service asks for a longer wait than this call may take. Sent; see `retry_after()`.
    Throttled,
    /// The runtime that carried the call went away. Perhaps sent; not retried.
    Cancelled,
    /// An error of a foreign layer or service. Not retried.
    Other,
}

/// Why no connection could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectFailure {
    /// The name of the host could not be resolved.
    Dns,
    /// The host refuses connections on that port.
    Refused,
    /// This machine could not open a connection: out of file descriptors or ports, no permission.
    Local,
    /// Anything else: no route, connection reset.
    Other,
}

/// Why a TLS handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate is signed by an authority that is not trusted here, or an intermediate is missing.
    UnknownIssuer,
    /// The certificate is for another name.
    WrongName,
    /// The certificate has expired, or this machine's clock is ahead.
    Expired,
    /// The certificate is not valid yet, or this machine's clock is behind.
    NotYetValid,
    /// The other side does not speak TLS.
    NotTls,
    /// The other side closed the connection in the middle of the handshake.
    Closed,
    /// Anything else: no common version or cipher suite, a broken certificate, an alert.
    Other,
}

/// Which time limit ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Resolving the name (part of the connect limit).
    Dns,
    /// Making the TCP connection (part of the connect limit).
    Connect,
    /// The TLS handshake (part of the connect limit).
    Tls,
    /// Waiting for the head of the answer.
    Head,
    /// Nothing of the body came for too long.
    BodyIdle,
    /// The whole body took too long.
    BodyTotal,
    /// The whole call, attempts and waits together.
    Call,
}

impl ErrorKind {
    /// Whether a request that failed in this way may have reached the service.
    pub(super) fn sent(self) -> Sent {
        match self {
            ErrorKind::Config
            | ErrorKind::NoPassword
            | ErrorKind::Connect(_)
            | ErrorKind::Tls(_)
            | ErrorKind::Proxy
            | ErrorKind::Timeout(Phase::Dns | Phase::Connect | Phase::Tls) => Sent::No,
            ErrorKind::Timeout(Phase::Head | Phase::Call)
            | ErrorKind::Interrupted
            | ErrorKind::Protocol
            | ErrorKind::Cancelled
            | ErrorKind::Other => Sent::Maybe,
            ErrorKind::Timeout(Phase::BodyIdle | Phase::BodyTotal)
            | ErrorKind::Truncated
            | ErrorKind::BodyTooLarge
            | ErrorKind::Redirect
            | ErrorKind::Status
            | ErrorKind::Service
            | ErrorKind::NotJson
            | ErrorKind::CredentialsRejected
            | ErrorKind::UserBlocked
            | ErrorKind::Unauthorized
            | ErrorKind::InvalidToken
            | ErrorKind::Throttled => Sent::Yes,
        }
    }
}
