//! The slow path: taken when reading failed, to say exactly what is wrong and where.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::excerpt::excerpt;
use crate::extra;
use crate::field::{Field, FieldSet, Shape};
use crate::generated::NetworkErrorCode;
use crate::kkt::Kkt;
use crate::offset_timestamp::OffsetTimestamp;
use crate::position::{Position, offset_in};
use crate::read::{Percentage, UtcTimestamp};
use crate::service_error::ServiceError;

/// Reads a register in an unusual envelope, or says what is wrong with it.
pub(crate) fn one(text: &str) -> Result<Kkt, Error> {
    let members = members(text)?;
    // Not a matter of known names: `timestamp` stands in the service's envelopes, too.
    if members.iter().all(|(name, _)| name != Field::SerialNumber.name()) {
        if let Some(error) = ServiceError::from_text(text) {
            return Err(Error::service(error));
        }
        if let Some(data) = only(text, &members, "data")? {
            return Kkt::from_element_text(data.get())
                .map_err(|error| error.moved_to(place(text, data.get())));
        }
    }
    Kkt::from_element_text(text)
}

/// Says what is wrong with a register without an envelope, which the fast path has refused.
pub(crate) fn element(text: &str) -> Result<Kkt, Error> {
    match explain(text) {
        Some(error) => Err(error),
        // Both paths read with the same types, so this is the way out only for a fault of ours.
        None => serde_json::from_str(text).map_err(|error| {
            Error::new(ErrorKind::InvalidValue).expected("a register").found(excerpt(&error.to_string()))
        }),
    }
}

/// The members of an object, in order and unread.
pub(crate) fn members(text: &str) -> Result<Vec<(String, &RawValue)>, Error> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
    if !raw.get().starts_with('{') {
        return Err(Error::new(ErrorKind::NotAnObject)
            .expected("an object")
            .found(describe(raw.get()))
            .at(place(text, raw.get())));
    }
    let Members(members) = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
    Ok(members)
}

/// The one member of that name; `None` when there is none.
pub(crate) fn only<'a>(
    text: &str,
    members: &[(String, &'a RawValue)],
    name: &str,
) -> Result<Option<&'a RawValue>, Error> {
    let mut found = members.iter().filter(|(member, _)| member == name).map(|&(_, value)| value);
    match (found.next(), found.next()) {
        (_, Some(second)) => Err(duplicate(name, second.get()).at(place(text, second.get()))),
        (first, None) => Ok(first),
    }
}

/// What is wrong with the JSON itself.
pub(crate) fn syntax(text: &str, error: &serde_json::Error) -> Error {
    if text.trim().is_empty() {
        return Error::new(ErrorKind::Empty).expected("JSON").found("nothing");
    }
    // serde_json counts the column in bytes; what it points at is found again to count in characters.
    let line = text.split_inclusive('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let (before, rest) = line.split_at_checked(error.column().saturating_sub(1)).unwrap_or((line, ""));
    let position = Position { line: error.line(), column: before.chars().count() + 1 };
    let kind = match error.classify() {
        Category::Eof => ErrorKind::Truncated,
        _ if is_cut_in_a_number(text, error) => ErrorKind::Truncated,
        _ if error.to_string().starts_with("trailing characters") => ErrorKind::TrailingData,
        _ => ErrorKind::Syntax,
    };
    let error = Error::new(kind).at(position);
    if kind == ErrorKind::Truncated { error } else { error.found_text(rest.trim_end()) }
}

/// Whether the text ends like `12.` or `-`, of which `serde_json` does not say that it ended too early.
fn is_cut_in_a_number(text: &str, error: &serde_json::Error) -> bool {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit() || "+-.eE".contains(c)).len();
    let number = text.get(start..).unwrap_or_default();
    error.to_string().starts_with("invalid number") && reads::<&RawValue>(&format!("{number}0"))
}

/// Where `part` stands in `text`.
pub(crate) fn place(text: &str, part: &str) -> Position {
    Position::behind(text.get(..offset_in(text, part)).unwrap_or_default())
}

/// A value in a few words.
pub(crate) fn describe(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'"') => match serde_json::from_str::<String>(json) {
            Ok(text) => format!("\"{}\"", excerpt(&text)),
            Err(_) => excerpt(json),
        },
        _ => excerpt(json),
    }
}

