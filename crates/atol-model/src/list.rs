//! A list of registers in which a broken one hides none of the others.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde_core::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::diagnosis::{describe, members, only, place, syntax};
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::kkt::Kkt;
use crate::position::{Position, Ruler};
use crate::read;
use crate::service_error::ServiceError;
use crate::text::utf8;

/// Registers, and the records that could not be read as one.
///
/// ```
/// use atol_model::{Kkt, KktList};
///
/// let good = Kkt::builder("00107703864827").build();
/// let list = KktList::from_json(format!(r#"[{good}, {{"serialNumber": "00107703864828"}}]"#).as_bytes())?;
///
/// assert_eq!(list.len(), 1);
/// assert_eq!(list[0].serial_number, "00107703864827");
/// let rejected = &list.rejected()[0];
/// assert_eq!((rejected.index, rejected.serial_number.as_deref()), (1, Some("00107703864828")));
/// assert_eq!(rejected.error.missing_fields().len(), 15);
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// The list is a slice of the registers that could be read; iterate it, index it, take its `len`. `Display` gives the
/// JSON array of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KktList {
    registers: Vec<Kkt>,
    rejected: Vec<RejectedKkt>,
}

/// A record of a list that could not be read as a register.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RejectedKkt {
    /// Its place in the list, counted from 0.
    pub index: usize,
    /// Its serial number, when at least that could be read.
    pub serial_number: Option<String>,
    /// Why it could not be read; its path starts at the list: `[3].fiscalizationDate`.
    pub error: Error,
    /// The record as it came.
    pub raw: String,
}

impl RejectedKkt {
    /// A record that could not be read, with the error that [`Kkt::from_element`] gave for it.
    ///
    /// ```
    /// use atol_model::{Kkt, RejectedKkt};
    ///
    /// let element = r#"{"serialNumber": "00107703864827"}"#;
    /// if let Err(error) = Kkt::from_element(element.as_bytes()) {
    ///     let rejected = RejectedKkt::new(3, element, error);
    ///     assert_eq!(rejected.serial_number.as_deref(), Some("00107703864827"));
    ///     assert_eq!(rejected.error.path(), "[3]");
    /// }
    /// ```
    ///
    /// Takes the serial number out of the record when that can be done, and puts the index in front of the error's path.
    pub fn new(index: usize, raw: impl Into<String>, error: Error) -> Self {
        let raw = raw.into();
        let serial_number = members(&raw)
            .ok()
            .and_then(|members| only(&raw, &members, "serialNumber").ok().flatten())
            .and_then(|serial| serde_json::from_str::<String>(serial.get()).ok())
            .filter(|serial| !serial.trim().is_empty());
        Self { index, serial_number, error: error.in_element(index), raw }
    }

    /// The same record at another place, when lists are put together: in [`index`](Self::index) and in the error's path.
    ///
    /// ```
    /// use atol_model::KktList;
    ///
    /// let second_page = KktList::from_json(b"[null]")?;
    /// let (_, mut rejected) = second_page.into_parts();
    /// let record = rejected.remove(0).at_index(1000);
    /// assert_eq!((record.index, record.error.path()), (1000, "[1000]"));
    /// # Ok::<(), atol_model::Error>(())
    /// ```
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.error = self.error.moved_in_list(self.index, index);
        self.index = index;
        self
    }
}

impl PartialEq for RejectedKkt {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.raw == other.raw
    }
}

impl KktList {
    /// Puts a list together from its parts.
    pub fn new(registers: Vec<Kkt>, rejected: Vec<RejectedKkt>) -> Self {
        Self { registers, rejected }
    }

