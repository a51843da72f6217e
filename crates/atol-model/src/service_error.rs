//! The service's error object.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::excerpt::excerpt;
use crate::generated::ServiceErrorCode;
use crate::service_error_kind::ServiceErrorKind;
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
        Self::from_text(utf8(body).ok()?)
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().and_then(|Envelope(error)| error)
    }

    /// From the value of the member `error`; `None` when it is null.
    pub(crate) fn from_member(json: &RawValue) -> Option<Self> {
        // Anything but null in this place means that the request failed, whatever shape it has.
        (json.get() != "null").then(|| {
            serde_json::from_str(json.get())
                .unwrap_or_else(|_| Self { text: excerpt(json.get()), ..Self::default() })
        })
    }

    /// The JSON of a whole answer with this error in it; `timestamp` is the service's `dd.mm.yyyy HH:MM:SS`.
    pub fn to_envelope(&self, timestamp: &str) -> String {
        serde_json::json!({"error": self, "timestamp": timestamp}).to_string()
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the enum is generated, and only this one of the two has a default"
)]
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
        map.serialize_entry("type", self.kind.as_str())?;
        map.end()
    }
}

/// Reads the object itself, without the envelope.
impl<'de> Deserialize<'de> for ServiceError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// A code decides whether a client may log in again, so one that is written as a text is read as well.
fn code(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = ServiceError;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ServiceError, A::Error> {
        let text = |value: Value| match value {
            Value::String(text) => text,
            _ => String::new(),
        };
        let mut error = ServiceError::default();
        while let Some(name) = map.next_key::<String>()? {
            let value: Value = map.next_value()?;
            match name.as_str() {
                "error_id" => error.error_id = text(value),
                "code" => error.code = ServiceErrorCode::from_code(code(&value).unwrap_or_default()),
                "text" => error.text = text(value),
                "type" => {
                    error.kind = value.as_str().map_or(ServiceErrorKind::Unknown, ServiceErrorKind::from);
                }
                _ => {}
            }
        }
        Ok(error)
    }
}

/// An answer in which only the error is of interest.
struct Envelope(Option<ServiceError>);

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvelopeVisitor;

        impl<'de> Visitor<'de> for EnvelopeVisitor {
            type Value = Envelope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
                let mut error = None;
                while let Some(IsError(is_error)) = map.next_key()? {
                    if is_error {
                        error = ServiceError::from_member(map.next_value()?).or(error);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Envelope(error))
            }
        }

        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// Whether a member is called `error`, told without copying the names of the others.
struct IsError(bool);

impl<'de> Deserialize<'de> for IsError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl Visitor<'_> for NameVisitor {
            type Value = IsError;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_str<E>(self, name: &str) -> Result<IsError, E> {
                Ok(IsError(name == "error"))
            }
        }

        deserializer.deserialize_identifier(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
