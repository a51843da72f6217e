//! Judges an answer: the HTTP status first, then what the body is, then whether it holds an error object.

use std::time::Duration;

use atol_model::{ServiceError, ServiceErrorCode};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use memchr::memmem;

use crate::error::{Error, ErrorKind, Excerpt, Result};
use crate::json;

/// The most characters of a foreign body that are shown.
const SHOWN: usize = 120;

/// The most characters of the service's own text: a validation error names the fields in it.
const TEXT_SHOWN: usize = 400;

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
    verdict.map_err(|error| match retry_after {
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
            let is_suspicious = memmem::find(start, b"\"error\"").is_some();
            match is_suspicious.then(|| ServiceError::from_json(text)).flatten() {
                Some(service_error) => Err(service(status, service_error)),
                None => Ok(()),
            }
        }
        Some(b'[') => Ok(()),
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

/// The content type and the beginning of a body that is not what was expected.
fn described(headers: &HeaderMap, text: &[u8]) -> String {
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    let content_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no content type");
    // Enough bytes for the characters that are shown and one more, so that the cut is marked.
    let start = String::from_utf8_lossy(&text[..text.len().min(4 * (SHOWN + 1))]);
    format!("{} `{}`", Excerpt::of(content_type, 60), Excerpt::of(&start, SHOWN))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::error::Sent;

    const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];

    fn judged(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Result<()> {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (http::HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect();
        judge(StatusCode::from_u16(status).unwrap(), &headers, body, None)
    }

    /// Status, headers and body.
    type Answer<'a> = (u16, &'a [(&'static str, &'a str)], &'a str);

    /// What a person is told of each answer, after the kind.
    fn told(answers: &[Answer<'_>]) -> String {
        let told = answers.iter().map(|(status, headers, body)| {
            let error = judged(*status, headers, body.as_bytes()).unwrap_err();
            assert_eq!(error.status().map(|status| status.as_u16()), Some(*status));
            assert_eq!(error.sent(), Sent::Yes);
            format!("{:?}\n  {}", error.kind(), error.report())
        });
        told.collect::<Vec<_>>().join("\n")
    }

    fn error_object(code: i64, text: &str) -> String {
        format!(
            r#"{{"error":{{"error_id":"475d6d8d","code":{code},"text":"{text}","type":"system"}},"timestamp":"15.02.2018 13:00:31"}}"#
        )
    }

    #[test]
    fn good_answers_are_objects_and_lists_without_an_error() {
        for body in [
            "[]",
            "{}",
            "\u{feff} [1]\r\n",
            r#"{"data":{"serialNumber":"1"},"error":null}"#,
            r#"{"token":"t","error": null}"#,
            r#"{"data":{"groupCode":"error","error":1}}"#,
            r#"[{"error":{"code":12}}]"#,
        ] {
            for status in [200, 201, 207, 299] {
                assert!(judged(status, &[], body.as_bytes()).is_ok(), "{status} {body}");
            }
        }
    }

    #[test]
    fn h03_an_error_object_counts_under_every_status_but_a_redirect() {
        for (code, status, kind) in [
            (0, 400, ErrorKind::Service),
            (1, 400, ErrorKind::Service),
            (10, 401, ErrorKind::Unauthorized),
            (11, 401, ErrorKind::Unauthorized),
            (12, 401, ErrorKind::CredentialsRejected),
            (13, 400, ErrorKind::Service),
            (14, 403, ErrorKind::UserBlocked),
            (20, 401, ErrorKind::Service),
            (21, 401, ErrorKind::Service),
            (30, 400, ErrorKind::Service),
            (31, 400, ErrorKind::Service),
            (32, 400, ErrorKind::Service),
            (33, 400, ErrorKind::Service),
            (34, 200, ErrorKind::Service),
            (40, 400, ErrorKind::Service),
            (41, 415, ErrorKind::Service),
            (50, 500, ErrorKind::Service),
            (4711, 400, ErrorKind::Service),
        ] {
            let body = error_object(code, "why");
            for status in [status, 200, 404, 503, 999] {
                let error = judged(status, &[], body.as_bytes()).unwrap_err();
                assert_eq!(error.kind(), kind, "code {code}, status {status}");
                assert_eq!(error.service_error().map(|error| error.code.code()), Some(code));
            }
            assert_eq!(judged(302, &[], body.as_bytes()).unwrap_err().kind(), ErrorKind::Redirect);
        }
    }

    #[test]
    fn the_service_is_quoted_with_code_and_text() {
        insta::assert_snapshot!(told(&[
            (401, &[], &error_object(12, "Неверный логин или пароль")),
            (401, &[], &error_object(11, "Истек срок действия токена")),
            (403, &[], &error_object(14, "Пользователь заблокирован")),
            (200, &[], &error_object(34, "Не найдено")),
            (500, &[], &error_object(50, "Ошибка конфигурации")),
            (400, &[], &error_object(4711, "Новое")),
            (200, &[], r#"{"timestamp":"now","error":"a text"}"#),
        ]), @r#"
            CredentialsRejected
              the service answered 401 Unauthorized with error 12 WrongLoginOrPassword: Неверный логин или пароль
              what to do: check login and password: they are those of the integration, from the settings file that the ATOL Online account offers for download, and belong to one environment
            Unauthorized
              the service answered 401 Unauthorized with error 11 ExpiredToken: Истек срок действия токена
              what to do: if this happens again and again, look for another program that logs in with the same account
            UserBlocked
              the service answered 403 Forbidden with error 14 UserBlocked: Пользователь заблокирован
              what to do: ask the vendor's support to unblock the user, quote error_id 475d6d8d
            Service
              the service answered 200 OK with error 34 StateCheckNotFound: Не найдено
              what to do: if you ask the vendor's support about it, quote error_id 475d6d8d
            Service
              the service answered 500 Internal Server Error with error 50 ErrorServerConfiguration: Ошибка конфигурации
              what to do: if you ask the vendor's support about it, quote error_id 475d6d8d
            Service
              the service answered 400 Bad Request with error 4711 Unknown: Новое
              what to do: if you ask the vendor's support about it, quote error_id 475d6d8d
            Service
              the service answered 200 OK with error 0 Undefined: "a text"
            "#);
    }

    #[test]
    fn h09_answers_without_an_error_object_are_told_by_status_and_beginning() {
        insta::assert_snapshot!(told(&[
            (503, HTML, "\r\n<html><title>503 Service Temporarily Unavailable</title>"),
            (502, &[], ""),
            (401, &[], ""),
            (404, &[("content-type", "application/json")], r#"{"message":"no such thing"}"#),
            (500, &[], "[]"),
            (418, &[], "short and stout"),
            (599, &[], " "),
            (999, &[], "?"),
            (101, &[], ""),
        ]), @r#"
            Status
              the service answered 503 Service Unavailable with text/html; charset=utf-8 `<html><title>503 Service Temporarily Unavailable</title>`
            Status
              the service answered 502 Bad Gateway with an empty body
            Unauthorized
              the service answered 401 Unauthorized with an empty body
            Status
              the service answered 404 Not Found with application/json `{"message":"no such thing"}`
            Status
              the service answered 500 Internal Server Error with no content type `[]`
            Status
              the service answered 418 I'm a teapot with no content type `short and stout`
            Status
              the service answered 599 with an empty body
            Status
              the service answered 999 with no content type `?`
            Status
              the service answered 101 Switching Protocols with an empty body
            "#);
    }

    #[test]
    fn successful_answers_that_are_not_data_are_told_apart() {
        insta::assert_snapshot!(told(&[
            (200, &[], ""),
            (204, &[], "\r\n"),
            (200, HTML, "<html>login please</html>"),
            (207, &[("content-type", "application/xml")], "<multistatus/>"),
            (200, &[], "null"),
        ]), @r"
            Truncated
              the service answered 200 OK with an empty body
            Truncated
              the service answered 204 No Content with an empty body
            NotJson
              the service answered 200 OK with text/html; charset=utf-8 `<html>login please</html>` instead of a JSON object or list
              what to do: something between this machine and the service may have answered in its place, such as a filter, a captive portal or a maintenance page
            NotJson
              the service answered 207 Multi-Status with application/xml `<multistatus/>` instead of a JSON object or list
              what to do: something between this machine and the service may have answered in its place, such as a filter, a captive portal or a maintenance page
            NotJson
              the service answered 200 OK with no content type `null` instead of a JSON object or list
              what to do: something between this machine and the service may have answered in its place, such as a filter, a captive portal or a maintenance page
            ");
    }

    #[test]
    fn h05_a_redirect_names_the_origin_and_nothing_more() {
        for (location, shown) in [
            ("https://login.example/cas?token=canary#canary", "a redirect to https://login.example,"),
            ("http://user:canary@online.atol.ru:8080/canary", "a redirect to http://online.atol.ru:8080,"),
            ("https://[2001:db8::1]/canary", "a redirect to https://[2001:db8::1],"),
            ("/canary?password=canary", "a redirect to a path of the same host,"),
            ("canary/next", "a redirect to a path of the same host,"),
            ("/go?to=https://canary/", "a redirect to a path of the same host,"),
            ("//canary.example/x", "a redirect to another host,"),
            ("/\\canary.example/x", "a redirect to another host,"),
            ("https://canary example/", "a redirect to an unreadable address,"),
            ("https://сanary.рф/", "a redirect to an unreadable address,"),
        ] {
            for status in [301, 302, 303, 307, 308, 399] {
                let error = judged(status, &[("location", location)], b"canary").unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Redirect);
                assert!(error.to_string().contains(shown), "{location}: {error}");
                assert!(!format!("{error:?}{}", error.report()).contains("canary"), "{location}: {error}");
            }
        }
        insta::assert_snapshot!(judged(304, &[], b"").unwrap_err(), @r"the service answered 304 Not Modified with a redirect to nowhere, which is not followed: the token would go along");
    }

    #[test]
    fn foreign_text_cannot_trip_a_terminal_or_a_reader() {
        let body = error_object(13, r"a\u001b[2Jb\u202ec\r\nd");
        insta::assert_snapshot!(told(&[
            (400, &[], &body),
            (502, &[("content-type", "text/\thtml")], "\u{1b}]0;title\u{7}<b>\u{202e}lmth\u{200b}"),
        ]), @r"
            Service
              the service answered 400 Bad Request with error 13 ValidationException: a\u{1b}[2Jb\u{202e}c\r\nd
              what to do: if you ask the vendor's support about it, quote error_id 475d6d8d
            Status
              the service answered 502 Bad Gateway with text/\thtml `\u{1b}]0;title\u{7}<b>\u{202e}lmth\u{200b}`
            ");
    }

    #[test]
    fn long_texts_are_cut_and_broken_ones_shown_as_far_as_they_go() {
        let error = judged(400, &[], error_object(13, &"п".repeat(1000)).as_bytes()).unwrap_err();
        assert_eq!(error.to_string().chars().filter(|char| *char == 'п').count(), 400);
        let error = judged(503, &[], "🦀".repeat(1000).as_bytes()).unwrap_err();
        assert_eq!(error.to_string().chars().filter(|char| *char == '🦀').count(), 120);
        assert!(error.to_string().ends_with("…`"), "{error}");
        // windows-1251
        let error = judged(503, &[], b"\xcd\xe5\xf2 <b>").unwrap_err();
        insta::assert_snapshot!(error, @r"the service answered 503 Service Unavailable with no content type `��� <b>`");
        // An error object that was cut off.
        let error = judged(400, &[], br#"{"error":{"code":13,"te"#).unwrap_err();
        assert_eq!((error.kind(), error.service_error()), (ErrorKind::Status, None));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_passed_on_with_every_failure() {
        for status in [200, 302, 429, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            let wait = Duration::from_secs(7);
            let error = judge(status, &HeaderMap::new(), b"", Some(wait)).unwrap_err();
            assert_eq!(error.retry_after(), Some(wait));
        }
    }
}
