//! Judges an answer: the HTTP status first, then what the body is, then whether it holds an error object.

use std::sync::LazyLock;
use std::time::Duration;

use atol_model::{ServiceError, ServiceErrorCode};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use memchr::memmem::Finder;

use crate::error::{Error, ErrorKind, Excerpt, Result, Sent};
use crate::json;

/// The most characters of a foreign body that are shown.
const SHOWN: usize = 120;

/// The most characters of the service's own text: a validation error names the fields in it.
const TEXT_SHOWN: usize = 400;

/// An error object stands at the start of its body; further in, the word `"error"` is somebody's data.
const ERROR_WITHIN: usize = 4096;

/// Looks for the name under which an error object stands.
static ERROR: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"error\""));

/// Decides whether an answer is usable: a success with a JSON body and without an error object.
///
/// `retry_after` reads from the headers of a bad answer for how long it asks to wait.
///
/// # Errors
///
/// Every other answer becomes a typed error with status, service error and a short, escaped excerpt.
pub(crate) fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    retry_after: impl FnOnce() -> Option<Duration>,
) -> Result<()> {
    let text = json::text(body);
    let verdict = if status.is_redirection() {
        Err(redirect(status, headers))
    } else if status.is_success() {
        judge_success(status, headers, text)
    } else {
        Err(match ServiceError::from_json(text) {
            Some(service_error) => service(status, service_error),
            None => unexplained(status, headers, text),
        })
    };
    verdict.map_err(|error| match retry_after() {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    })
}

fn judge_success(status: StatusCode, headers: &HeaderMap, text: &[u8]) -> Result<()> {
    match text.first() {
        None => Err(Error::new(
            ErrorKind::Truncated,
            format!("the service answered {} with an empty body", shown(status)),
        )
        .with_status(status)),
        Some(b'{') => {
            let start = &text[..text.len().min(ERROR_WITHIN)];
            match ERROR.find(start).is_some().then(|| ServiceError::from_json(text)).flatten() {
                Some(service_error) => Err(service(status, service_error)),
                None => Ok(()),
            }
        }
        Some(b'[') => Ok(()),
        Some(_) if encoding(headers).is_some() => Err(Error::new(
            ErrorKind::Protocol,
            format!("the service answered {} with {}", shown(status), described(headers, text)),
        )
        .with_sent(Sent::Yes)
        .with_status(status)
        .with_advice(
            "something between this machine and the service compresses answers unasked; let the client ask for it, with the feature `gzip` and `ClientBuilder::accept_gzip`",
        )),
        Some(_) => Err(Error::new(
            ErrorKind::NotJson,
            format!(
                "the service answered {} with {} instead of a JSON object or list",
                shown(status),
                described(headers, text)
            ),
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
    // The code prints as `12 WrongLoginOrPassword`.
    let message = format!(
        "the service answered {} with error {}: {}",
        shown(status),
        service_error.code,
        Excerpt::of(&service_error.text, TEXT_SHOWN),
    );
    let error = Error::new(kind, message).with_status(status);
    let error = match kind {
        ErrorKind::CredentialsRejected => error.with_advice(
            "check login and password: they are those of the integration, from the settings file that the ATOL Online account offers for download, and belong to one environment",
        ),
        ErrorKind::Unauthorized => error.with_advice(
            "if this happens again and again, look for another program that logs in with the same account",
        ),
        ErrorKind::UserBlocked => {
            error.with_advice(format!("ask the vendor's support to unblock the user{}", quoting(&service_error)))
        }
        _ if !service_error.error_id.is_empty() => {
            error.with_advice(format!("if you ask the vendor's support about it{}", quoting(&service_error)))
        }
        _ => error,
    };
    error.with_service_error(service_error)
}

/// What the vendor's support will ask for.
fn quoting(service_error: &ServiceError) -> String {
    if service_error.error_id.is_empty() {
        return String::new();
    }
    format!(", quote error_id {}", Excerpt::of(&service_error.error_id, SHOWN))
}

/// A failure that the service did not explain with an error object.
fn unexplained(status: StatusCode, headers: &HeaderMap, text: &[u8]) -> Error {
    let kind = if status == StatusCode::UNAUTHORIZED { ErrorKind::Unauthorized } else { ErrorKind::Status };
    Error::new(kind, format!("the service answered {} with {}", shown(status), described(headers, text)))
        .with_status(status)
}

/// A redirect: never followed, because the token or the password would go along.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Error {
    let target = match headers.get(LOCATION) {
        Some(location) => format!("a redirect to {}", origin(location)),
        None => "a redirect to nowhere".to_owned(),
    };
    Error::new(
        ErrorKind::Redirect,
        format!(
            "the service answered {} with {target}, which is not followed: the token would go along",
            shown(status)
        ),
    )
    .with_status(status)
    .with_advice(
        "check the environment's address; a redirect to another host is often a login page of the network",
    )
}

/// Scheme, host and port of a redirect's target. Never more: path and query may hold a session or our password.
fn origin(location: &HeaderValue) -> String {
    let Ok(target) = location.to_str() else { return "an unreadable address".to_owned() };
    // Without a scheme, two slashes begin a host; browsers take backslashes for slashes.
    let is_host_only = target.starts_with("//") || target.starts_with("/\\") || target.starts_with('\\');
    let scheme = target.split_once("://").map(|(scheme, _)| scheme);
    match (scheme, target.parse::<Uri>()) {
        (Some(scheme), Ok(uri)) if uri.scheme_str().is_some() => {
            let host = uri.host().unwrap_or_default();
            let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", Excerpt::of(scheme, 20), Excerpt::of(host, SHOWN))
        }
        _ if is_host_only => "another host".to_owned(),
        (Some(_), _) if !target.starts_with(['/', '?', '#']) => "an unreadable address".to_owned(),
        _ => "a path of the same host".to_owned(),
    }
}

fn shown(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// What a body is still encoded with, when it comes to be judged.
fn encoding(headers: &HeaderMap) -> Option<&str> {
    let encoding = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("an illegible coding").trim();
    (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// The content type and the beginning of a body that is not what was expected.
fn described(headers: &HeaderMap, text: &[u8]) -> String {
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no content type");
    if let Some(encoding) = encoding(headers) {
        return format!(
            "{} encoded as `{}`, which was not asked for",
            Excerpt::of(content_type, 60),
            Excerpt::of(encoding, 20)
        );
    }
    // Enough bytes for the characters that are shown and one more, so that the cut is marked.
    let start = String::from_utf8_lossy(&text[..text.len().min(4 * (SHOWN + 1))]);
    format!("{} `{}`", Excerpt::of(content_type, 60), Excerpt::of(&start, SHOWN))
}

#[cfg(test)]
mod tests;
