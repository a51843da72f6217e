//! What is told of each answer.

use http::HeaderValue;

use super::*;

const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];

fn judged(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Result<()> {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (http::HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        })
        .collect();
    judge(StatusCode::from_u16(status).unwrap(), &headers, body, || None)
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
fn h07_an_error_object_in_a_success_comes_before_the_data_beside_it() {
    let body = r#"{"error":{"code":34,"text":"no"},"data":[{"serialNumber":"1"}]}"#;
    let error = judged(200, &[], body.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service);
    assert!(error.is_not_found());
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
fn h08_successful_answers_that_are_not_data_are_told_apart() {
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
fn h17_an_encoding_that_was_not_asked_for_is_named() {
    let gzip = &[("content-type", "application/json"), ("content-encoding", "gzip")][..];
    insta::assert_snapshot!(told(&[
        (200, gzip, "\u{1f}\u{8b}…"),
        (502, gzip, "\u{1f}\u{8b}…"),
    ]), @r"
        Protocol
          the service answered 200 OK with application/json encoded as `gzip`, which was not asked for
          what to do: something between this machine and the service compresses answers unasked; let the client ask for it, with the feature `gzip` and `ClientBuilder::accept_gzip`
        Status
          the service answered 502 Bad Gateway with application/json encoded as `gzip`, which was not asked for
        ");
    let identity = judged(200, &[("content-encoding", "identity")], b"<html>").unwrap_err();
    assert_eq!(identity.kind(), ErrorKind::NotJson);
    assert!(judged(200, gzip, b"[]").is_ok(), "it is not encoded after all");
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
        let error = judge(status, &HeaderMap::new(), b"", || Some(wait)).unwrap_err();
        assert_eq!(error.retry_after(), Some(wait));
    }
}
