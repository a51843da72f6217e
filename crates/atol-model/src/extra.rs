//! Members of a register that this version does not know.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::field::Field;

/// Unknown members, in the order they came, each as JSON text.
///
/// ```
/// use atol_model::Kkt;
///
/// let mut kkt = Kkt::builder("00107703864827").extra("model", r#"{"name": "АТОЛ 42ФС"}"#)?.build();
/// assert_eq!(kkt.extra.get("model"), Some(r#"{"name":"АТОЛ 42ФС"}"#));
/// assert_eq!(kkt.extra.names().collect::<Vec<_>>(), ["model"]);
///
/// kkt.extra.insert("voltage", "12.50")?;
/// assert!(kkt.to_string().ends_with(r#","model":{"name":"АТОЛ 42ФС"},"voltage":12.50}"#));
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// A number keeps all its digits and a text its escapes; white space between the tokens goes, so that a register never
/// spreads over several lines. What [`serde_json::Value`] cannot hold (127 levels and more, a number beyond a double, half
/// a surrogate pair) is not let in, so each member can be had as a `Value`.
#[derive(Clone, Default)]
pub struct Extra {
    members: Vec<(Box<str>, Box<RawValue>)>,
}

impl Extra {
    /// The JSON text of a member.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(member, _)| *member == name).map(|(_, json)| json)
    }

    /// Names and JSON texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.members.iter().map(|(name, json)| (&**name, json.get()))
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.members.iter().map(|(name, _)| &**name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none, as is usual.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a member behind the others.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::DuplicateField`] when there is such a member or an attribute of that name already,
    /// [`ErrorKind::InvalidValue`] when `json` is not JSON or not what a `Value` can hold.
    pub fn insert(&mut self, name: impl Into<String>, json: impl Into<String>) -> Result<(), Error> {
        let name = name.into();
        if Field::from_name(&name).is_some() || self.get(&name).is_some() {
            return Err(Error::new(ErrorKind::DuplicateField).at_path(name));
        }
        RawValue::from_string(json.into())
            .and_then(|json| self.push(&name, json))
            .map_err(|_| Error::new(ErrorKind::InvalidValue).at_path(name).expected(EXPECTED))
    }

    /// Takes a member out and gives its JSON text.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let index = self.names().position(|member| member == name)?;
        let (_, json) = self.members.remove(index);
        Some(Box::<str>::from(json).into())
    }

    /// Adds a member that was read. Whether its name came before is asked once, at the end: see [`Self::repeated`].
    pub(crate) fn push(&mut self, name: &str, json: Box<RawValue>) -> Result<(), serde_json::Error> {
        let json = match checked(json.get())? {
            Cow::Borrowed(_) => json,
            Cow::Owned(dense) => RawValue::from_string(dense)?,
        };
        self.members.push((name.into(), json));
        Ok(())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.members.iter().map(|(name, json)| (&**name, &**json))
    }

    /// A name that stands twice. Sorted first, because comparing each with each takes too long for a long object.
    pub(crate) fn repeated(&self) -> Option<&str> {
        if self.len() < 2 {
            return None;
        }
        let mut names: Vec<&str> = self.names().collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(*first),
            _ => None,
        })
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.members.iter().map(|(name, json)| (name, json))).finish()
    }
}

/// What a reader is told to write instead.
pub(crate) const EXPECTED: &str =
    "JSON of less than 127 levels, numbers no larger than a double, whole surrogate pairs";

/// Refuses JSON that a [`Value`] cannot hold and drops the white space between the tokens of the rest.
pub(crate) fn checked(json: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    /// No number of this length reaches the end of a double's range, unless it has an exponent.
    const SHORT: usize = 300;
    // Nearly every value there is: a text without escapes, a literal, a number as people write them.
    let is_plain = match json.as_bytes() {
        [b'"', text @ ..] => !text.contains(&b'\\'),
        [b'{' | b'[', ..] => false,
        word => {
            word.len() < SHORT && !word.iter().any(|byte| matches!(byte, b'e' | b'E'))
                || word == b"true"
                || word == b"false"
        }
    };
    if is_plain {
        return Ok(Cow::Borrowed(json));
    }
    serde_json::from_str::<Value>(json)?;
    let mut dense = String::with_capacity(json.len());
    let (mut in_text, mut is_escaped) = (false, false);
    for character in json.chars() {
        if !in_text && character.is_ascii_whitespace() {
            continue;
        }
        in_text ^= character == '"' && !is_escaped;
        is_escaped = in_text && character == '\\' && !is_escaped;
        dense.push(character);
    }
    Ok(if dense.len() == json.len() { Cow::Borrowed(json) } else { Cow::Owned(dense) })
}
