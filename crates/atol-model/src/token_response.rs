//! The answer to a login.

use std::fmt;

use jiff::tz;

use crate::diagnosis::{members, only};
use crate::error::{Error, ErrorKind};
use crate::offset_timestamp::OffsetTimestamp;
use crate::service_error::ServiceError;
use crate::text::utf8;

/// The answer to a login: a token.
///
/// ```
/// use atol_model::TokenResponse;
///
/// let answer = TokenResponse::from_json(br#"{"error": null, "token": "abc", "timestamp": "30.11.2017 17:58:53"}"#)?;
/// assert_eq!(answer.token(), "abc");
/// assert!(!format!("{answer:?}").contains("abc"));
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// The token is a secret: neither `Debug` nor an error shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    token: String,
    timestamp: Option<OffsetTimestamp>,
}

impl TokenResponse {
    /// The most characters a token may have. The vendor's document names 1000; its word is not worth a failed login.
    pub const MAX_TOKEN_LEN: usize = 4096;

    /// Reads the answer to a login. An error object wins over a token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`] for an error object, [`ErrorKind::MissingFields`] without a token,
    /// [`ErrorKind::WrongType`] when the token is not a text, [`ErrorKind::InvalidValue`] when it is not 1 to 4096
    /// characters that may stand in a header (visible ASCII), and the kinds of broken JSON. None of them repeats anything
    /// of the answer beyond what the service says of its error, because it may hold a token.
    pub fn from_json(body: &[u8]) -> Result<Self, Error> {
        let text = utf8(body).map_err(Error::without_found)?;
        let members = members(text).map_err(Error::without_found)?;
        if let Some(error) = ServiceError::from_text(text) {
            return Err(Error::service(error));
        }
        let raw = only(text, &members, "token").map_err(Error::without_found)?;
        let raw = raw.ok_or_else(|| Error::missing(vec!["token"]))?;
        let fault =
            |kind| Error::new(kind).at_path("token").expected("a text of 1 to 4096 visible ASCII characters");
        let token: String = serde_json::from_str(raw.get()).map_err(|_| fault(ErrorKind::WrongType))?;
        let is_visible = token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.is_empty() || token.len() > Self::MAX_TOKEN_LEN || !is_visible {
            return Err(fault(ErrorKind::InvalidValue));
        }
        let timestamp = members
            .iter()
            .find(|(name, _)| name == "timestamp")
            .and_then(|(_, raw)| serde_json::from_str::<String>(raw.get()).ok())
            .and_then(|text| OffsetTimestamp::parse_assuming(&text, tz::offset(3)).ok());
        Ok(Self { token, timestamp })
    }

    /// The token: a secret.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The token, taken out.
    pub fn into_token(self) -> String {
        self.token
    }

    /// When the service answered, by its own clock; `None` when it does not say or cannot be understood, which does not
    /// spoil a login.
    ///
    /// The service states no zone. It is taken for Moscow's (UTC+3), where its makers are; nothing should hang on it.
    pub fn timestamp(&self) -> Option<OffsetTimestamp> {
        self.timestamp
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("token", &format_args!("[hidden]"))
            .field("timestamp", &self.timestamp)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::ServiceErrorCode;

    #[test]
    fn an_error_wins_over_a_token() {
        let error = TokenResponse::from_json(br#"{"token": "canary", "error": {"code": 14, "text": "no"}}"#)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.service_error().map(|error| error.code), Some(ServiceErrorCode::UserBlocked));
    }

    #[test]
    fn no_error_repeats_the_token() {
        for body in [
            r#"{"token": 123456}"#,
            r#"{"token": "123456"#,
            r#"{"token": ["123456"]}"#,
            r#"{"token": "123456", "token": "123456"}"#,
            r#"{"token": "1", "token": 123456}"#,
            r#"{"token": "1"} 123456"#,
            "token: 123456",
            r#""123456""#,
            "{}",
            "",
        ] {
            let error = TokenResponse::from_json(body.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("123456"), "{error}");
        }
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        for (token, is_good) in [
            ("0".to_owned(), true),
            ("x".repeat(4096), true),
            ("x".repeat(4097), false),
            (String::new(), false),
            ("a b".to_owned(), false),
            ("a\r\nb".to_owned(), false),
            ("ток".to_owned(), false),
        ] {
            let body = serde_json::json!({"error": null, "token": token}).to_string();
            let read = TokenResponse::from_json(body.as_bytes());
            assert_eq!(read.is_ok(), is_good, "{token:?}");
            if let Err(error) = read {
                assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, "token"));
            }
        }
    }

    #[test]
    fn two_tokens_are_none() {
        let error = TokenResponse::from_json(br#"{"token": "a", "token": "b"}"#).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DuplicateField);
    }

    #[test]
    fn the_time_is_told_where_it_can_be_read() {
        let time = |body: &str| TokenResponse::from_json(body.as_bytes()).unwrap().timestamp();
        let told = time(r#"{"token": "a", "timestamp": "30.11.2017 17:58:53"}"#).unwrap();
        assert_eq!(told.timestamp().to_string(), "2017-11-30T14:58:53Z");
        assert_eq!(told.to_string(), "30.11.2017 17:58:53");
        assert_eq!(time(r#"{"token": "a", "timestamp": "31.02.2017 17:58:53"}"#), None);
        assert_eq!(time(r#"{"token": "a", "timestamp": 5}"#), None);
        assert_eq!(time(r#"{"token": "a"}"#), None);
    }
}
