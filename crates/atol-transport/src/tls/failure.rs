//! What to tell a person whose handshake failed.

use std::io;

use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError, Error as RustlsError};
use rustls_pki_types::UnixTime;

use crate::error::{ErrorKind, TlsFailure};
use crate::leaf::failure::{ConnectError, find};

const UNKNOWN_ISSUER: &str = "the server's certificate is signed by an authority that is not trusted here, or the \
    server left out an intermediate certificate; if a company proxy or the НУЦ Минцифры signed it, get that root (the \
    latter from https://www.gosuslugi.ru/crt), check its fingerprint and pass it as an additional root certificate \
    (`--ca-file`, `root_certificates`), which also helps with a missing intermediate; verification cannot be turned off";

const WRONG_NAME: &str = "check the environment's address; something may be answering in the service's place";

const CLOCK: &str =
    "check this machine's clock first; if it is right, the service must renew its certificate";

/// Names a failed handshake.
pub(crate) fn failure(host: &str, error: &io::Error) -> ConnectError {
    let named = |failure, what: &str| {
        ConnectError::new(ErrorKind::Tls(failure), format!("TLS with `{host}` failed: {what}"))
    };
    let Some(tls) = find::<RustlsError>(error) else {
        return named(
            TlsFailure::Closed,
            "the other side closed the connection in the middle of the handshake",
        );
    };
    match tls {
        RustlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => {
                named(TlsFailure::UnknownIssuer, "its certificate is signed by an unknown authority")
                    .with_advice(UNKNOWN_ISSUER)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                named(TlsFailure::WrongName, "its certificate is for another name").with_advice(WRONG_NAME)
            }
            CertificateError::Expired => {
                named(TlsFailure::Expired, "its certificate has expired").with_advice(CLOCK)
            }
            CertificateError::ExpiredContext { time, not_after } => {
                let what = format!("its certificate expired at {}{}", day(*not_after), by_our_clock(*time));
                named(TlsFailure::Expired, &what).with_advice(CLOCK)
            }
            CertificateError::NotValidYet => {
                named(TlsFailure::NotYetValid, "its certificate is not valid yet").with_advice(CLOCK)
            }
            CertificateError::NotValidYetContext { time, not_before } => {
                let what =
                    format!("its certificate is not valid before {}{}", day(*not_before), by_our_clock(*time));
                named(TlsFailure::NotYetValid, &what).with_advice(CLOCK)
            }
            other => named(TlsFailure::Other, &format!("its certificate is not acceptable: {other}")),
        },
        RustlsError::InvalidMessage(_) => {
            named(TlsFailure::NotTls, "the other side does not speak TLS on this port")
                .with_advice("check the port; something between here and the service may be answering in its place")
        }
        RustlsError::PeerIncompatible(_)
        | RustlsError::AlertReceived(
            AlertDescription::HandshakeFailure
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity,
        ) => named(TlsFailure::Other, &format!("no version and cipher suite in common: {tls}")).with_advice(
            "the other side offers only what is no longer safe (before TLS 1.2, RSA key exchange, CBC) or only GOST \
             suites, which is for its operator to change; a company proxy in between may be the cause",
        ),
        other => named(TlsFailure::Other, &other.to_string()),
    }
}

fn by_our_clock(now: UnixTime) -> String {
    format!(", and this machine's clock says {}", day(now))
}

fn day(time: UnixTime) -> String {
    match i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(time) => time.to_string(),
        None => format!("second {} since 1970", time.as_secs()),
    }
}
