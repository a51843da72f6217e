//! What callers can ask an error.

use super::*;

/// One of each kind.
const KINDS: &[ErrorKind] = &[
    ErrorKind::Config,
    ErrorKind::Connect(ConnectFailure::Refused),
    ErrorKind::Tls(TlsFailure::Expired),
    ErrorKind::Proxy,
    ErrorKind::Timeout(Phase::Head),
    ErrorKind::Interrupted,
    ErrorKind::Truncated,
    ErrorKind::Protocol,
    ErrorKind::BodyTooLarge,
    ErrorKind::Redirect,
    ErrorKind::Status,
    ErrorKind::Service,
    ErrorKind::NotJson,
    ErrorKind::CredentialsRejected,
    ErrorKind::UserBlocked,
    ErrorKind::Unauthorized,
    ErrorKind::NoPassword,
    ErrorKind::InvalidToken,
    ErrorKind::Throttled,
    ErrorKind::Cancelled,
    ErrorKind::Other,
];

type Predicate = (&'static str, fn(&Error) -> bool);

/// The predicates that hold.
fn told(error: &Error) -> Vec<&'static str> {
    let all: [Predicate; 13] = [
        ("config", Error::is_config),
        ("connect", Error::is_connect),
        ("tls", Error::is_tls),
        ("proxy", Error::is_proxy),
        ("timeout", Error::is_timeout),
        ("interrupted", Error::is_interrupted),
        ("service", Error::is_service),
        ("throttled", Error::is_throttled),
        ("not_found", Error::is_not_found),
        ("auth", Error::is_auth),
        ("unusable_answer", Error::is_unusable_answer),
        ("cancelled", Error::is_cancelled),
        ("foreign", Error::is_foreign),
    ];
    all.into_iter().filter(|(_, holds)| holds(error)).map(|(name, _)| name).collect()
}

#[test]
fn every_kind_has_a_predicate_and_says_whether_it_was_sent() {
    let lines: Vec<_> = KINDS
        .iter()
        .map(|kind| {
            let error = Error::new(*kind, "");
            let told = told(&error);
            assert!(!told.is_empty(), "{kind:?}");
            format!("{kind:?}, sent {:?}: {}", error.sent(), told.join(" "))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Config, sent No: config
    Connect(Refused), sent No: connect
    Tls(Expired), sent No: tls
    Proxy, sent No: proxy
    Timeout(Head), sent Maybe: timeout
    Interrupted, sent Maybe: interrupted
    Truncated, sent Yes: interrupted
    Protocol, sent Maybe: interrupted
    BodyTooLarge, sent Yes: unusable_answer
    Redirect, sent Yes: unusable_answer
    Status, sent Yes: service
    Service, sent Yes: service
    NotJson, sent Yes: unusable_answer
    CredentialsRejected, sent Yes: service auth
    UserBlocked, sent Yes: service auth
    Unauthorized, sent Yes: service auth
    NoPassword, sent No: auth
    InvalidToken, sent Yes: auth
    Throttled, sent Yes: service throttled
    Cancelled, sent Maybe: cancelled
    Other, sent Maybe: foreign
    ");
}

#[test]
fn some_predicates_look_at_status_and_code() {
    let status =
        |status| Error::new(ErrorKind::Status, "").with_status(StatusCode::from_u16(status).unwrap());
    assert_eq!(told(&status(404)), ["service", "not_found"]);
    assert_eq!(told(&status(429)), ["service", "throttled"]);
    let service_error = ServiceError::from_json(br#"{"error":{"code":34,"text":"no"}}"#).unwrap();
    assert_eq!(
        told(&Error::new(ErrorKind::Service, "").with_service_error(service_error)),
        ["service", "not_found"]
    );
}

/// Reads the source, since no compiler counts paragraphs.
#[test]
fn every_predicate_says_what_to_look_at() {
    let source = include_str!("predicates.rs");
    let mut documentation = String::new();
    let mut predicates = 0;
    for line in source.lines().map(str::trim) {
        if line.starts_with("///") {
            documentation.push_str(line);
        } else if line.starts_with("pub fn is_") {
            predicates += 1;
            assert!(documentation.contains("# Troubleshooting"), "{line}");
            documentation.clear();
        } else {
            documentation.clear();
        }
    }
    assert_eq!(predicates, 13);
}

#[test]
fn the_report_tells_the_whole_chain_once_and_cannot_trip_a_terminal() {
    let cause =
        Error::new(ErrorKind::Interrupted, "the connection broke").with_source("os\u{1b}[2J error\n104");
    let error = Error::new(ErrorKind::Timeout(Phase::Call), "the time ran out")
        .with_source(cause)
        .with_attempts(3, Duration::from_millis(60_040))
        .with_advice("wait");
    assert_eq!(error.to_string(), "the time ran out (after 3 attempts in 60.0 s)");
    insta::assert_snapshot!(error.report(), @r"
    the time ran out (after 3 attempts in 60.0 s)
      caused by: the connection broke
      caused by: os\u{1b}[2J error\n104
      what to do: wait
    ");
}
