//! The register on the wire: serde, by hand, because keys may not repeat and unknown members are kept.

use std::fmt;

use jiff::tz::Offset;
use serde_core::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::field::{FIRST_UNSENT, Field, FieldSet};
use crate::kkt::Kkt;
use crate::offset_timestamp::{OffsetTimestamp, TimestampVisitor};

/// Reads the object itself. Unknown members need `serde_json`, which alone can hand them over as they are.
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
        let mut kkt = Kkt::builder(String::new()).build();
        let mut seen = FieldSet::default();
        while let Some(key) = map.next_key::<Key>()? {
            let field = match key {
                Key::Known(field) => field,
                Key::SpelledRight => {
                    kkt.spelled_right = true;
                    Field::FirstUnsetDocTimestamp
                }
                Key::Unknown(name) => {
                    kkt.extra.members.push((name, map.next_value::<Box<RawValue>>()?));
                    continue;
                }
            };
            if !seen.insert(field) {
                return Err(A::Error::duplicate_field(field.name()));
            }
            match field {
                Field::SerialNumber => kkt.serial_number = map.next_value()?,
                Field::RegistrationNumber => kkt.registration_number = map.next_value()?,
                Field::DeviceNumber => kkt.device_number = map.next_value()?,
                Field::FiscalizationDate => kkt.fiscalization_date = map.next_value()?,
                Field::FiscalStorageExpiration => kkt.fiscal_storage_expiration = map.next_value()?,
                Field::SignedDocuments => kkt.signed_documents = map.next_value()?,
                Field::FiscalStoragePercentageUse => kkt.fiscal_storage_percentage_use = map.next_value()?,
                Field::FiscalStorageInn => kkt.fiscal_storage_inn = map.next_value()?,
                Field::FiscalStorageSerialNumber => kkt.fiscal_storage_serial_number = map.next_value()?,
                Field::FiscalStoragePaymentAddress => {
                    kkt.fiscal_storage_payment_address = map.next_value()?;
                }
                Field::GroupCode => kkt.group_code = map.next_value()?,
                Field::Timestamp => kkt.timestamp = map.next_value_seed(UtcWithoutZone)?,
                Field::IsShiftOpened => kkt.is_shift_opened = map.next_value()?,
                Field::ShiftNumber => kkt.shift_number = map.next_value()?,
                Field::ShiftReceipt => kkt.shift_receipt = map.next_value()?,
                Field::UnsentDocs => kkt.unsent_docs = map.next_value()?,
                Field::FirstUnsetDocTimestamp => kkt.first_unsent_doc_timestamp = map.next_value()?,
                Field::NetworkErrorCode => kkt.network_error_code = map.next_value()?,
            }
        }
        if !seen.is_complete() {
            return Err(A::Error::custom(format_args!("missing {}", seen.missing().join(", "))));
        }
        if kkt.serial_number.trim().is_empty() {
            return Err(A::Error::custom("serialNumber is blank"));
        }
        if let Some(name) = kkt.extra.repeated() {
            return Err(A::Error::custom(format_args!("`{name}` stands twice")));
        }
        Ok(kkt)
    }
}

/// A member's name: known names cost no allocation.
enum Key {
    Known(Field),
    /// The one attribute with two spellings, in the other one.
    SpelledRight,
    Unknown(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: serde_core::de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(match Field::from_name(name) {
                    Some(Field::FirstUnsetDocTimestamp) if name == FIRST_UNSENT => Key::SpelledRight,
                    Some(field) => Key::Known(field),
                    None => Key::Unknown(name.to_owned()),
                })
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// The one date that may leave its zone out.
struct UtcWithoutZone;

impl<'de> DeserializeSeed<'de> for UtcWithoutZone {
    type Value = Option<OffsetTimestamp>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        struct OptionVisitor;

        impl<'de> Visitor<'de> for OptionVisitor {
            type Value = Option<OffsetTimestamp>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date or null")
            }

            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_str(TimestampVisitor { zoneless: Some(Offset::UTC) }).map(Some)
            }
        }

        deserializer.deserialize_option(OptionVisitor)
    }
}

impl Serialize for Kkt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in Field::ALL {
            let name = field.name();
            match field {
                Field::SerialNumber => map.serialize_entry(name, &self.serial_number)?,
                Field::RegistrationNumber => map.serialize_entry(name, &self.registration_number)?,
                Field::DeviceNumber => map.serialize_entry(name, &self.device_number)?,
                Field::FiscalizationDate => map.serialize_entry(name, &self.fiscalization_date)?,
                Field::FiscalStorageExpiration => {
                    map.serialize_entry(name, &self.fiscal_storage_expiration)?;
                }
                Field::SignedDocuments => map.serialize_entry(name, &self.signed_documents)?,
                Field::FiscalStoragePercentageUse => match self.fiscal_storage_percentage_use {
                    Some(percentage) => map.serialize_entry(name, &Number(percentage))?,
                    None => map.serialize_entry(name, &())?,
                },
                Field::FiscalStorageInn => map.serialize_entry(name, &self.fiscal_storage_inn)?,
                Field::FiscalStorageSerialNumber => {
                    map.serialize_entry(name, &self.fiscal_storage_serial_number)?;
                }
                Field::FiscalStoragePaymentAddress => {
                    map.serialize_entry(name, &self.fiscal_storage_payment_address)?;
                }
                Field::GroupCode => map.serialize_entry(name, &self.group_code)?,
                Field::Timestamp => match self.timestamp {
                    // This date may come without a zone, so it may go without one.
                    Some(timestamp) => map.serialize_entry(name, timestamp.text().as_str())?,
                    None => map.serialize_entry(name, &())?,
                },
                Field::IsShiftOpened => map.serialize_entry(name, &self.is_shift_opened)?,
                Field::ShiftNumber => map.serialize_entry(name, &self.shift_number)?,
                Field::ShiftReceipt => map.serialize_entry(name, &self.shift_receipt)?,
                Field::UnsentDocs if self.unsent_docs.is_some() => {
                    map.serialize_entry(name, &self.unsent_docs)?;
                }
                Field::FirstUnsetDocTimestamp if self.first_unsent_doc_timestamp.is_some() => {
                    let name = if self.spelled_right { FIRST_UNSENT } else { name };
                    map.serialize_entry(name, &self.first_unsent_doc_timestamp)?;
                }
                Field::UnsentDocs | Field::FirstUnsetDocTimestamp => {}
                Field::NetworkErrorCode => map.serialize_entry(name, &self.network_error_code)?,
            }
        }
        for (name, json) in &self.extra.members {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}

/// A number as people write it: 85.34, and 85 rather than 85.0.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here a float holds every whole number, and the conversion is exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let Self(number) = *self;
        if number.fract() == 0.0 && number.abs() < EXACT && !(number == 0.0 && number.is_sign_negative()) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and in the range where every number is exact"
            )]
            return serializer.serialize_i64(number as i64);
        }
        serializer.serialize_f64(number)
    }
}
