//! What callers can ask an error instead of taking its kind apart, each with what to do then.

use atol_model::ServiceErrorCode;
use http::StatusCode;

use super::{Error, ErrorKind};

impl Error {
    /// The configuration or an argument was refused; nothing was sent.
    ///
    /// # Troubleshooting
    ///
    /// The first line names the setting, its value (unless it is a secret) and what would be right.
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), ErrorKind::Config)
    }

    /// No connection could be made: name not found, refused, no route, out of file descriptors.
    ///
    /// # Troubleshooting
    ///
    /// Check name resolution and the firewall from the same machine (`curl -v https://online.atol.ru`). Where the network
    /// lets nobody out directly, `HTTPS_PROXY` or `ClientBuilder::proxy` name the proxy.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect(_))
    }

    /// The TLS handshake failed; [`TlsFailure`](super::TlsFailure) tells why. Never retried when it is a matter of trust.
    ///
    /// # Troubleshooting
    ///
    /// For [`UnknownIssuer`](super::TlsFailure::UnknownIssuer) pass the missing root with `root_certificates`; for
    /// `Expired` and `NotYetValid` look at the machine's clock first.
    pub fn is_tls(&self) -> bool {
        matches!(self.kind(), ErrorKind::Tls(_))
    }

    /// The proxy did not let us through.
    ///
    /// # Troubleshooting
    ///
    /// [`Error::status`] is the proxy's answer: 407 asks for its login and password, 403 means that it does not
    /// allow this host or port. The service has not seen the request.
    pub fn is_proxy(&self) -> bool {
        matches!(self.kind(), ErrorKind::Proxy)
    }

    /// A time limit of ours ran out; [`Phase`](super::Phase) tells which.
    ///
    /// # Troubleshooting
    ///
    /// A network that drops packets shows as `Connect`, an overloaded service as `Head`. Limits are raised
    /// with `ClientBuilder::timeouts`.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout(_))
    }

    /// The connection broke before the whole answer was there, or what came was not an HTTP answer.
    ///
    /// # Troubleshooting
    ///
    /// One such error among many good calls is a restart or a deploy on the other side. A steady stream of
    /// them is a proxy or a firewall that cuts connections.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.kind(), ErrorKind::Interrupted | ErrorKind::Truncated | ErrorKind::Protocol)
    }

    /// The service said no: an HTTP status other than success or an error object, whatever its code.
    ///
    /// # Troubleshooting
    ///
    /// See [`Error::service_error`] for the code and [`ServiceErrorCode`] for its meaning; `error_id` is what
    /// the vendor's support asks for.
    pub fn is_service(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Service
                | ErrorKind::Status
                | ErrorKind::Unauthorized
                | ErrorKind::CredentialsRejected
                | ErrorKind::UserBlocked
                | ErrorKind::Throttled
        )
    }

    /// The service asks for a pause that is longer than the call may take, or answered 429 to the end.
    ///
    /// # Troubleshooting
    ///
    /// Stay away for [`Error::retry_after`], if that is known, and look for another program that polls the same
    /// account. One request a second for each register is documented for a sibling API of the vendor only; what
    /// this one allows is not known.
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Throttled || self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The service has no such thing: HTTP 404 or code 34.
    ///
    /// # Troubleshooting
    ///
    /// Check the serial number for a missing leading zero, and the environment: a register of production is
    /// not known in the test environment.
    pub fn is_not_found(&self) -> bool {
        (self.status() == Some(StatusCode::NOT_FOUND) && self.kind() != ErrorKind::Proxy)
            || self.service_error().is_some_and(|error| error.code == ServiceErrorCode::StateCheckNotFound)
    }

    /// The service does not let us in: login or password wrong, user blocked, token refused even when fresh, or refused and
    /// no password to get another with.
    ///
    /// # Troubleshooting
    ///
    /// Login and password are those of the integration, from the settings file in the ATOL Online account,
    /// not those of the account itself. A blocked user is unblocked by the vendor's support.
    pub fn is_auth(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::CredentialsRejected
                | ErrorKind::UserBlocked
                | ErrorKind::Unauthorized
                | ErrorKind::NoPassword
                | ErrorKind::InvalidToken
        )
    }

    /// An answer came whole, but is not what was asked for: HTML, an empty body, a redirect, too large.
    ///
    /// # Troubleshooting
    ///
    /// Usually something between you and the service answered in its place: a captive portal, a filter, a
    /// maintenance page. The excerpt in the first line tells which.
    pub fn is_unusable_answer(&self) -> bool {
        matches!(self.kind(), ErrorKind::NotJson | ErrorKind::Redirect | ErrorKind::BodyTooLarge)
    }

    /// The call was cut off on this machine: the runtime that carried it went away.
    ///
    /// # Troubleshooting
    ///
    /// Happens while a program ends. If it does not, a runtime is made and dropped around each call: keep one.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.kind(), ErrorKind::Cancelled)
    }

    /// A layer or service that is not ours failed; [`Error::report`] shows its own error below ours.
    ///
    /// # Troubleshooting
    ///
    /// Look at the layers that the program added. To have its errors told apart, let a layer return [`Error`].
    pub fn is_foreign(&self) -> bool {
        matches!(self.kind(), ErrorKind::Other)
    }
}
