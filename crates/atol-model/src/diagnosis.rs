//! The slow path: taken when reading failed, to say exactly what is wrong and where.

use std::fmt;

use jiff::tz::Offset;
use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::excerpt::excerpt;
use crate::field::{Field, FieldSet, Shape};
use crate::kkt::Kkt;
use crate::offset_timestamp::OffsetTimestamp;
use crate::position::{Position, offset_in};
use crate::service_error::ServiceError;

/// Reads a register with or without an envelope, or says what is wrong with it.
pub(crate) fn one(text: &str) -> Result<Kkt, Error> {
    let members = members(text)?;
    if members.iter().all(|(name, _)| Field::from_name(name).is_none()) {
        if let Some(error) = ServiceError::from_json(text.as_bytes()) {
            return Err(Error::service(error));
        }
        if let Some(data) = only(text, &members, "data")? {
            return element(data.get()).map_err(|error| error.moved_to(place(text, data.get())));
        }
    }
    element(text)
}

/// The same for an element of a list.
pub(crate) fn element(text: &str) -> Result<Kkt, Error> {
    match serde_json::from_str(text) {
        Ok(kkt) => Ok(kkt),
        Err(error) => Err(explain(text).unwrap_or_else(|| syntax(text, &error))),
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
        (_, Some(second)) => {
            Err(Error::new(ErrorKind::DuplicateField).at_path(name).at(place(text, second.get())))
        }
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
    let before = line.get(..error.column().saturating_sub(1)).unwrap_or(line);
    let position = Position { line: error.line(), column: before.chars().count() + 1 };
    let kind = match error.classify() {
        Category::Eof => ErrorKind::Truncated,
        _ if error.to_string().starts_with("trailing characters") => ErrorKind::TrailingData,
        _ => ErrorKind::Syntax,
    };
    Error::new(kind).at(position)
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
            Error::new(ErrorKind::EmptyObject).expected("a register").found("an object without members"),
        );
    }
    let mut seen = FieldSet::default();
    let mut names: Vec<&str> = Vec::new();
    for (name, value) in &members {
        let is_new = match Field::from_name(name) {
            Some(field) => seen.insert(field),
            None => {
                names.push(name);
                true
            }
        };
        if !is_new {
            return Some(duplicate(text, name, value));
        }
    }
    names.sort_unstable();
    if let Some(name) =
        names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first())
    {
        let value = members.iter().rfind(|(member, _)| member == name).map(|&(_, value)| value)?;
        return Some(duplicate(text, name, value));
    }
    if !seen.is_complete() {
        return Some(Error::missing(seen.missing()));
    }
    members.iter().find_map(|(name, value)| {
        let error = check(Field::from_name(name)?.shape(), value.get()).err()?;
        Some(error.at_path(name.as_str()).at(place(text, value.get())))
    })
}

fn duplicate(text: &str, name: &str, value: &RawValue) -> Error {
    Error::new(ErrorKind::DuplicateField).at_path(excerpt(name)).at(place(text, value.get()))
}

/// Checks one value against what its field holds.
fn check(shape: Shape, json: &str) -> Result<(), Error> {
    if json == "null" && shape != Shape::SerialNumber {
        return Ok(());
    }
    let wrong = |kind| Error::new(kind).expected(shape.expected()).found(describe(json));
    match shape {
        Shape::SerialNumber => {
            let serial: String = serde_json::from_str(json).map_err(|_| wrong(ErrorKind::WrongType))?;
            if serial.trim().is_empty() { Err(wrong(ErrorKind::BlankSerialNumber)) } else { Ok(()) }
        }
        Shape::Text => match serde_json::from_str::<String>(json) {
            Ok(_) => Ok(()),
            Err(_) => Err(wrong(ErrorKind::WrongType)),
        },
        Shape::Date | Shape::UtcDate => {
            let date: String = serde_json::from_str(json).map_err(|_| wrong(ErrorKind::WrongType))?;
            let read = if shape == Shape::Date {
                date.parse::<OffsetTimestamp>()
            } else {
                OffsetTimestamp::parse_assuming(&date, Offset::UTC)
            };
            read.map(drop).map_err(|_| wrong(ErrorKind::InvalidTimestamp))
        }
        Shape::Count => read::<u64>(json).map_err(wrong),
        Shape::Code => read::<i64>(json).map_err(wrong),
        Shape::Percentage => read::<f64>(json).map_err(wrong),
        Shape::Flag => read::<bool>(json).map_err(wrong),
    }
}

/// A number of the right type that does not fit is another mistake than a value of another type.
fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<(), ErrorKind> {
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match serde_json::from_str::<T>(json) {
        Ok(_) => Ok(()),
        Err(_) if is_number => Err(ErrorKind::InvalidValue),
        Err(_) => Err(ErrorKind::WrongType),
    }
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
