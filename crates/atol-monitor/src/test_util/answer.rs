//! Answers, good and bad.

use atol_model::ServiceErrorCode;
use atol_transport::{Error, ErrorKind, ResponseBody};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;

pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<ResponseBody> {
    answer(status, "application/json; charset=utf-8", ResponseBody::full(body))
}

pub(super) fn html(status: StatusCode) -> Response<ResponseBody> {
    answer(status, "text/html", ResponseBody::full(format!("<html><title>{status}</title></html>")))
}

/// The service's error object.
pub(super) fn problem(status: StatusCode, code: ServiceErrorCode) -> Response<ResponseBody> {
    let error = serde_json::json!({
        "error": { "error_id": "in-memory", "code": code.code(), "text": code.description_ru(), "type": "system" },
        "timestamp": "01.01.2026 12:00:00",
    });
    json(status, error.to_string())
}

/// The same answer, whose body breaks off.
pub(super) fn torn(response: Response<ResponseBody>, after: usize) -> Response<ResponseBody> {
    response.map(|body| {
        let whole = body.as_bytes().cloned().unwrap_or_default();
        let beginning = whole.slice(..after.min(whole.len()));
        let broken = Error::new(ErrorKind::Truncated, "the connection closed in the middle of the answer");
        ResponseBody::streaming(StreamBody::new(stream::iter([Ok(Frame::data(beginning)), Err(broken)])))
    })
}

/// The status that the service gives with a code.
pub(super) fn usual_status(code: ServiceErrorCode) -> StatusCode {
    match code {
        ServiceErrorCode::MissingToken
        | ServiceErrorCode::ExpiredToken
        | ServiceErrorCode::WrongLoginOrPassword
        | ServiceErrorCode::GroupCodeAndTokenDontMatch
        | ServiceErrorCode::NotSupportedGroupCodeForProtocol => StatusCode::UNAUTHORIZED,
        ServiceErrorCode::UserBlocked => StatusCode::FORBIDDEN,
        ServiceErrorCode::StateCheckNotFound => StatusCode::OK,
        ServiceErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ServiceErrorCode::ErrorServerConfiguration => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: ResponseBody) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
