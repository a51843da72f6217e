//! The fast way in: one pass over the text into the struct, stopping at the first fault.

use std::fmt;

use jiff::tz::Offset;
use serde_core::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use crate::excerpt::excerpt;
use crate::field::{FIRST_UNSENT, Field, FieldSet};
use crate::kkt::Kkt;
use crate::offset_timestamp::{OffsetTimestamp, TimestampVisitor};

/// One register, bare or in an envelope that begins with it.
pub(crate) fn one(text: &str) -> Result<Kkt, serde_json::Error> {
    let object = text.trim_start().strip_prefix('{');
    if object.is_some_and(|members| members.trim_start().starts_with(r#""data""#)) {
        serde_json::from_str(text).map(|DataEnvelope(kkt)| kkt)
    } else {
        serde_json::from_str(text)
    }
}

/// The register that a text begins with, and its length; `None` when there is something wrong with it or it goes on.
pub(crate) fn leading(text: &str) -> Option<(Kkt, usize)> {
    let mut registers = serde_json::Deserializer::from_str(text).into_iter();
    let kkt = registers.next()?.ok()?;
    Some((kkt, registers.byte_offset()))
}

/// An array in which nothing is wrong.
pub(crate) fn list(text: &str) -> Result<Vec<Kkt>, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut registers = json.deserialize_seq(ListVisitor { capacity: guess(text) })?;
    json.end()?;
    registers.shrink_to_fit();
    Ok(registers)
}

/// How many registers there are if all are as long as the first one, so that the list hardly ever has to grow.
fn guess(array: &str) -> usize {
    /// About as long as a register whose attributes are all null. Shorter ones are no registers, and no reason to reserve
    /// memory for many.
    const SHORTEST: usize = 400;
    let elements = array.trim_start().get(1..).unwrap_or_default();
    let mut stream = serde_json::Deserializer::from_str(elements).into_iter::<IgnoredAny>();
    stream.next();
    let comma = 1;
    elements.len() / (stream.byte_offset() + comma).max(SHORTEST)
}

struct ListVisitor {
    capacity: usize,
}

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Vec<Kkt>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of registers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Kkt>, A::Error> {
        let mut registers = Vec::new();
        while let Some(kkt) = seq.next_element()? {
            if registers.is_empty() {
                registers.reserve_exact(self.capacity);
            }
            registers.push(kkt);
        }
        Ok(registers)
    }
}

/// `{"data": {…}, …}` with nothing in it that wants a closer look.
struct DataEnvelope(Kkt);

impl<'de> Deserialize<'de> for DataEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvelopeVisitor;

        impl<'de> Visitor<'de> for EnvelopeVisitor {
            type Value = DataEnvelope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a register in `data`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DataEnvelope, A::Error> {
                let mut data = None;
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    let is_plain = match key {
                        Key::Borrowed("data") if data.is_none() => {
                            data = Some(map.next_value()?);
                            true
                        }
                        Key::Borrowed("data") | Key::Known(Field::SerialNumber) => false,
                        // Null: no error, says the service in so many words.
                        Key::Borrowed("error") => map.next_value::<Option<IgnoredAny>>()?.is_none(),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            true
                        }
                    };
                    if !is_plain {
                        return Err(A::Error::custom("not the plain case"));
                    }
                }
                data.map(DataEnvelope).ok_or_else(|| A::Error::missing_field("data"))
            }
        }

        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

/// Reads the object itself, without an envelope, as strictly as [`Kkt::from_json`]; errors name the field too.
///
/// Unknown members keep their text where `serde_json` is right underneath. `#[serde(flatten)]`, tagged and untagged enums
/// read into a buffer of serde's first, which keeps the meaning alone: `12.50` comes out as `12.5`, and a number beyond 64
/// bits without the digits that a double has no room for.
impl<'de> Deserialize<'de> for Kkt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KktVisitor)
    }
}

struct KktVisitor;

impl<'de> Visitor<'de> for KktVisitor {
    type Value = Kkt;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a register")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kkt, A::Error> {
        let mut kkt = Kkt::blank(String::new());
        let mut seen = FieldSet::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let field = match key {
                Key::Known(field) => field,
                Key::FirstUnsent => {
                    kkt.spelling.first_unsent = true;
                    Field::FirstUnsetDocTimestamp
                }
                Key::Borrowed(name) => {
                    read_unknown(&mut kkt, name, &mut map)?;
                    continue;
                }
                Key::Unescaped(name) => {
                    read_unknown(&mut kkt, &name, &mut map)?;
                    continue;
                }
            };
            if !seen.insert(field) {
                return Err(A::Error::duplicate_field(field.name()));
            }
            read(&mut kkt, field, &mut map).map_err(|error| named(field.name(), error))?;
        }
        if !seen.is_complete() {
            return Err(A::Error::custom(format_args!("missing {}", seen.missing().join(", "))));
        }
        if kkt.serial_number.trim().is_empty() {
            return Err(A::Error::custom("serialNumber is blank"));
        }
        if let Some(name) = kkt.extra.repeated() {
            return Err(A::Error::custom(format_args!("duplicate field `{}`", excerpt(name))));
        }
        Ok(kkt)
    }
}

