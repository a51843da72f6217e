//! The last answer of the service, as it came.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use atol_model::ServiceError;
use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::json;
use crate::secrets::Secrets;
use crate::token::TOKEN;

/// Headers that carry secrets; they are never kept.
const SECRET: [HeaderName; 3] = [TOKEN, SET_COOKIE, AUTHORIZATION];

/// Pieces of a body below this size are put together by copying, so that a body that drips does not cost more
/// for the bookkeeping than for its bytes.
const SMALL: usize = 4096;

/// An answer of the service: status, headers and body, whatever became of the call.
///
/// ```
/// use atol_transport::LastResponse;
/// use http::{HeaderMap, StatusCode};
///
/// let response = LastResponse::new(StatusCode::OK, HeaderMap::new(), r#"[{"serialNumber":"00107703864827"}]"#);
/// assert!(response.is_success());
/// assert_eq!(response.json()?[0]["serialNumber"], "00107703864827");
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// Kept by a [`RecordLayer`](crate::RecordLayer) from the moment the head of the answer came; the body grows
/// while it arrives, up to the recorder's limit. The headers `Token`, `Set-Cookie` and `Authorization` are never
/// kept; of a failed login only the error object is shown, of a successful one nothing is kept. Where the answer
/// repeats the token or the password, `[hidden]` stands in their place.
///
/// `Debug` shows the status and the size of the body, never its content.
pub struct LastResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Mutex<Kept>,
    is_login: bool,
    secrets: Secrets,
}

/// What has been kept of a body.
#[derive(Default)]
struct Kept {
    /// The beginning, in pieces as they came, without copies.
    pieces: Vec<Bytes>,
    /// Small pieces after those, put together.
    tail: BytesMut,
    len: usize,
    end: End,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum End {
    /// More may come; or the connection broke, or nobody read on.
    #[default]
    Open,
    /// The body came to its end and is here whole.
    Whole,
    /// There was more than was kept.
    Cut,
}

impl LastResponse {
    /// An answer with a whole body, for tests of your own.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> LastResponse {
        let response = LastResponse::begin(status, headers, false, Secrets::default());
        response.push(&body.into(), usize::MAX);
        response.finish();
        response
    }

    /// An answer of which the head is there, to a request with these secrets.
    pub(crate) fn begin(
        status: StatusCode,
        mut headers: HeaderMap,
        is_login: bool,
        secrets: Secrets,
    ) -> LastResponse {
        for name in SECRET {
            headers.remove(name);
        }
        secrets.hide_in_headers(&mut headers);
        LastResponse { status, headers, body: Mutex::default(), is_login, secrets }
    }

    /// Keeps a piece of the body, as far as it fits into `most` bytes. `false` when there is no room for more.
    pub(crate) fn push(&self, piece: &Bytes, most: usize) -> bool {
        let mut kept = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        let room = most.saturating_sub(kept.len);
        if piece.len() > room {
            kept.keep(piece.slice(..room));
            kept.end = End::Cut;
        } else {
            kept.keep(piece.clone());
        }
        kept.end == End::Open
    }

