//! The way out: the attributes in the service's order, then what we do not know.

use serde_core::ser::{Serialize, SerializeMap, Serializer};

use crate::field::{FIRST_UNSENT, Field};
use crate::kkt::Kkt;
use crate::offset_timestamp::OffsetTimestamp;

/// As [`Kkt::to_json`]: attributes in the service's order, unknown members behind them.
///
/// Made for `serde_json`. Other formats get the attributes right, but an unknown member as its JSON text in a wrapping of
/// `serde_json`'s; clear [`Kkt::extra`] where that matters.
impl Serialize for Kkt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let optional =
            usize::from(self.unsent_docs.is_some()) + usize::from(self.first_unsent_doc_timestamp.is_some());
        let mut map = serializer.serialize_map(Some(16 + optional + self.extra.len()))?;
        for field in Field::ALL {
            write_field(self, field, &mut map)?;
        }
        for (name, raw) in self.extra.members() {
            map.serialize_entry(name, raw)?;
        }
        map.end()
    }
}

fn write_field<M: SerializeMap>(kkt: &Kkt, field: Field, map: &mut M) -> Result<(), M::Error> {
    let name = field.name();
    match field {
        Field::SerialNumber => map.serialize_entry(name, &kkt.serial_number),
        Field::RegistrationNumber => map.serialize_entry(name, &kkt.registration_number),
        Field::DeviceNumber => map.serialize_entry(name, &kkt.device_number),
        Field::FiscalizationDate => map.serialize_entry(name, &kkt.fiscalization_date),
        Field::FiscalStorageExpiration => map.serialize_entry(name, &kkt.fiscal_storage_expiration),
        Field::SignedDocuments => map.serialize_entry(name, &kkt.signed_documents),
        Field::FiscalStoragePercentageUse => match kkt.fiscal_storage_percentage_use {
            Some(percentage) if !kkt.spelling.decimal_percentage => {
                map.serialize_entry(name, &Shortest(percentage))
            }
            percentage => map.serialize_entry(name, &percentage),
        },
        Field::FiscalStorageInn => map.serialize_entry(name, &kkt.fiscal_storage_inn),
        Field::FiscalStorageSerialNumber => map.serialize_entry(name, &kkt.fiscal_storage_serial_number),
        Field::FiscalStoragePaymentAddress => map.serialize_entry(name, &kkt.fiscal_storage_payment_address),
        Field::GroupCode => map.serialize_entry(name, &kkt.group_code),
        Field::Timestamp => map.serialize_entry(name, &kkt.timestamp.map(AsRead)),
        Field::IsShiftOpened => map.serialize_entry(name, &kkt.is_shift_opened),
        Field::ShiftNumber => map.serialize_entry(name, &kkt.shift_number),
        Field::ShiftReceipt => map.serialize_entry(name, &kkt.shift_receipt),
        Field::UnsentDocs => match &kkt.unsent_docs {
            Some(count) => map.serialize_entry(name, count),
            None => Ok(()),
        },
        Field::FirstUnsetDocTimestamp => match &kkt.first_unsent_doc_timestamp {
            Some(date) if kkt.spelling.first_unsent => map.serialize_entry(FIRST_UNSENT, date),
            Some(date) => map.serialize_entry(name, date),
            None => Ok(()),
        },
        Field::NetworkErrorCode => map.serialize_entry(name, &kkt.network_error_code),
    }
}

/// A number as people write it: 85.34, and 85 rather than 85.0.
struct Shortest(f64);

impl Serialize for Shortest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(number) = *self;
        let is_minus_zero = number == 0.0 && number.is_sign_negative();
        if number.fract() == 0.0 && number.abs() <= f64::from(u32::MAX) && !is_minus_zero {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            return serializer.serialize_i64(number as i64);
        }
        serializer.serialize_f64(number)
    }
}

/// A date without its zone if that is how it came: for the one field that may do without. Every other date gets its zone
/// from `OffsetTimestamp`, so that it can be read back.
struct AsRead(OffsetTimestamp);

impl Serialize for AsRead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text().as_str())
    }
}