    /// Reads a list: an array, or an array inside `{"data": […]}` or HAL's `{"_embedded": {"…": […]}}`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotAList`] when it is none of these, [`ErrorKind::Service`] when the service reported an error
    /// instead, and the kinds of broken JSON. A broken *element* is no error: see [`rejected`](Self::rejected).
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let text = utf8(json)?;
        if text.trim_start().starts_with('[') {
            return Self::from_array(text, Position::START);
        }
        let array = enclosed(text)?;
        Self::from_array(array.get(), place(text, array.get()))
    }

    /// The records that could not be read, in their order.
    pub fn rejected(&self) -> &[RejectedKkt] {
        &self.rejected
    }

    /// The registers and the rejected records.
    pub fn into_parts(self) -> (Vec<Kkt>, Vec<RejectedKkt>) {
        (self.registers, self.rejected)
    }

    /// The JSON array of the registers, in one line.
    pub fn to_json(&self) -> String {
        json::array(&self.registers)
    }

    /// The fast path reads all at once; only when that fails each element is looked at alone.
    fn from_array(text: &str, start: Position) -> Result<Self, Error> {
        if let Ok(registers) = read::list(text) {
            return Ok(Self { registers, rejected: Vec::new() });
        }
        let elements: Vec<&RawValue> =
            serde_json::from_str(text).map_err(|error| syntax(text, &error).moved_to(start))?;
        let mut ruler = Ruler::new(text);
        let mut list = Self::default();
        for (index, element) in elements.into_iter().map(RawValue::get).enumerate() {
            match Kkt::from_element_text(element) {
                Ok(kkt) => list.registers.push(kkt),
                Err(error) => {
                    let error = error.moved_to(ruler.place(element).after(start));
                    list.rejected.push(RejectedKkt::new(index, element, error));
                }
            }
        }
        Ok(list)
    }
}

/// The array inside an envelope.
fn enclosed(text: &str) -> Result<&RawValue, Error> {
    let outer = members(text).map_err(|error| match error.kind() {
        ErrorKind::NotAnObject => not_a_list(text, text.trim()),
        _ => error,
    })?;
    if let Some(error) = ServiceError::from_json(text.as_bytes()) {
        return Err(Error::service(error));
    }
    if let Some(data) = only(text, &outer, "data")? {
        return array(text, data, "data");
    }
    let Some(embedded) = only(text, &outer, "_embedded")? else { return Err(not_a_list(text, text.trim())) };
    let inner = members(embedded.get()).map_err(|_| not_a_list(text, embedded.get()).at_path("_embedded"))?;
    let lists: Vec<&RawValue> =
        inner.into_iter().map(|(_, value)| value).filter(|value| value.get().starts_with('[')).collect();
    match lists[..] {
        [list] => Ok(list),
        _ => Err(not_a_list(text, embedded.get())
            .at_path("_embedded")
            .expected("one list in it")
            .found(lists.len().to_string())),
    }
}

fn array<'a>(text: &str, value: &'a RawValue, path: &str) -> Result<&'a RawValue, Error> {
    if value.get().starts_with('[') { Ok(value) } else { Err(not_a_list(text, value.get()).at_path(path)) }
}

/// For a part of the text that is not what it should be.
fn not_a_list(text: &str, json: &str) -> Error {
    Error::new(ErrorKind::NotAList)
        .expected("a list of registers")
        .found(describe(json))
        .at(place(text, json))
}

impl Deref for KktList {
    type Target = [Kkt];

    fn deref(&self) -> &[Kkt] {
        &self.registers
    }
}

impl IntoIterator for KktList {
    type Item = Kkt;
    type IntoIter = std::vec::IntoIter<Kkt>;

    fn into_iter(self) -> Self::IntoIter {
        self.registers.into_iter()
    }
}

impl<'a> IntoIterator for &'a KktList {
    type Item = &'a Kkt;
    type IntoIter = std::slice::Iter<'a, Kkt>;

    fn into_iter(self) -> Self::IntoIter {
        self.registers.iter()
    }
}

/// A list of which nothing was rejected.
impl FromIterator<Kkt> for KktList {
    fn from_iter<I: IntoIterator<Item = Kkt>>(registers: I) -> Self {
        Self { registers: registers.into_iter().collect(), rejected: Vec::new() }
    }
}

/// As [`KktList::from_json`].
impl FromStr for KktList {
    type Err = Error;

    fn from_str(json: &str) -> Result<Self, Error> {
        Self::from_json(json.as_bytes())
    }
}

/// The JSON array of the registers; `{:#}` over several lines.
impl fmt::Display for KktList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.write_str(&serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?)
        } else {
            f.write_str(&self.to_json())
        }
    }
}

impl Serialize for KktList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.registers)
    }
}
