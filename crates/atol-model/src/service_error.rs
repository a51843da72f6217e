//! The service's error object, and the answer to a login.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::excerpt::excerpt;
use crate::generated::ServiceErrorCode;
use crate::text::utf8;

/// What the service answers when it refuses a request.
///
/// ```
/// use atol_model::{ServiceError, ServiceErrorCode, ServiceErrorKind};
///
/// let body = r#"{"error": {"error_id": "475d6d8d", "code": 12, "text": "Неверный логин или пароль", "type": "system"},
///     "timestamp": "15.02.2018 13:00:31"}"#;
/// let error = ServiceError::from_json(body.as_bytes()).ok_or("no error object")?;
/// assert_eq!(error.code, ServiceErrorCode::WrongLoginOrPassword);
/// assert_eq!(error.kind, ServiceErrorKind::System);
/// assert_eq!(error.to_string(), "12 WrongLoginOrPassword: Неверный логин или пароль");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The shape is that of the vendor's registration API, which shares its login and its errors with this one. A member
/// that is missing or of another type reads as empty, 0 or `unknown`: an error is not hidden by an error in it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServiceError {
    /// The id under which the vendor's support finds the case; may be empty.
    pub error_id: String,
    /// What is wrong.
    pub code: ServiceErrorCode,
    /// The service's own words, usually Russian.
    pub text: String,
    /// Where it went wrong.
    pub kind: ServiceErrorKind,
}

impl ServiceError {
    /// An error of `code`, for tests and stand-ins.
    pub fn new(code: ServiceErrorCode, text: impl Into<String>) -> Self {
        Self { error_id: String::new(), code, text: text.into(), kind: ServiceErrorKind::System }
    }

    /// Finds the error object in a whole answer, `{"error": {…}, …}`; `None` when there is none or it is null.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        serde_json::from_str::<Envelope>(utf8(body).ok()?).ok()?.error
    }

    /// The JSON of a whole answer with this error in it; `timestamp` is the service's `dd.mm.yyyy HH:MM:SS`.
    pub fn to_envelope(&self, timestamp: &str) -> String {
        serde_json::json!({"error": self, "timestamp": timestamp}).to_string()
    }
}

impl Default for ServiceErrorCode {
    fn default() -> Self {
        Self::Undefined
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, excerpt(&self.text))
    }
}

impl Serialize for ServiceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("error_id", &self.error_id)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("text", &self.text)?;
        map.serialize_entry("type", self.kind.name())?;
        map.end()
    }
}

/// Reads the object itself, without the envelope.
impl<'de> Deserialize<'de> for ServiceError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = ServiceError;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ServiceError, A::Error> {
        let mut error = ServiceError::default();
        while let Some(name) = map.next_key::<String>()? {
            let value: serde_json::Value = map.next_value()?;
            match name.as_str() {
                "error_id" => error.error_id = value.as_str().unwrap_or_default().to_owned(),
                "code" => error.code = ServiceErrorCode::from_code(value.as_i64().unwrap_or_default()),
                "text" => error.text = value.as_str().unwrap_or_default().to_owned(),
                "type" => error.kind = ServiceErrorKind::from_name(value.as_str().unwrap_or_default()),
                _ => {}
            }
        }
        Ok(error)
    }
}

/// Where the service went wrong: the `type` of its error object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// `none`: nothing went wrong.
    None,
    /// `unknown`, and every word that is not known.
    #[default]
    Unknown,
    /// `system`: in the service.
    System,
    /// `driver`: in the register's driver.
    Driver,
    /// `timeout`: something took too long.
    Timeout,
    /// `agent`: in the program beside the register.
    Agent,
}

impl ServiceErrorKind {
    /// All kinds.
    pub const ALL: &'static [Self] =
        &[Self::None, Self::Unknown, Self::System, Self::Driver, Self::Timeout, Self::Agent];

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::System => "system",
            Self::Driver => "driver",
            Self::Timeout => "timeout",
            Self::Agent => "agent",
        }
    }

    fn from_name(name: &str) -> Self {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).unwrap_or_default()
    }
}

impl fmt::Display for ServiceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The answer to a login: a token.
///
/// ```
/// use atol_model::TokenResponse;
///
/// let answer = TokenResponse::from_json(br#"{"error": null, "token": "abc", "timestamp": "30.11.2017 17:58:53"}"#)?;
/// assert_eq!(answer.token(), "abc");
/// assert_eq!(format!("{answer:?}"), "TokenResponse { token: [hidden] }");
/// # Ok::<(), atol_model::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    token: String,
}

impl TokenResponse {
    /// Reads the answer to a login. An error object wins over a token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Service`] for an error object, [`ErrorKind::MissingFields`] without a token,
    /// [`ErrorKind::WrongType`] when the token is not a text, [`ErrorKind::InvalidValue`] when it is empty, and the
    /// kinds of broken JSON. None of them repeats anything of the answer, because it may hold a token.
    pub fn from_json(body: &[u8]) -> Result<Self, Error> {
        let envelope: Envelope = serde_json::from_str(utf8(body)?).map_err(|error| {
            Error::new(match error.classify() {
                serde_json::error::Category::Eof => ErrorKind::Truncated,
                serde_json::error::Category::Data => ErrorKind::NotAnObject,
                _ => ErrorKind::Syntax,
            })
        })?;
        if let Some(error) = envelope.error {
            return Err(Error::service(error));
        }
        let raw = envelope.token.ok_or_else(|| Error::missing(vec!["token"]))?;
        let token: String = serde_json::from_str(raw.get())
            .map_err(|_| Error::new(ErrorKind::WrongType).at_path("token").expected("a text"))?;
        if token.is_empty() {
            return Err(Error::new(ErrorKind::InvalidValue)
                .at_path("token")
                .expected("a text that is not empty"));
        }
        Ok(Self { token })
    }

    /// The token: a secret.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The token, taken out.
    pub fn into_token(self) -> String {
        self.token
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("token", &format_args!("[hidden]")).finish()
    }
}

/// What surrounds an error or a token; everything else in it is passed over.
#[derive(Default)]
struct Envelope {
    error: Option<ServiceError>,
    token: Option<Box<RawValue>>,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "error" => {
                    let raw: Box<RawValue> = map.next_value()?;
                    // Anything but null in this place means that the request failed, whatever shape it has.
                    if raw.get() != "null" {
                        envelope.error = Some(serde_json::from_str(raw.get()).unwrap_or_else(|_| {
                            ServiceError { text: excerpt(raw.get()), ..ServiceError::default() }
                        }));
                    }
                }
                "token" => envelope.token = map.next_value::<Option<Box<RawValue>>>()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            r#""123456""#,
            "{}",
            "",
        ] {
            let error = TokenResponse::from_json(body.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("123456"), "{error}");
        }
    }

    #[test]
    fn an_error_of_any_shape_is_an_error() {
        assert_eq!(ServiceError::from_json(br#"{"error": "gone"}"#).unwrap().text, "\"gone\"");
        assert_eq!(ServiceError::from_json(br#"{"error": null}"#), None);
        assert_eq!(ServiceError::from_json(br#"[{"error": {}}]"#), None);
        assert_eq!(ServiceError::from_json(br#"{"error": {}}"#), Some(ServiceError::default()));
    }

    #[test]
    fn an_envelope_reads_back() {
        let error = ServiceError::new(ServiceErrorCode::UserBlocked, "заблокирован");
        assert_eq!(ServiceError::from_json(error.to_envelope("15.02.2018 13:00:31").as_bytes()), Some(error));
    }
}