    /// Notes that the body came to its end.
    pub(crate) fn finish(&self) {
        let mut kept = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.end == End::Open {
            kept.end = End::Whole;
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, without those that carry secrets.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What is there of the body. Of a failed login: its error object, or nothing.
    pub fn body(&self) -> Bytes {
        let bytes = self.body.lock().unwrap_or_else(PoisonError::into_inner).joined();
        self.secrets.hide(if self.is_login { error_object(&bytes) } else { bytes })
    }

    /// Whether bytes are missing from [`LastResponse::body`]: it was longer than the recorder keeps, it broke
    /// off, nobody read it to its end, or it is still arriving.
    pub fn is_truncated(&self) -> bool {
        self.end() != End::Whole
    }

    /// The body as text, without a byte order mark and space around it; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(json::text(&self.body())).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] when it stops in the middle, [`ErrorKind::NotJson`] when it is something else;
    /// both name the position, never the content.
    pub fn json(&self) -> Result<Value> {
        let body = self.body();
        let text = json::text(&body);
        serde_json::from_slice(text).map_err(|error| {
            let (kind, what) = if json::is_unclosed(text) {
                (ErrorKind::Truncated, "stops in the middle")
            } else {
                (ErrorKind::NotJson, "is not JSON")
            };
            // serde_json's own text may quote the content, so only the position is passed on.
            let (line, column) = (error.line(), error.column());
            Error::new(kind, format!("the recorded body {what}, at line {line} column {column}"))
                .with_status(self.status)
        })
    }

    /// Whether the answer is good: a status below 400 and a body that is a JSON object or array without an
    /// `error` in it (a null one does not count).
    pub fn is_success(&self) -> bool {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(default)]
            error: Option<IgnoredAny>,
        }

        if self.status.as_u16() >= 400 {
            return false;
        }
        let body = self.body();
        let text = json::text(&body);
        let has_error = match text.first() {
            Some(b'{') => serde_json::from_slice::<Envelope>(text).map(|envelope| envelope.error.is_some()),
            Some(b'[') => serde_json::from_slice::<IgnoredAny>(text).map(|_| false),
            _ => return false,
        };
        match has_error {
            Ok(has_error) => !has_error,
            // Longer than is kept: no error object is.
            Err(_) => self.end() == End::Cut && json::is_unclosed(text),
        }
    }

    /// The error object of the service, when the body holds one, whatever the status.
    pub fn service_error(&self) -> Option<ServiceError> {
        ServiceError::from_json(json::text(&self.body()))
    }

    fn end(&self) -> End {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).end
    }
}

impl fmt::Debug for LastResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastResponse")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body().len()))
            .field("is_truncated", &self.is_truncated())
            .finish_non_exhaustive()
    }
}

impl Kept {
    fn keep(&mut self, piece: Bytes) {
        self.len += piece.len();
        if piece.len() < SMALL && !self.pieces.is_empty() {
            self.tail.extend_from_slice(&piece);
            return;
        }
        if !self.tail.is_empty() {
            self.pieces.push(self.tail.split().freeze());
        }
        self.pieces.push(piece);
    }

    /// The body in one piece; put together once, not at every call.
    fn joined(&mut self) -> Bytes {
        if self.pieces.len() > 1 || !self.tail.is_empty() {
            let mut whole = BytesMut::with_capacity(self.len);
            for piece in self.pieces.drain(..) {
                whole.extend_from_slice(&piece);
            }
            whole.extend_from_slice(&std::mem::take(&mut self.tail));
            self.pieces.push(whole.freeze());
        }
        self.pieces.first().cloned().unwrap_or_default()
    }
}

