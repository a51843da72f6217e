//! What people read when the service cannot be reached, understood or persuaded.

use atol_monitor::Language;
use atol_transport::error::{ConnectFailure, Phase, TlsFailure};
use atol_transport::{Error, ErrorKind};

use super::Failure;
use crate::console::{Console, Verbosity};

/// The failures that a person can do something about.
const KINDS: [(ErrorKind, &str); 12] = [
    (ErrorKind::Connect(ConnectFailure::Dns), "the name `kkt.example.com` could not be resolved"),
    (ErrorKind::Connect(ConnectFailure::Refused), "no connection to `127.0.0.1`: Connection refused"),
    (ErrorKind::Connect(ConnectFailure::Other), "no connection to `kkt.example.com`: No route to host"),
    (ErrorKind::Tls(TlsFailure::UnknownIssuer), "TLS with `kkt.example.com` failed: unknown authority"),
    (ErrorKind::Tls(TlsFailure::Expired), "TLS with `kkt.example.com` failed: its certificate has expired"),
    (ErrorKind::Proxy, "the proxy `proxy.example.com:3128` asks for a login (407)"),
    (ErrorKind::Timeout(Phase::Connect), "no connection within 5 s"),
    (ErrorKind::Timeout(Phase::Call), "no answer within 60 s"),
    (ErrorKind::CredentialsRejected, "the service answered 401 with error 12"),
    (ErrorKind::UserBlocked, "the service answered 403 with error 14"),
    (ErrorKind::NoPassword, "cannot log in: there is no token that the service takes, and no password"),
    (ErrorKind::Redirect, "the service answered 302 with a redirect to https://portal.example.com"),
];

fn told(language: Language) -> String {
    let console = Console { language, verbosity: Verbosity::Normal };
    let told = KINDS.map(|(kind, message)| console.told(&Failure::from(Error::new(kind, message))));
    told.join("\n\n")
}

#[test]
fn failures_say_what_why_and_what_to_do() {
    insta::assert_snapshot!(told(Language::En));
}

#[test]
fn failures_say_what_why_and_what_to_do_in_russian() {
    insta::assert_snapshot!(told(Language::Ru));
}

#[test]
fn a_dead_proxy_is_told_by_the_variable_that_names_it() {
    let kinds = [
        (ErrorKind::Connect(ConnectFailure::Refused), "no connection to `127.0.0.1`: Connection refused"),
        (ErrorKind::Connect(ConnectFailure::Dns), "the name `proxy.example.com` could not be resolved"),
        (ErrorKind::Timeout(Phase::Connect), "connecting took longer than 5s"),
        (ErrorKind::Proxy, "the proxy `http://proxy.example.com:3128` gave no HTTP answer"),
    ];
    for (kind, message) in kinds {
        let failure = Failure::from(Error::new(kind, message).with_proxy_variable("all_proxy"));
        for language in [Language::En, Language::Ru] {
            let advice = failure.advice().unwrap().to(language);
            assert!(advice.contains("all_proxy") && !advice.contains("--environment"), "{advice}");
        }
    }
}

#[test]
fn verbose_tells_every_cause() {
    let error = Error::new(ErrorKind::Interrupted, "the connection ended before an answer came")
        .with_source("connection reset \u{1b}[31mby peer");
    let failure = Failure::from(error);
    let told = |verbosity| Console { language: Language::En, verbosity }.told(&failure);
    assert_eq!(told(Verbosity::Normal), "the connection ended before an answer came");
    assert_eq!(
        told(Verbosity::Verbose),
        "the connection ended before an answer came\n  caused by: connection reset \\u{1b}[31mby peer"
    );
}

#[test]
fn wrong_settings_are_wrong_usage() {
    let failure = Failure::from(Error::new(ErrorKind::Config, "the environment `staging` is not known"));
    assert_eq!(failure.0.code, super::USAGE);
    let failure = Failure::from(Error::new(ErrorKind::Interrupted, "the connection ended"));
    assert_eq!(failure.0.code, super::FAILED);
}