/// What is wrong with an object that is JSON but not a register; `None` when nothing is found.
fn explain(text: &str) -> Option<Error> {
    let members = match members(text) {
        Ok(members) => members,
        Err(error) => return Some(error),
    };
    if members.is_empty() {
        return Some(
            Error::new(ErrorKind::EmptyObject)
                .expected("a register")
                .found("an object without members")
                .at(place(text, text.trim_start())),
        );
    }
    if members.iter().all(|(name, _)| name != Field::SerialNumber.name())
        && let Some(error) = ServiceError::from_text(text)
    {
        return Some(Error::service(error));
    }
    if let Some(error) = repeated(text, &members) {
        return Some(error);
    }
    let mut seen = FieldSet::default();
    for field in members.iter().filter_map(|(name, _)| Field::from_name(name)) {
        seen.insert(field);
    }
    if !seen.is_complete() {
        return Some(Error::missing(seen.missing()).at(place(text, text.trim_start())));
    }
    members.iter().find_map(|(name, value)| {
        let error = match Field::from_name(name) {
            Some(field) => check(field.shape(), value.get()).err()?,
            None => unfit(name, value.get())?,
        };
        Some(error.at_path(excerpt(name)).at(place(text, value.get())))
    })
}

/// The first member that stands for a second time. Sorted first, because comparing each with each takes too long for a
/// long object; the sort is stable, so equal names stay in their order.
fn repeated(text: &str, members: &[(String, &RawValue)]) -> Option<Error> {
    let attribute = |name: &str| Field::from_name(name).map(Field::name);
    let mut names: Vec<(&str, &RawValue)> =
        members.iter().map(|(name, value)| (attribute(name).unwrap_or(name), *value)).collect();
    names.sort_by_key(|&(name, _)| name);
    let (name, value) = names
        .windows(2)
        .filter_map(|pair| match *pair {
            [(first, _), (second, value)] if first == second => Some((second, value)),
            _ => None,
        })
        .min_by_key(|(_, value)| offset_in(text, value.get()))?;
    Some(duplicate(name, value.get()).at(place(text, value.get())))
}

fn duplicate(name: &str, second: &str) -> Error {
    Error::new(ErrorKind::DuplicateField)
        .at_path(excerpt(name))
        .expected("one value")
        .found(format!("a second one, {}", describe(second)))
}

/// Checks one value against what its field holds.
fn check(shape: Shape, json: &str) -> Result<(), Error> {
    let (right_start, is_readable): (fn(u8) -> bool, bool) = match shape {
        Shape::SerialNumber => (is_text, reads::<String>(json)),
        Shape::Text => (is_text, reads::<Option<String>>(json)),
        Shape::Date => (is_text, reads::<Option<OffsetTimestamp>>(json)),
        Shape::UtcDate => (is_text, reads::<Option<UtcTimestamp>>(json)),
        Shape::Count => (is_number, reads::<Option<u64>>(json)),
        Shape::Percentage => (is_number, reads::<Option<Percentage>>(json)),
        Shape::Code => (is_number, reads::<Option<NetworkErrorCode>>(json)),
        Shape::Flag => (|first| matches!(first, b't' | b'f'), reads::<Option<bool>>(json)),
    };
    let kind = match shape {
        Shape::SerialNumber if is_readable && is_blank(json) => ErrorKind::BlankSerialNumber,
        _ if is_readable => return Ok(()),
        _ if !json.bytes().next().is_some_and(right_start) => ErrorKind::WrongType,
        Shape::Date | Shape::UtcDate => ErrorKind::InvalidTimestamp,
        _ => ErrorKind::InvalidValue,
    };
    Err(Error::new(kind).expected(shape.expected()).found(describe(json)))
}

/// What is wrong with an unknown member, if it cannot be kept.
fn unfit(name: &str, json: &str) -> Option<Error> {
    extra::checked(name, json).err()?;
    Some(Error::new(ErrorKind::InvalidValue).expected(extra::EXPECTED).found(describe(json)))
}

fn reads<'a, T: Deserialize<'a>>(json: &'a str) -> bool {
    serde_json::from_str::<T>(json).is_ok()
}

fn is_blank(json: &str) -> bool {
    serde_json::from_str::<String>(json).is_ok_and(|serial| serial.trim().is_empty())
}

fn is_text(first: u8) -> bool {
    first == b'"'
}

fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

/// All members of an object, also the repeated ones.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