/// The error object of a login's answer and nothing else of it.
fn error_object(body: &[u8]) -> Bytes {
    let Ok(Value::Object(mut answer)) = serde_json::from_slice(json::text(body)) else {
        return Bytes::new();
    };
    match answer.remove("error") {
        Some(error @ Value::Object(_)) => {
            let mut kept = serde_json::Map::new();
            kept.insert("error".to_owned(), error);
            Value::Object(kept).to_string().into()
        }
        _ => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &'static str) -> LastResponse {
        LastResponse::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body)
    }

    #[test]
    fn success_is_a_status_below_400_and_a_json_body_without_an_error() {
        for (status, body, expected) in [
            (200, "[]", true),
            (200, r#"{"data":{}}"#, true),
            (200, r#"{"error":null,"token":"t"}"#, true),
            (200, "\u{feff}[1]", true),
            (302, "{}", true),
            (200, r#"{"error":{"code":34}}"#, false),
            (200, r#"{"error":"no"}"#, false),
            (200, "", false),
            (200, "null", false),
            (200, "<html>", false),
            (200, r#"[{"serialNumber":"1"}"#, false),
            (400, "[]", false),
            (500, "[]", false),
        ] {
            assert_eq!(answer(status, body).is_success(), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_body_longer_than_is_kept_is_no_error_object() {
        let response = LastResponse::begin(StatusCode::OK, HeaderMap::new(), false, Secrets::default());
        assert!(!response.push(&Bytes::from_static(br#"{"data":[1,2,3]}"#), 10));
        assert_eq!(response.body(), r#"{"data":[1"#);
        assert!(response.is_truncated());
        assert!(response.is_success());
    }

    #[test]
    fn a_body_that_broke_off_is_no_success() {
        let response = LastResponse::begin(StatusCode::OK, HeaderMap::new(), false, Secrets::default());
        assert!(response.push(&Bytes::from_static(br#"{"data":[1,2"#), 100));
        assert!(!response.is_success());
        assert!(response.is_truncated());
    }

    #[test]
    fn text_and_json_do_without_the_byte_order_mark() {
        let response = answer(200, "\u{feff}[1]");
        assert_eq!(response.text(), "[1]");
        assert_eq!(response.json().unwrap(), serde_json::json!([1]));
    }

    #[test]
    fn json_errors_name_the_position_and_not_the_content() {
        let error = answer(200, r#"{"a":SECRET}"#).json().unwrap_err();
        insta::assert_snapshot!(error, @"the recorded body is not JSON, at line 1 column 6");
        let error = answer(200, r#"{"a":"#).json().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }

    #[test]
    fn many_small_and_large_pieces_come_back_in_order() {
        let response = LastResponse::begin(StatusCode::OK, HeaderMap::new(), false, Secrets::default());
        let mut expected = Vec::new();
        for (index, len) in [3, 10, 5000, 1, 4096, 4095, 2, 9000].into_iter().enumerate() {
            let piece = vec![b'a' + u8::try_from(index).unwrap(); len];
            expected.extend_from_slice(&piece);
            assert!(response.push(&piece.into(), usize::MAX));
            assert_eq!(response.body(), expected, "reading in the middle disturbs nothing");
        }
    }

    #[test]
    fn a_body_that_drips_is_kept_in_few_pieces() {
        let response = LastResponse::begin(StatusCode::OK, HeaderMap::new(), false, Secrets::default());
        for _ in 0..100_000 {
            response.push(&Bytes::from_static(b"x"), usize::MAX);
        }
        assert_eq!(response.body.lock().unwrap().pieces.len(), 1);
        assert_eq!(response.body().len(), 100_000);
    }

    #[test]
    fn headers_with_secrets_are_not_kept() {
        let mut headers = HeaderMap::new();
        for name in ["Token", "Set-Cookie", "Authorization", "Content-Type"] {
            headers.insert(HeaderName::try_from(name).unwrap(), "x".parse().unwrap());
        }
        let response = LastResponse::new(StatusCode::OK, headers, "[]");
        assert_eq!(response.headers().keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["content-type"]);
    }

    #[test]
    fn a_token_that_the_answer_repeats_is_hidden_even_across_pieces() {
        let headers = HeaderMap::from_iter([("x-echo".parse().unwrap(), "canary".parse().unwrap())]);
        let response = LastResponse::begin(StatusCode::UNAUTHORIZED, headers, false, Secrets::of(["canary"]));
        for piece in ["<pre>Token: can", "ary</pre>"] {
            response.push(&Bytes::from_static(piece.as_bytes()), usize::MAX);
        }
        response.finish();
        assert_eq!(response.text(), "<pre>Token: [hidden]</pre>");
        assert_eq!(response.headers()["x-echo"], "[hidden]");
    }

    #[test]
    fn debug_shows_no_content() {
        insta::assert_snapshot!(
            format!("{:?}", answer(200, r#"["secret"]"#)),
            @r#"LastResponse { status: 200, body: 10 bytes, is_truncated: false, .. }"#
        );
    }

    #[test]
    fn of_a_login_only_the_error_object_is_shown() {
        let login = |body: &'static [u8]| {
            let response = LastResponse::begin(
                StatusCode::UNAUTHORIZED,
                HeaderMap::new(),
                true,
                Secrets::of(["canary"]),
            );
            response.push(&Bytes::from_static(body), usize::MAX);
            response.finish();
            response.text()
        };
        assert_eq!(
            login(br#"{"error":{"code":12},"token":"t","echo":{"pass":"p"}}"#),
            r#"{"error":{"code":12}}"#
        );
        assert_eq!(
            login("{\"error\":{\"text\":\"`canary` is wrong\"}}".as_bytes()),
            r#"{"error":{"text":"`[hidden]` is wrong"}}"#
        );
        assert_eq!(login(br#"{"error":null,"token":"t"}"#), "");
        assert_eq!(login(b"pass=p"), "");
    }
}
