//! The login: one request with login and password, one answer with a token.

use atol_model::TokenResponse;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::Serialize;
use tower::ServiceExt;
use tower_service::Service;
use zeroize::{Zeroize, Zeroizing};

use super::value::Token;
use crate::body::{Body, ResponseBody};
use crate::call::{Login, MaxBody, PathTemplate};
use crate::clock::Clock;
use crate::collect::beginning;
use crate::credentials::Credentials;
use crate::error::{BoxError, Error, ErrorKind, Excerpt, Result};
use crate::json;
use crate::judge::judge;
use crate::retry_after::retry_after;
use crate::secrets::Secrets;

/// The most bytes of an answer to a login: a token of 4 KiB has room to spare.
pub(super) const ANSWER_CAP: usize = 64 * 1024;

/// The most characters of an integrator's name.
const LONGEST_SOURCE: usize = 100;

#[derive(Serialize)]
struct Form<'a> {
    login: &'a str,
    pass: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

/// The login request.
pub(super) fn request(uri: &Uri, credentials: &Credentials, source: Option<&str>) -> Result<Request<Body>> {
    let form = Form { login: credentials.login(), pass: credentials.password(), source };
    // Large enough for any pair, so that no half-filled buffer with a password is left behind by growing.
    let mut body = Zeroizing::new(Vec::with_capacity(2048));
    serde_json::to_writer(&mut *body, &form)
        .map_err(|_| Error::new(ErrorKind::Config, "login and password cannot be written as JSON"))?;
    let mut request = Request::new(Body::from(Bytes::from_owner(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.clone();
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    request.extensions_mut().insert(Login);
    request.extensions_mut().insert(secrets(credentials));
    request.extensions_mut().insert(MaxBody(ANSWER_CAP));
    request.extensions_mut().insert(PathTemplate("/api/auth/v1/gettoken"));
    Ok(request)
}

/// Logs in through `service`.
pub(super) async fn send<S>(
    service: S,
    request: Request<Body>,
    credentials: &Credentials,
    clock: &dyn Clock,
) -> Result<Token>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
{
    let response =
        service.oneshot(request).await.map_err(|error| in_login(Error::from_boxed(error.into())))?;
    let (mut parts, body) = response.into_parts();
    let body = if parts.status.is_success() {
        body.collect(ANSWER_CAP).await.map_err(in_login)?
    } else {
        // Its status counts, however long the page is.
        beginning(body, clock).await
    };
    let asked = retry_after(&parts.headers, clock.wall());
    let secrets = secrets(credentials);
    secrets.hide_in_headers(&mut parts.headers);
    let answer = read(parts.status, &parts.headers, &body, &secrets).map_err(|error| match asked {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    });
    // The buffer is ours alone unless a layer below kept a clone of it.
    if let Ok(mut body) = body.try_into_mut() {
        body.as_mut().zeroize();
    }
    answer
}

/// The token in an answer. Nothing of the answer is repeated in an error except the service's error object.
fn read(status: StatusCode, headers: &HeaderMap, body: &Bytes, secrets: &Secrets) -> Result<Token> {
    if judge(status, headers, body, || None).is_err() {
        return Err(in_login(refusal(status, headers, body, secrets)));
    }
    let response = TokenResponse::from_json(json::text(body)).map_err(|error| {
        let kind = match error.kind() {
            atol_model::ErrorKind::Truncated => ErrorKind::Truncated,
            _ => ErrorKind::InvalidToken,
        };
        Error::new(kind, "cannot log in: the answer holds no token").with_status(status).with_source(error)
    })?;
    Token::new(response.into_token()).map_err(|error| in_login(error.with_status(status)))
}

fn in_login(error: Error) -> Error {
    error.map_message(|message| format!("cannot log in: {message}"))
}

/// What a login carries that its answer may repeat.
fn secrets(credentials: &Credentials) -> Secrets {
    Secrets::of([credentials.login(), credentials.password()])
}

/// Why there is no token, with login and password hidden. Of a page that is no error object
/// nothing is quoted: it may show more of what it was sent, in a form that nobody thought of.
fn refusal(status: StatusCode, headers: &HeaderMap, body: &Bytes, secrets: &Secrets) -> Error {
    let Err(error) = judge(status, headers, &secrets.hide(body.clone()), || None) else {
        return Error::new(ErrorKind::InvalidToken, "the answer holds no token").with_status(status);
    };
    match error.kind() {
        ErrorKind::Status | ErrorKind::Unauthorized | ErrorKind::NotJson
            if error.service_error().is_none() && !body.is_empty() =>
        {
            let content_type =
                headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("unknown type");
            error.map_message(|_| {
                format!(
                    "the service answered {status} with {} bytes of {} instead of a token",
                    body.len(),
                    Excerpt::of(content_type, 60)
                )
            })
        }
        _ => error,
    }
}

/// Checks an integrator's name.
pub(super) fn check_source(source: &str) -> Result<()> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'.');
    if (1..=LONGEST_SOURCE).contains(&source.len()) && source.bytes().all(legal) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Config,
        format!(
            "the integrator's name `{}` is not 1 to {LONGEST_SOURCE} of the characters a-z A-Z 0-9 _ - @ .",
            Excerpt::of(source, 40)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new("shop \"17\"", "пароль\n\\").unwrap()
    }

    fn refused(status: u16, content_type: &'static str, body: &str) -> Error {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        let credentials = Credentials::new("shop", "canary-password").unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        read(StatusCode::from_u16(status).unwrap(), &headers, &body, &secrets(&credentials)).unwrap_err()
    }

    #[test]
    fn the_request_is_what_the_vendor_documents() {
        let uri = Uri::from_static("https://online.atol.ru/api/auth/v1/gettoken");
        let request = request(&uri, &credentials(), Some("acme")).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), &uri);
        assert_eq!(request.headers()["content-type"], "application/json; charset=utf-8");
        assert_eq!(
            std::str::from_utf8(request.body().as_bytes()).unwrap(),
            r#"{"login":"shop \"17\"","pass":"пароль\n\\","source":"acme"}"#
        );
        assert!(request.extensions().get::<Login>().is_some());
    }

    #[test]
    fn the_name_of_the_integrator_is_left_out_unless_given() {
        let request = request(&Uri::from_static("https://a.ru/"), &Credentials::test(), None).unwrap();
        assert_eq!(request.body().as_bytes(), r#"{"login":"v4-online-atol-ru","pass":"iGFFuihss"}"#);
    }

    #[test]
    fn the_name_of_the_integrator_is_checked() {
        for good in ["acme", "a", "ACME_1-2@shop.ru", &"x".repeat(100)] {
            assert!(check_source(good).is_ok(), "{good}");
        }
        for bad in ["", "two words", "магазин", "a\n", &"x".repeat(101)] {
            assert!(check_source(bad).unwrap_err().is_config(), "{bad}");
        }
    }

    #[test]
    fn the_token_is_read() {
        let body = Bytes::from_static(br#"{"error":null,"token":"abc","timestamp":"30.11.2017 17:58:53"}"#);
        let token = read(StatusCode::OK, &HeaderMap::new(), &body, &secrets(&credentials())).unwrap();
        assert_eq!(token.expose(), "abc");
    }

    #[test]
    fn u06_an_error_beside_a_token_wins() {
        let both = r#"{"error":{"code":12,"text":"no"},"token":"abc"}"#;
        assert_eq!(refused(200, "application/json", both).kind(), ErrorKind::CredentialsRejected);
    }

    #[test]
    fn u05_what_is_no_token_is_refused_without_being_repeated() {
        let json = "application/json";
        let errors = [
            refused(200, json, r#"{"error":null,"token":"","timestamp":""}"#),
            refused(200, json, r#"{"error":null,"token":"can ary","timestamp":""}"#),
            refused(200, json, r#"{"error":null,"token":"canary\r\n","timestamp":""}"#),
            refused(200, json, r#"{"error":null,"token":"канарейка canary","timestamp":""}"#),
            refused(200, json, &format!(r#"{{"error":null,"token":"{}"}}"#, "canary".repeat(10_000))),
            refused(200, json, r#"{"error":null,"token":{"canary":1}}"#),
            refused(200, json, r#"{"error":null}"#),
            refused(200, json, r#"{"error":null,"token":"canary"#),
            refused(200, json, ""),
            refused(200, "text/html", "<html>canary</html>"),
            refused(500, "text/html", "<pre>you sent canary-password</pre>"),
            refused(401, "text/plain", "canary"),
            refused(
                200,
                json,
                r#"{"error":{"error_id":"e","code":12,"text":"no such user","type":"system"},"token":"canary"}"#,
            ),
            refused(
                401,
                json,
                r#"{"error":{"error_id":"e","code":12,"text":"`canary-password` is wrong","type":"system"}}"#,
            ),
        ];
        let all: Vec<_> =
            errors.iter().map(|error| format!("{:?}: {}", error.kind(), error.report())).collect();
        assert!(errors.iter().all(|error| !format!("{error:?}{}", error.report()).contains("canary")));
        insta::assert_snapshot!(all.join("\n"), @r"
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: token: expected a text of 1 to 4096 visible ASCII characters
        InvalidToken: cannot log in: the answer holds no token
          caused by: 1 required field missing: token
        Truncated: cannot log in: the answer holds no token
          caused by: cut off in the middle (line 1, column 29)
        Truncated: cannot log in: the service answered 200 OK with an empty body
        NotJson: cannot log in: the service answered 200 OK with 19 bytes of text/html instead of a token
          what to do: something between this machine and the service may have answered in its place, such as a filter, a captive portal or a maintenance page
        Status: cannot log in: the service answered 500 Internal Server Error with 35 bytes of text/html instead of a token
        Unauthorized: cannot log in: the service answered 401 Unauthorized with 6 bytes of text/plain instead of a token
        CredentialsRejected: cannot log in: the service answered 200 OK with error 12 WrongLoginOrPassword: no such user
          what to do: check login and password: they are those of the integration, from the settings file that the ATOL Online account offers for download, and belong to one environment
        CredentialsRejected: cannot log in: the service answered 401 Unauthorized with error 12 WrongLoginOrPassword: `[hidden]` is wrong
          what to do: check login and password: they are those of the integration, from the settings file that the ATOL Online account offers for download, and belong to one environment
        ");
    }
}
