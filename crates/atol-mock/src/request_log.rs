//! What the stand-in was asked, without the secrets.

use std::borrow::Cow;

use wiremock::Request;

/// What stands in the place of a secret.
const REDACTED: &str = "<redacted>";

/// A request that reached the stand-in, and the status it was answered with.
///
/// ```
/// use atol_mock::MockAtol;
///
/// # async fn example() {
/// let mock = MockAtol::start().await;
/// // … the code under test …
/// for request in mock.requests() {
///     println!("{} {} -> {}", request.method(), request.path(), request.status());
/// }
/// # }
/// ```
///
/// Secrets are not kept: the `Token` header and the `pass` of a login read `<redacted>`. Whether the right token was
/// sent is seen from [`token_number`](Self::token_number), the right password from the [`status`](Self::status).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    method: String,
    path: String,
    query: Option<String>,
    parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    token_number: Option<usize>,
    body: String,
    status: u16,
}

impl RecordedRequest {
    pub(crate) fn new(request: &Request, token_number: Option<usize>, status: u16) -> Self {
        let headers = request.headers.iter().map(|(name, value)| {
            let secret =
                matches!(name.as_str(), "token" | "authorization" | "proxy-authorization" | "cookie");
            let value =
                if secret { Cow::Borrowed(REDACTED) } else { String::from_utf8_lossy(value.as_bytes()) };
            (name.as_str().to_owned(), value.into_owned())
        });
        let parameters =
            request.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self {
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query().map(str::to_owned),
            parameters: parameters.collect(),
            headers: headers.collect(),
            token_number,
            body: redacted_body(&request.body),
            status,
        }
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path as it was sent, percent-encoded: `/api/kkt/v1/cash-registers/00107703864827`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as it was sent, without the question mark.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The decoded value of a parameter of the query; the first one if there are several.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        first(&self.parameters, name)
    }

    /// Names and values of the query's parameters, decoded, in their order.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// The value of a header, the first one if there are several. The name is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// Names, in small letters, and values of the headers.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Which of the issued tokens the request carried: 1 for the first that was issued. `None` if it carried no token
    /// or one that was never issued.
    pub fn token_number(&self) -> Option<usize> {
        self.token_number
    }

    /// The body. Of a login only a JSON object is kept, with its `pass` replaced.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.status
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// No call but the login has a body; what cannot be read might hold the password somewhere.
fn redacted_body(body: &[u8]) -> String {
    if body.is_empty() {
        return String::new();
    }
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(mut members)) => {
            if let Some(password) = members.get_mut("pass") {
                *password = REDACTED.into();
            }
            serde_json::Value::Object(members).to_string()
        }
        _ => format!("<{} bytes that are no JSON object>", body.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_no_password_whatever_it_looks_like() {
        assert_eq!(
            redacted_body(br#"{"login":"shop","pass":"s3cret"}"#),
            r#"{"login":"shop","pass":"<redacted>"}"#
        );
        assert_eq!(redacted_body(b"login=shop&pass=s3cret"), "<22 bytes that are no JSON object>");
        assert_eq!(redacted_body(b""), "");
    }
}