fn read<'de, A: MapAccess<'de>>(kkt: &mut Kkt, field: Field, map: &mut A) -> Result<(), A::Error> {
    match field {
        Field::SerialNumber => kkt.serial_number = map.next_value()?,
        Field::RegistrationNumber => kkt.registration_number = map.next_value()?,
        Field::DeviceNumber => kkt.device_number = map.next_value()?,
        Field::FiscalizationDate => kkt.fiscalization_date = map.next_value()?,
        Field::FiscalStorageExpiration => kkt.fiscal_storage_expiration = map.next_value()?,
        Field::SignedDocuments => kkt.signed_documents = map.next_value()?,
        Field::FiscalStoragePercentageUse => {
            let percentage: Option<Percentage> = map.next_value()?;
            kkt.spelling.decimal_percentage =
                percentage.as_ref().is_some_and(|percentage| percentage.is_decimal);
            kkt.fiscal_storage_percentage_use = percentage.map(|percentage| percentage.value);
        }
        Field::FiscalStorageInn => kkt.fiscal_storage_inn = map.next_value()?,
        Field::FiscalStorageSerialNumber => kkt.fiscal_storage_serial_number = map.next_value()?,
        Field::FiscalStoragePaymentAddress => kkt.fiscal_storage_payment_address = map.next_value()?,
        Field::GroupCode => kkt.group_code = map.next_value()?,
        Field::Timestamp => {
            kkt.timestamp = map.next_value::<Option<UtcTimestamp>>()?.map(|UtcTimestamp(utc)| utc);
        }
        Field::IsShiftOpened => kkt.is_shift_opened = map.next_value()?,
        Field::ShiftNumber => kkt.shift_number = map.next_value()?,
        Field::ShiftReceipt => kkt.shift_receipt = map.next_value()?,
        Field::UnsentDocs => kkt.unsent_docs = map.next_value()?,
        Field::FirstUnsetDocTimestamp => kkt.first_unsent_doc_timestamp = map.next_value()?,
        Field::NetworkErrorCode => kkt.network_error_code = map.next_value()?,
    }
    Ok(())
}

/// Out of the way of the others: most registers have none.
#[cold]
#[inline(never)]
fn read_unknown<'de, A: MapAccess<'de>>(kkt: &mut Kkt, name: &str, map: &mut A) -> Result<(), A::Error> {
    let json = map.next_value().map_err(|error| named(name, error))?;
    kkt.extra.push(name, json).map_err(|error| named(name, error))
}

/// An error that says which member it is about.
fn named<E: Error>(name: &str, error: impl fmt::Display) -> E {
    E::custom(format_args!("{}: {error}", excerpt(name)))
}

/// A member's name. A known one costs no allocation, an unknown one only if it is written with escapes.
enum Key<'de> {
    Known(Field),
    /// [`Field::FirstUnsetDocTimestamp`] in its other spelling.
    FirstUnsent,
    Borrowed(&'de str),
    Unescaped(String),
}

impl Key<'_> {
    fn known(name: &str) -> Option<Self> {
        match Field::from_name(name)? {
            Field::FirstUnsetDocTimestamp if name == FIRST_UNSENT => Some(Self::FirstUnsent),
            field => Some(Self::Known(field)),
        }
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key::known(name).unwrap_or(Key::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key::known(name).unwrap_or_else(|| Key::Unescaped(name.to_owned())))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// A date whose zone may be left out, in which case UTC is meant.
pub(crate) struct UtcTimestamp(OffsetTimestamp);

impl<'de> Deserialize<'de> for UtcTimestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimestampVisitor { zoneless: Some(Offset::UTC) }).map(Self)
    }
}

/// A number, and whether it was written with a fraction. Up to 32 bits, which is plenty for a percentage and fits a double
/// without loss.
pub(crate) struct Percentage {
    value: f64,
    is_decimal: bool,
}

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PercentageVisitor;

        impl Visitor<'_> for PercentageVisitor {
            type Value = Percentage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a percentage")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Percentage, E> {
                // serde_json comes here with whole numbers beyond 64 bits, too, and they have lost digits by then.
                if value.abs() <= f64::from(u32::MAX) {
                    Ok(Percentage { value, is_decimal: true })
                } else {
                    Err(E::invalid_value(Unexpected::Float(value), &self))
                }
            }

            fn visit_i64<E: Error>(self, whole: i64) -> Result<Percentage, E> {
                let size = u32::try_from(whole.unsigned_abs())
                    .map_err(|_| E::invalid_value(Unexpected::Signed(whole), &self))?;
                let value = if whole < 0 { -f64::from(size) } else { f64::from(size) };
                Ok(Percentage { value, is_decimal: false })
            }

            fn visit_u64<E: Error>(self, whole: u64) -> Result<Percentage, E> {
                u32::try_from(whole)
                    .map(|whole| Percentage { value: whole.into(), is_decimal: false })
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(whole), &self))
            }
        }

        deserializer.deserialize_f64(PercentageVisitor)
    }
}
