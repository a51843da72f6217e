//! The way out through serde: the attributes in the service's order, then what we do not know. `json` writes the same.

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
        use Field::{
            DeviceNumber, FirstUnsetDocTimestamp, FiscalStorageExpiration, FiscalStorageInn,
            FiscalStoragePaymentAddress, FiscalStoragePercentageUse, FiscalStorageSerialNumber,
            FiscalizationDate, GroupCode, IsShiftOpened, NetworkErrorCode, RegistrationNumber, SerialNumber,
            ShiftNumber, ShiftReceipt, SignedDocuments, Timestamp, UnsentDocs,
        };

        let optional =
            usize::from(self.unsent_docs.is_some()) + usize::from(self.first_unsent_doc_timestamp.is_some());
        let mut map = serializer.serialize_map(Some(Field::REQUIRED + optional + self.extra.len()))?;
        map.serialize_entry(SerialNumber.name(), &self.serial_number)?;
        map.serialize_entry(RegistrationNumber.name(), &self.registration_number)?;
        map.serialize_entry(DeviceNumber.name(), &self.device_number)?;
        map.serialize_entry(FiscalizationDate.name(), &self.fiscalization_date)?;
        map.serialize_entry(FiscalStorageExpiration.name(), &self.fiscal_storage_expiration)?;
        map.serialize_entry(SignedDocuments.name(), &self.signed_documents)?;
        map.serialize_entry(FiscalStoragePercentageUse.name(), &PercentageAsRead::of(self))?;
        map.serialize_entry(FiscalStorageInn.name(), &self.fiscal_storage_inn)?;
        map.serialize_entry(FiscalStorageSerialNumber.name(), &self.fiscal_storage_serial_number)?;
        map.serialize_entry(FiscalStoragePaymentAddress.name(), &self.fiscal_storage_payment_address)?;
        map.serialize_entry(GroupCode.name(), &self.group_code)?;
        map.serialize_entry(Timestamp.name(), &self.timestamp.map(TimestampAsRead))?;
        map.serialize_entry(IsShiftOpened.name(), &self.is_shift_opened)?;
        map.serialize_entry(ShiftNumber.name(), &self.shift_number)?;
        map.serialize_entry(ShiftReceipt.name(), &self.shift_receipt)?;
        if let Some(count) = self.unsent_docs {
            map.serialize_entry(UnsentDocs.name(), &count)?;
        }
        if let Some(date) = self.first_unsent_doc_timestamp {
            let name = if self.spelling.first_unsent { FIRST_UNSENT } else { FirstUnsetDocTimestamp.name() };
            map.serialize_entry(name, &date)?;
        }
        map.serialize_entry(NetworkErrorCode.name(), &self.network_error_code)?;
        for (name, json) in self.extra.members() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}

/// A percentage with a fraction if that is how it came; 85.34 in any case, and 85 rather than 85.0 if there is nothing to
/// go by.
pub(crate) struct PercentageAsRead {
    value: f64,
    is_decimal: bool,
}

impl PercentageAsRead {
    pub(crate) fn of(kkt: &Kkt) -> Option<Self> {
        let is_decimal = kkt.spelling.decimal_percentage;
        kkt.fiscal_storage_percentage_use.map(|value| Self { value, is_decimal })
    }
}

impl Serialize for PercentageAsRead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, is_decimal } = *self;
        let is_whole = value.fract() == 0.0 && value.abs() <= f64::from(u32::MAX);
        let is_minus_zero = value == 0.0 && value.is_sign_negative();
        if is_whole && !is_decimal && !is_minus_zero {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            return serializer.serialize_i64(value as i64);
        }
        serializer.serialize_f64(value)
    }
}

/// A date without its zone if that is how it came and UTC is what it means: for the one field that may do without. Every
/// other date gets its zone from `OffsetTimestamp`, so that it can be read back.
struct TimestampAsRead(OffsetTimestamp);

impl Serialize for TimestampAsRead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.with_zone_unless_utc().text().as_str())
    }
}
