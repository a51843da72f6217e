//! Judges an answer: the HTTP status first, then what the body is, then whether it holds an error object.

use std::time::Duration;

use atol_model::{ServiceError, ServiceErrorCode};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode, Uri};

use crate::error::{Error, ErrorKind, Excerpt, Result};

/// The most characters of a foreign body that are shown.
const SHOWN: usize = 120;

/// An error object stands at the start of its body; further in, the word `"error"` is somebody's data.
const ERROR_WITHIN: usize = 4096;

/// Decides whether an answer is usable: a success with a JSON body and without an error object.
///
/// `retry_after` is what the answer asked for, already read from its headers.
///
/// # Errors
///
/// Every other answer becomes a typed error with status, service error and a short, escaped excerpt.
pub(crate) fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    retry_after: Option<Duration>,
) -> Result<()> {
    let verdict = if status.is_redirection() {
        Err(redirect(status, headers))
    } else if status.is_success() {
        judge_success(status, headers, body)
    } else {
        Err(match ServiceError::from_json(body) {
            Some(service_error) => service(status, service_error),
            None => unexplained(status, headers, body),
        })
    };
    verdict.map_err(|error| match retry_after {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    })
}

fn judge_success(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    match text.first() {
        None => Err(Error::new(
            ErrorKind::Truncated,
            format!("the service answered {} with an empty body", shown(status)),
        )
        .with_status(status)),
        Some(b'{') => {
            let start = &text[..text.len().min(ERROR_WITHIN)];
            let suspicious = start.windows(7).any(|window| window == b"\"error\"");
            match suspicious.then(|| ServiceError::from_json(body)).flatten() {
                Some(service_error) => Err(service(status, service_error)),
                None => Ok(()),
            }
        }
        Some(b'[') => Ok(()),
        Some(_) => Err(Error::new(
            ErrorKind::NotJson,
            format!("the service answered {} with {} instead of JSON", shown(status), described(headers, body)),
        )
        .with_status(status)
        .with_advice("something between this machine and the service may have answered in its place, such as a filter, a captive portal or a maintenance page")),
    }
}

/// An answer with an error object.
fn service(status: StatusCode, service_error: ServiceError) -> Error {
    let kind = match &service_error.code {
        ServiceErrorCode::MissingToken | ServiceErrorCode::ExpiredToken => ErrorKind::Unauthorized,
        ServiceErrorCode::WrongLoginOrPassword => ErrorKind::CredentialsRejected,
        ServiceErrorCode::UserBlocked => ErrorKind::UserBlocked,
        _ => ErrorKind::Service,
    };
    let message = format!(
        "the service answered {} with error {} {}: {}",
        shown(status),
        service_error.code.code(),
        service_error.code,
        Excerpt::of(&service_error.text, SHOWN),
    );
    let error = Error::new(kind, message).with_status(status);
    let error = match kind {
        ErrorKind::CredentialsRejected => error.with_advice(
            "check login and password: they are those of the integration, from the settings file that the ATOL Online account offers for download, and belong to one environment",
        ),
        ErrorKind::UserBlocked => error.with_advice("ask the vendor's support to unblock the user"),
        ErrorKind::Unauthorized => error.with_advice("if this happens again and again, look for another program that logs in with the same account"),
        _ if !service_error.error_id.is_empty() => error.with_advice(format!(
            "quote error_id {} to the vendor's support",
            Excerpt::of(&service_error.error_id, SHOWN)
        )),
        _ => error,
    };
    error.with_service_error(service_error)
}

/// A failure that the service did not explain with an error object.
fn unexplained(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let kind = if status == StatusCode::UNAUTHORIZED { ErrorKind::Unauthorized } else { ErrorKind::Status };
    Error::new(kind, format!("the service answered {} with {}", shown(status), described(headers, body)))
        .with_status(status)
}

/// A redirect: never followed, because the token or the password would go along.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Error {
    let target = headers.get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
    let origin = match target.parse::<Uri>() {
        Ok(uri) => match (uri.scheme_str(), uri.host()) {
            (Some(scheme), Some(host)) => format!("{scheme}://{}", Excerpt::of(host, SHOWN)),
            _ => "a path of the same host".to_owned(),
        },
        Err(_) => "an unreadable address".to_owned(),
    };
    Error::new(
        ErrorKind::Redirect,
        format!("the service answered {} with a redirect to {origin}, which is not followed: the token would go along", shown(status)),
    )
    .with_status(status)
    .with_advice("check the environment's address; a redirect to another host is often a login page of the network")
}

fn shown(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// The content type and the beginning of a body that is not what was expected.
fn described(headers: &HeaderMap, body: &[u8]) -> String {
    if body.trim_ascii().is_empty() {
        return "an empty body".to_owned();
    }
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no content type");
    let start = String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN)]);
    format!("{} `{}`", Excerpt::of(content_type, 60), Excerpt::of(start.trim(), SHOWN))
}
