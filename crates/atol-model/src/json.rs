//! JSON written straight into a buffer: the same text as through serde, without asking of every name and date whether it
//! needs escaping.

use serde_core::ser::Serialize;

use crate::field::{FIRST_UNSENT, Field};
use crate::kkt::Kkt;
use crate::offset_timestamp::OffsetTimestamp;
use crate::write::PercentageAsRead;

/// About as much as a register takes.
const REGISTER: usize = 640;

/// One register as an object.
pub(crate) fn object(kkt: &Kkt) -> String {
    let mut json = Vec::with_capacity(REGISTER);
    push_object(&mut json, kkt);
    into_string(json)
}

/// Registers as an array.
pub(crate) fn array(kkts: &[Kkt]) -> String {
    let mut json = Vec::with_capacity(2 + kkts.len().saturating_mul(REGISTER));
    json.push(b'[');
    for (index, kkt) in kkts.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        push_object(&mut json, kkt);
    }
    json.push(b']');
    into_string(json)
}

/// Everything that was pushed is UTF-8, so the fallback is never taken.
fn into_string(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}

fn push_object(json: &mut Vec<u8>, kkt: &Kkt) {
    json.push(b'{');
    push(json, Field::SerialNumber, &kkt.serial_number);
    json.push(b',');
    push(json, Field::RegistrationNumber, &kkt.registration_number);
    json.push(b',');
    push(json, Field::DeviceNumber, &kkt.device_number);
    json.push(b',');
    push_date(json, Field::FiscalizationDate, kkt.fiscalization_date.map(OffsetTimestamp::with_zone));
    json.push(b',');
    push_date(
        json,
        Field::FiscalStorageExpiration,
        kkt.fiscal_storage_expiration.map(OffsetTimestamp::with_zone),
    );
    json.push(b',');
    push(json, Field::SignedDocuments, &kkt.signed_documents);
    json.push(b',');
    push(json, Field::FiscalStoragePercentageUse, &PercentageAsRead::of(kkt));
    json.push(b',');
    push(json, Field::FiscalStorageInn, &kkt.fiscal_storage_inn);
    json.push(b',');
    push(json, Field::FiscalStorageSerialNumber, &kkt.fiscal_storage_serial_number);
    json.push(b',');
    push(json, Field::FiscalStoragePaymentAddress, &kkt.fiscal_storage_payment_address);
    json.push(b',');
    push(json, Field::GroupCode, &kkt.group_code);
    json.push(b',');
    push_date(json, Field::Timestamp, kkt.timestamp.map(OffsetTimestamp::with_zone_unless_utc));
    json.push(b',');
    push(json, Field::IsShiftOpened, &kkt.is_shift_opened);
    json.push(b',');
    push(json, Field::ShiftNumber, &kkt.shift_number);
    json.push(b',');
    push(json, Field::ShiftReceipt, &kkt.shift_receipt);
    json.push(b',');
    if let Some(count) = kkt.unsent_docs {
        push(json, Field::UnsentDocs, &count);
        json.push(b',');
    }
    if let Some(date) = kkt.first_unsent_doc_timestamp {
        let name =
            if kkt.spelling.first_unsent { FIRST_UNSENT } else { Field::FirstUnsetDocTimestamp.name() };
        push_name(json, name);
        push_text(json, date.with_zone());
        json.push(b',');
    }
    push(json, Field::NetworkErrorCode, &kkt.network_error_code);
    for (name, value) in kkt.extra.iter() {
        json.push(b',');
        push_value(json, name);
        json.push(b':');
        json.extend_from_slice(value.as_bytes());
    }
    json.push(b'}');
}

fn push<T: Serialize>(json: &mut Vec<u8>, field: Field, value: &T) {
    push_name(json, field.name());
    push_value(json, value);
}

fn push_date(json: &mut Vec<u8>, field: Field, date: Option<OffsetTimestamp>) {
    push_name(json, field.name());
    match date {
        Some(date) => push_text(json, date),
        None => json.extend_from_slice(b"null"),
    }
}

/// For names of ours, which need no escapes.
fn push_name(json: &mut Vec<u8>, name: &str) {
    json.push(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

fn push_text(json: &mut Vec<u8>, date: OffsetTimestamp) {
    json.push(b'"');
    json.extend_from_slice(date.text().as_bytes());
    json.push(b'"');
}

fn push_value<T: Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) {
    // Neither a buffer in memory nor a text, a number or a flag can fail.
    let _ = serde_json::to_writer(json, value);
}
