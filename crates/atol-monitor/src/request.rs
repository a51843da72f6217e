//! The requests of the monitoring API, built without any I/O.

use atol_transport::Body;
use atol_transport::call::{MaxBody, PathTemplate, SpacingKey};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};

use crate::page::Page;
use crate::serial_number::SerialNumber;

/// What a page of a list may weigh; a register has some 600 bytes, so this is more than a hundred thousand of them.
const LIST_BODY: usize = 64 * 1024 * 1024;

/// `GET /cash-registers`, with `limit` and `offset` where the page says so.
pub(crate) fn list(page: Page) -> Request<Body> {
    let mut query = Vec::new();
    if let Some(limit) = page.limit() {
        query.push(format!("limit={limit}"));
    }
    if let Some(offset) = page.offset() {
        query.push(format!("offset={offset}"));
    }
    let separator = if query.is_empty() { "" } else { "?" };
    let mut request = get(format!("/cash-registers{separator}{}", query.join("&")));
    request.extensions_mut().insert(PathTemplate("/cash-registers"));
    request.extensions_mut().insert(MaxBody(LIST_BODY));
    request
}

/// `GET /cash-registers/{serialNumber}`, spaced from other requests for the same register.
pub(crate) fn one(serial: &SerialNumber) -> Request<Body> {
    let mut request = get(format!("/cash-registers/{}", serial.path_segment()));
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/hal+json"));
    request.extensions_mut().insert(PathTemplate("/cash-registers/{serial}"));
    request.extensions_mut().insert(SpacingKey::new(serial.as_str()));
    request
}

/// A request under the API's base address, which the client completes.
fn get(path_and_query: String) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::GET;
    // Every path here is made of ASCII and percent-encoded parts, so it always parses.
    *request.uri_mut() = Uri::try_from(path_and_query).unwrap_or_default();
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_and_offset_go_into_the_query() {
        assert_eq!(list(Page::default()).uri(), "/cash-registers");
        assert_eq!(list(Page::new(100, 200).unwrap()).uri(), "/cash-registers?limit=100&offset=200");
    }

    #[test]
    fn one_register_is_asked_for_by_path_and_in_hal() {
        let request = one(&"00107703864827".parse().unwrap());
        assert_eq!(request.uri(), "/cash-registers/00107703864827");
        assert_eq!(request.headers()[ACCEPT], "application/hal+json");
    }
}
