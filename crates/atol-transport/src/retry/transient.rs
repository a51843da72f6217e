//! Which failures of this service pass by themselves.

use std::time::Duration;

use atol_model::ServiceErrorCode;
use http::StatusCode;

use super::{Decision, Policy, State};
use crate::error::{Error, ErrorKind, Phase, TlsFailure};

/// The reference asks for at least a second before a request is repeated after a system error.
const AFTER_SYSTEM_ERROR: Duration = Duration::from_secs(1);

/// Repeats what may succeed the next time. Every call of this API reads or logs in, so it is safe to repeat
/// one that may have been received; put [`Policy`] around it for calls that are not.
///
/// | failure | decision |
/// |---|---|
/// | no connection; TLS handshake cut off; time limit of an attempt; torn or interrupted answer | repeat |
/// | the same on a connection that had been used before, first attempt | repeat at once |
/// | 429, 502, 503, 504; 500 without an error object | repeat |
/// | code 50 | repeat, a second later at the earliest |
/// | a success with something other than JSON | repeat once |
/// | proxy | repeat, unless it asks for a login (407) |
/// | everything else | permanent |
///
/// It sets no limit: add [`Policy::with_attempt_limit`] or [`Policy::with_time_limit`].
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a rule without settings")]
pub struct TransientErrors;

impl Policy for TransientErrors {
    fn decide(&self, state: &State, error: &Error) -> Decision {
        match error.kind() {
            ErrorKind::Interrupted if error.is_on_reused_connection() && state.attempts <= 1 => {
                Decision::ContinueAtOnce
            }
            ErrorKind::Timeout(Phase::Call) => Decision::Permanent,
            ErrorKind::Connect(_)
            | ErrorKind::Tls(TlsFailure::Closed)
            | ErrorKind::Timeout(_)
            | ErrorKind::Interrupted
            | ErrorKind::Truncated => Decision::Continue,
            ErrorKind::NotJson if state.in_a_row <= 1 => Decision::Continue,
            ErrorKind::NotJson => Decision::Exhausted,
            ErrorKind::Proxy if error.status() != Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => {
                Decision::Continue
            }
            ErrorKind::Service if has_system_error(error) => Decision::ContinueAfter(AFTER_SYSTEM_ERROR),
            ErrorKind::Service if error.status().is_some_and(is_passing) => Decision::Continue,
            ErrorKind::Status if error.status().is_some_and(is_passing_without_reason) => Decision::Continue,
            _ => Decision::Permanent,
        }
    }
}

/// Something is wrong on the service's own side: code 50.
fn has_system_error(error: &Error) -> bool {
    error.service_error().is_some_and(|error| error.code == ServiceErrorCode::ErrorServerConfiguration)
}

fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// A 500 with an error object says what is wrong, and only code 50 passes by itself; one without may.
fn is_passing_without_reason(status: StatusCode) -> bool {
    status == StatusCode::INTERNAL_SERVER_ERROR || is_passing(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ConnectFailure, Sent};
    use atol_model::ServiceError;

    /// An error with the status of the answer from which it was made; 0 for none.
    fn failure(kind: ErrorKind, status: u16) -> Error {
        let error = Error::new(kind, "failed");
        match StatusCode::from_u16(status) {
            Ok(status) => error.with_status(status),
            Err(_) => error,
        }
    }

    /// What is decided after the first attempt, whatever is known of whether it was sent.
    fn decision(kind: ErrorKind, status: u16) -> Decision {
        let decide = |sent| {
            let state = State::default().with_sent(sent);
            TransientErrors.decide(&state, &failure(kind, status).with_sent(sent))
        };
        let decision = decide(Sent::No);
        assert_eq!(decide(Sent::Maybe), decision, "{kind:?}: all calls are safe to repeat");
        assert_eq!(decide(Sent::Yes), decision, "{kind:?}: all calls are safe to repeat");
        decision
    }

    #[test]
    fn h01_what_passes_by_itself_is_repeated() {
        let repeated = [
            (ErrorKind::Connect(ConnectFailure::Dns), 0),
            (ErrorKind::Connect(ConnectFailure::Refused), 0),
            (ErrorKind::Connect(ConnectFailure::Local), 0),
            (ErrorKind::Connect(ConnectFailure::Other), 0),
            (ErrorKind::Tls(TlsFailure::Closed), 0),
            (ErrorKind::Proxy, 0),
            (ErrorKind::Proxy, 403),
            (ErrorKind::Proxy, 502),
            (ErrorKind::Timeout(Phase::Dns), 0),
            (ErrorKind::Timeout(Phase::Connect), 0),
            (ErrorKind::Timeout(Phase::Tls), 0),
            (ErrorKind::Timeout(Phase::Head), 0),
            (ErrorKind::Timeout(Phase::BodyIdle), 0),
            (ErrorKind::Timeout(Phase::BodyTotal), 0),
            (ErrorKind::Interrupted, 0),
            (ErrorKind::Truncated, 0),
            (ErrorKind::Truncated, 200),
            (ErrorKind::NotJson, 200),
            (ErrorKind::Status, 429),
            (ErrorKind::Status, 500),
            (ErrorKind::Status, 502),
            (ErrorKind::Status, 503),
            (ErrorKind::Status, 504),
            (ErrorKind::Service, 429),
            (ErrorKind::Service, 502),
            (ErrorKind::Service, 503),
            (ErrorKind::Service, 504),
        ];
        for (kind, status) in repeated {
            assert_eq!(decision(kind, status), Decision::Continue, "{kind:?} {status}");
        }
    }

    #[test]
    fn h04_what_would_fail_again_is_not_repeated() {
        let permanent = [
            (ErrorKind::Config, 0),
            (ErrorKind::Tls(TlsFailure::UnknownIssuer), 0),
            (ErrorKind::Tls(TlsFailure::WrongName), 0),
            (ErrorKind::Tls(TlsFailure::Expired), 0),
            (ErrorKind::Tls(TlsFailure::NotYetValid), 0),
            (ErrorKind::Tls(TlsFailure::NotTls), 0),
            (ErrorKind::Tls(TlsFailure::Other), 0),
            (ErrorKind::Proxy, 407),
            (ErrorKind::Timeout(Phase::Call), 0),
            (ErrorKind::Protocol, 0),
            (ErrorKind::BodyTooLarge, 200),
            (ErrorKind::Redirect, 302),
            (ErrorKind::Status, 400),
            (ErrorKind::Status, 403),
            (ErrorKind::Status, 404),
            (ErrorKind::Status, 408),
            (ErrorKind::Status, 418),
            (ErrorKind::Status, 501),
            (ErrorKind::Status, 599),
            (ErrorKind::Status, 999),
            (ErrorKind::Service, 200),
            (ErrorKind::Service, 400),
            (ErrorKind::Service, 500),
            (ErrorKind::CredentialsRejected, 401),
            (ErrorKind::UserBlocked, 403),
            (ErrorKind::Unauthorized, 401),
            (ErrorKind::Unauthorized, 503),
            (ErrorKind::NoPassword, 0),
            (ErrorKind::InvalidToken, 200),
            (ErrorKind::Throttled, 429),
            (ErrorKind::Cancelled, 0),
            (ErrorKind::Other, 0),
        ];
        for (kind, status) in permanent {
            assert_eq!(decision(kind, status), Decision::Permanent, "{kind:?} {status}");
        }
    }

    #[test]
    fn a_system_error_is_repeated_after_a_second_whatever_its_status() {
        let body = br#"{"error":{"error_id":"4475d6d8","code":50,"text":"Internal","type":"system"}}"#;
        let service_error = ServiceError::from_json(body).unwrap();
        for status in [200, 400, 500, 503] {
            let error = failure(ErrorKind::Service, status).with_service_error(service_error.clone());
            let decision = TransientErrors.decide(&State::default(), &error);
            assert_eq!(decision, Decision::ContinueAfter(Duration::from_secs(1)), "{status}");
        }
    }

    #[test]
    fn a_stale_connection_is_made_up_for_at_once_but_only_the_first_time() {
        let stale = failure(ErrorKind::Interrupted, 0).with_reused_connection();
        let after = |attempts| TransientErrors.decide(&State::default().with_attempts(attempts), &stale);
        assert_eq!(after(1), Decision::ContinueAtOnce);
        assert_eq!(after(2), Decision::Continue);

        let slow = failure(ErrorKind::Timeout(Phase::Head), 0).with_reused_connection();
        assert_eq!(TransientErrors.decide(&State::default(), &slow), Decision::Continue);
    }

    #[test]
    fn a_page_instead_of_json_is_asked_for_again_once() {
        let page = failure(ErrorKind::NotJson, 200);
        let state = State::default().with_attempts(2).with_in_a_row(2);
        assert_eq!(TransientErrors.decide(&state, &page), Decision::Exhausted);
    }
}
