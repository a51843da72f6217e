//! The value of a member that this version does not know, as JSON text, out of whatever it is read from.

use std::{fmt, io, iter};

use serde_core::de::value::MapDeserializer;
use serde_core::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_core::forward_to_deserialize_any;
use serde_core::ser::Serialize;
use serde_json::value::RawValue;

/// The levels that an unknown member may have. `serde_json` reads 127 in one text; the rest is for what stands around a
/// register: lists, events, what users put it into.
pub(crate) const LEVELS: u32 = 100;

/// What is wrong with a name that [is reserved](is_reserved).
pub(crate) const RESERVED: &str = "a name of serde_json's own";

/// Whether a name is one of `serde_json`'s own: an object that has one is not read as the object that it is.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with("$serde_json::private::")
}

/// JSON text: from `serde_json` as it stands there, from other sources written anew.
pub(crate) struct Member(pub(crate) Box<RawValue>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(Source(deserializer)).map(Self)
    }
}

/// A source that `RawValue` can read from: it takes values from `serde_json` alone, and serde reads what is tagged,
/// flattened or untagged into a buffer of its own first.
struct Source<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Source<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    /// `RawValue` asks for this one. `serde_json` knows the name and answers with a map, others do not.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Answer { name, visitor })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Answer<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Answer<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    /// Out of the way of `visit_map`, which is that of `serde_json`.
    #[cold]
    #[inline(never)]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let mut json = Vec::new();
        Walk::to(&mut json).deserialize(deserializer)?;
        let json = String::from_utf8(json).map_err(D::Error::custom)?;
        self.visitor.visit_map(MapDeserializer::new(iter::once((self.name, json))))
    }
}

/// Refuses JSON that a [`Value`](serde_json::Value) cannot hold, or not with others around it.
pub(crate) fn check(json: &str) -> Result<(), serde_json::Error> {
    Walk::to(&mut io::sink()).deserialize(&mut serde_json::Deserializer::from_str(json))
}

/// Goes through a value as reading a [`Value`](serde_json::Value) would, and writes it down without white space.
struct Walk<'a> {
    json: &'a mut dyn io::Write,
    /// How many levels are left.
    levels: u32,
    /// What to write first, once it is certain that there is a value.
    before: &'static [u8],
}

impl<'a> Walk<'a> {
    fn to(json: &'a mut dyn io::Write) -> Self {
        Self { json, levels: LEVELS, before: b"" }
    }

    fn put<E: Error>(self, value: &(impl Serialize + ?Sized)) -> Result<(), E> {
        serde_json::to_writer(self.json, value).map_err(E::custom)
    }

    fn mark<E: Error>(&mut self, mark: &[u8]) -> Result<(), E> {
        self.json.write_all(mark).map_err(E::custom)
    }

    /// Goes one level down.
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        self.levels =
            self.levels.checked_sub(1).ok_or_else(|| E::custom(format_args!("more than {LEVELS} levels")))?;
        Ok(())
    }

    fn inner(&mut self, before: &'static [u8]) -> Walk<'_> {
        Walk { json: self.json, levels: self.levels, before }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.mark(self.before)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.put(&flag)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.put(&number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.put(&number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.put(&number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put(text)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put(&())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.enter()?;
        self.mark(b"[")?;
        let mut before: &[u8] = b"";
        while seq.next_element_seed(self.inner(before))?.is_some() {
            before = b",";
        }
        self.mark(b"]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.enter()?;
        self.mark(b"{")?;
        let mut before: &[u8] = b"";
        while map.next_key_seed(Name(self.inner(before)))?.is_some() {
            map.next_value_seed(self.inner(b":"))?;
            before = b",";
        }
        self.mark(b"}")
    }
}

/// The name of a member.
struct Name<'a>(Walk<'a>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.0.mark(self.0.before)?;
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        if is_reserved(name) {
            return Err(E::custom(RESERVED));
        }
        self.0.put(name)
    }
}
