//! Members of a register that this version does not know.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::Error as _;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::field::Field;
use crate::member::{self, LEVELS, Member, RESERVED, is_reserved};

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
/// spreads over several lines. What [`serde_json::Value`] cannot hold (a number beyond a double, half a surrogate pair, a
/// name that means something to `serde_json`) is not let in, nor are more than 100 levels, so each member can be had as a
/// `Value`, and with others around it.
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
            .and_then(|json| self.push(&name, Member(json)))
            .map_err(|_| Error::new(ErrorKind::InvalidValue).at_path(name).expected(EXPECTED))
    }

    /// Takes a member out and gives its JSON text.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let index = self.names().position(|member| member == name)?;
        let (_, json) = self.members.remove(index);
        Some(Box::<str>::from(json).into())
    }

    /// Adds a member that was read. Whether its name came before is asked once, at the end: see [`Self::repeated`].
    pub(crate) fn push(&mut self, name: &str, Member(json): Member) -> Result<(), serde_json::Error> {
        let json = match checked(name, json.get())? {
            Cow::Borrowed(_) => json,
            Cow::Owned(dense) => RawValue::from_string(dense)?,
        };
        self.members.push((name.into(), json));
        Ok(())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.members.iter().map(|(name, json)| (&**name, &**json))
    }

    /// A name that stands twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        /// Up to here comparing each with each is the faster way, beyond it an attack would find it very slow.
        const FEW: usize = 16;
        if self.len() <= FEW {
            return self
                .names()
                .enumerate()
                .find(|&(index, name)| self.names().skip(index + 1).any(|later| later == name))
                .map(|(_, name)| name);
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
        let mut map = f.debug_map();
        for (name, json) in self.iter() {
            map.entry(&name, &format_args!("{json}"));
        }
        map.finish()
    }
}

/// What a reader is told to write instead.
pub(crate) const EXPECTED: &str = "JSON of at most 100 levels, numbers no larger than a double, whole surrogate pairs, \
    no name like $serde_json::…";

/// Refuses members that are not let in and drops the white space between the tokens of the others' values.
pub(crate) fn checked<'a>(name: &str, json: &'a str) -> Result<Cow<'a, str>, serde_json::Error> {
    if is_reserved(name) {
        return Err(serde_json::Error::custom(RESERVED));
    }
    let seen = Seen::in_json(json);
    if seen.odd {
        member::check(json)?;
    }
    if !seen.space {
        return Ok(Cow::Borrowed(json));
    }
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
    Ok(Cow::Owned(dense))
}

/// What a glance at a value shows, much quicker than reading it. May cry wolf, never misses one.
struct Seen {
    /// Something that may not be let in: an escape, an exponent, a dollar, very many brackets or digits.
    odd: bool,
    /// White space between tokens.
    space: bool,
}

impl Seen {
    fn in_json(json: &str) -> Self {
        /// Fewer than a double's 308.
        const MANY_DIGITS: u32 = 100;
        let (mut brackets, mut digits, mut in_text) = (0, 0, false);
        let mut seen = Self { odd: false, space: false };
        for byte in json.bytes() {
            match byte {
                // From here on it is not clear any more what is text and what is not.
                b'\\' => return Self { odd: true, space: true },
                b'"' => in_text = !in_text,
                b'$' => seen.odd = true,
                _ if in_text => {}
                b' ' | b'\n' | b'\r' | b'\t' => seen.space = true,
                b'[' | b'{' => brackets += 1,
                b'0'..=b'9' => digits += 1,
                // An exponent, or the end of `true` and `false`.
                b'e' | b'E' => seen.odd |= digits > 0,
                _ => {}
            }
        }
        seen.odd |= brackets > LEVELS || digits > MANY_DIGITS;
        seen
    }
}
