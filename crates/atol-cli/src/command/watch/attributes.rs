//! How the attributes of a register and their values are called when they change.

use atol_monitor::snapshot::AttributeChange;
use atol_monitor::{Language, NetworkErrorCode, OffsetTimestamp};
use atol_transport::error::Excerpt;
use serde_json::Value;

use super::lines::Lines;
use crate::text::word;

/// The longest value that is shown whole.
const LONGEST: usize = 60;

/// What moves with every receipt and every look of the service.
const ROUTINE: [&str; 4] = ["signedDocuments", "fiscalStoragePercentageUse", "timestamp", "shiftReceipt"];

/// Whether the change is a matter of course, and no news to a person.
pub(super) fn is_routine(change: &AttributeChange) -> bool {
    ROUTINE.contains(&change.name.as_ref())
}

/// `shift: closed → open`
pub(super) fn shown(change: &AttributeChange, lines: &Lines<'_>) -> String {
    let value = |value: &Value| shown_value(&change.name, value, lines);
    format!("{}: {} → {}", name(&change.name, lines.language), value(&change.old), value(&change.new))
}

fn shown_value(name: &str, value: &Value, lines: &Lines<'_>) -> String {
    match (name, value) {
        (_, Value::Null) => "-".to_owned(),
        ("isShiftOpened", Value::Bool(true)) => word(lines.language, "open", "открыта").to_owned(),
        ("isShiftOpened", Value::Bool(false)) => word(lines.language, "closed", "закрыта").to_owned(),
        ("networkErrorCode", Value::Number(code)) => match code.as_i64().map(NetworkErrorCode::from_code) {
            Some(code) => {
                let meaning = word(lines.language, code.description_en(), code.description_ru());
                format!("{} ({meaning})", code.code())
            }
            None => code.to_string(),
        },
        (_, Value::String(text)) => match text.parse::<OffsetTimestamp>() {
            Ok(date) => lines.date_time(date.timestamp()),
            Err(_) => Excerpt::of(text, LONGEST).to_string(),
        },
        (_, other) => Excerpt::of(&other.to_string(), LONGEST).to_string(),
    }
}

fn name(name: &str, language: Language) -> String {
    let known = match name {
        "registrationNumber" => word(language, "registration number", "РНМ"),
        "deviceNumber" => word(language, "device", "устройство"),
        "fiscalizationDate" => word(language, "FN activated", "ФН активирован"),
        "fiscalStorageExpiration" => word(language, "FN expires", "срок ФН"),
        "signedDocuments" => word(language, "documents in the FN", "документов в ФН"),
        "fiscalStoragePercentageUse" => word(language, "FN fill in percent", "ФН занят, %"),
        "fiscalStorageINN" => word(language, "INN", "ИНН"),
        "fiscalStorageSerialNumber" => word(language, "FN number", "номер ФН"),
        "fiscalStoragePaymentAddress" => word(language, "address", "адрес расчётов"),
        "timestamp" => word(language, "data of", "данные от"),
        "groupCode" => word(language, "group", "группа"),
        "isShiftOpened" => word(language, "shift", "смена"),
        "shiftNumber" => word(language, "shift number", "номер смены"),
        "shiftReceipt" => word(language, "in the shift", "за смену"),
        "unsentDocs" => word(language, "unsent documents", "не отправлено"),
        "firstUnsetDocTimestamp" => word(language, "unsent since", "не отправляется с"),
        "networkErrorCode" => word(language, "exchange with the OFD", "обмен с ОФД"),
        other => return Excerpt::of(other, LONGEST).to_string(),
    };
    known.to_owned()
}
