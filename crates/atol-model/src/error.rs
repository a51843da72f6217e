//! The one error of this crate and its kinds.

use std::borrow::Cow;
use std::fmt;

use crate::excerpt::excerpt;
use crate::position::Position;
use crate::service_error::ServiceError;

/// Why a text is not what it should be: which field, where, what was expected and what was found.
///
/// ```
/// use atol_model::{ErrorKind, Kkt};
///
/// let error = Kkt::from_json(br#"{"serialNumber": "00107703864827"}"#).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::MissingFields);
/// assert_eq!(error.missing_fields().len(), 15);
/// ```
///
/// The message is complete: nothing is left for [`source`](std::error::Error::source). Text of the service in it is
/// shortened and its control characters are escaped.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    path: String,
    position: Option<Position>,
    expected: Option<Cow<'static, str>>,
    found: Option<String>,
    missing: Vec<&'static str>,
    service_error: Option<ServiceError>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing but white space.
    Empty,
    /// The bytes are not UTF-8.
    Encoding,
    /// The text ends in the middle of the JSON.
    Truncated,
    /// The text is not JSON.
    Syntax,
    /// Something follows the JSON.
    TrailingData,
    /// A register or another object was expected, something else came.
    NotAnObject,
    /// A list was expected, something else came.
    NotAList,
    /// The object has no members at all.
    EmptyObject,
    /// Members that must be there are not, see [`Error::missing_fields`].
    MissingFields,
    /// The same member comes twice.
    DuplicateField,
    /// A value of another JSON type than the field has.
    WrongType,
    /// A value of the right JSON type that the field cannot have.
    InvalidValue,
    /// A text that is not a date, or a date without the zone it needs.
    InvalidTimestamp,
    /// The serial number is empty or blank.
    BlankSerialNumber,
    /// The service reported an error instead, see [`Error::service_error`].
    Service,
    /// One element of a list, or what surrounds the list, is longer than the reader takes.
    TooLong,
}

impl Error {
    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where it is wrong: `fiscalizationDate` in one register, `[3].fiscalizationDate` in a list, empty for the whole.
    ///
    /// An envelope is not part of the path.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The line, counted from 1, where that is known.
    pub fn line(&self) -> Option<usize> {
        self.0.position.map(|position| position.line)
    }

    /// The column in characters, counted from 1, where that is known.
    pub fn column(&self) -> Option<usize> {
        self.0.position.map(|position| position.column)
    }

    /// All members that are missing, by the names they have in JSON; empty unless the kind is
    /// [`MissingFields`](ErrorKind::MissingFields).
    pub fn missing_fields(&self) -> &[&'static str] {
        &self.0.missing
    }

    /// What the service said, when the kind is [`Service`](ErrorKind::Service).
    pub fn service_error(&self) -> Option<&ServiceError> {
        self.0.service_error.as_ref()
    }

    /// Whether the text ended too early: empty or cut off, so that asking again may help.
    pub fn is_truncated(&self) -> bool {
        matches!(self.kind(), ErrorKind::Empty | ErrorKind::Truncated)
    }

    /// Whether the text is no JSON at all: an HTML page of a proxy, say, or one cut off.
    pub fn is_syntax(&self) -> bool {
        use ErrorKind::{Empty, Encoding, Syntax, TrailingData, Truncated};
        matches!(self.kind(), Empty | Encoding | Syntax | TrailingData | Truncated)
    }

    /// Whether the text is JSON, but not what it should be.
    pub fn is_data(&self) -> bool {
        !self.is_syntax() && !self.is_service()
    }

    /// Whether the service reported an error.
    pub fn is_service(&self) -> bool {
        self.kind() == ErrorKind::Service
    }

    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            path: String::new(),
            position: None,
            expected: None,
            found: None,
            missing: Vec::new(),
            service_error: None,
        }))
    }

    pub(crate) fn missing(fields: Vec<&'static str>) -> Self {
        let mut error = Self::new(ErrorKind::MissingFields);
        error.0.missing = fields;
        error
    }

    pub(crate) fn service(cause: ServiceError) -> Self {
        let mut error = Self::new(ErrorKind::Service);
        error.0.service_error = Some(cause);
        error
    }

    pub(crate) fn at_path(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    pub(crate) fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// Says in our own words what was found.
    pub(crate) fn found(mut self, found: impl Into<String>) -> Self {
        self.0.found = Some(found.into());
        self
    }

    /// Leaves out what was found, where that may be a secret.
    pub(crate) fn without_found(mut self) -> Self {
        self.0.found = None;
        self
    }

    /// Quotes a text, shortened and escaped.
    pub(crate) fn found_text(self, text: &str) -> Self {
        self.found(format!("\"{}\"", excerpt(text)))
    }

    /// Leaves out the position, where it was counted in another text than the one that came.
    pub(crate) fn without_position(mut self) -> Self {
        self.0.position = None;
        self
    }

    /// Moves an error of one element to another place in the list.
    pub(crate) fn moved_in_list(mut self, from: usize, to: usize) -> Self {
        if let Some(path) = self.0.path.strip_prefix(&format!("[{from}]")) {
            self.0.path = format!("[{to}]{path}");
        }
        self
    }

    /// Moves an error of one element to its place in a list.
    pub(crate) fn in_element(mut self, index: usize) -> Self {
        let path = &self.0.path;
        let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        self.0.path = format!("[{index}]{dot}{path}");
        self
    }

    /// Moves the position from the start of an excerpt to where that excerpt starts.
    pub(crate) fn moved_to(mut self, start: Position) -> Self {
        self.0.position = self.0.position.map(|position| position.after(start));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, path, position, expected, found, missing, service_error } = &*self.0;
        if !path.is_empty() {
            write!(f, "{}: ", excerpt(path))?;
        }
        match (kind, expected) {
            (ErrorKind::MissingFields, _) => {
                let (noun, count) = (if missing.len() == 1 { "field" } else { "fields" }, missing.len());
                write!(f, "{count} required {noun} missing: {}", missing.join(", "))?;
            }
            (ErrorKind::Service, _) => match service_error {
                Some(error) => write!(f, "the service answered with {error}")?,
                None => f.write_str("the service answered with an error")?,
            },
            (_, Some(expected)) => write!(f, "expected {expected}")?,
            (kind, None) => write!(f, "{kind}")?,
        }
        if let Some(found) = found {
            write!(f, ", found {found}")?;
        }
        if let Some(Position { line, column }) = position {
            write!(f, " (line {line}, column {column})")?;
        }
        Ok(())
    }
}

/// Names the kind in a few words.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty text",
            Self::Encoding => "not UTF-8",
            Self::Truncated => "cut off in the middle",
            Self::Syntax => "not JSON",
            Self::TrailingData => "more text after the end of the JSON",
            Self::NotAnObject => "not an object",
            Self::NotAList => "not a list",
            Self::EmptyObject => "an object without members",
            Self::MissingFields => "required fields missing",
            Self::DuplicateField => "the same field twice",
            Self::WrongType => "wrong type",
            Self::InvalidValue => "invalid value",
            Self::InvalidTimestamp => "not a date",
            Self::BlankSerialNumber => "blank serial number",
            Self::Service => "an error of the service",
            Self::TooLong => "too long",
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.kind())
    }
}

impl std::error::Error for Error {}
