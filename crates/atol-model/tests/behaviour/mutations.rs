//! A good register with one thing changed gives an error or means what its text says: never a panic, never a register
//! that is silently another one.
//!
//! What a text says is told by an independent reader, `serde_json::Value`. Each property runs 256 cases, or as many as
//! `PROPTEST_CASES` says. On 2026-11-24 these and those of `round_trip` held for 100 000 cases each, in 70 s:
//! `PROPTEST_CASES=100000 cargo test --release -p atol-model --test behaviour -- mutations round_trip`.

use atol_model::{ErrorKind, Kkt, KktList, OffsetTimestamp};
use jiff::tz::Offset;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value};

use crate::strategy::kkt;
use crate::support::{REQUIRED, WAITING};

/// What a text says: the object, without the two attributes that mean nothing when they are null.
fn said(text: &[u8]) -> Option<Value> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    for name in ["unsentDocs", "firstUnsetDocTimestamp", "firstUnsentDocTimestamp"] {
        if value.get(name).is_some_and(Value::is_null) {
            value.as_object_mut()?.remove(name);
        }
    }
    Some(value)
}

/// The one rule: what was read is what the text says.
fn means_the_same_or_nothing(text: &[u8]) -> Result<(), TestCaseError> {
    let read = Kkt::from_json(text);
    if let Ok(kkt) = &read {
        prop_assert_eq!(said(text), Some(kkt.to_value()));
        prop_assert_eq!(&Kkt::from_json(kkt.to_json().as_bytes()).unwrap(), kkt);
    }
    let in_list = [b"[", text, b"]"].concat();
    if said(text).is_some() {
        let list = KktList::from_json(&in_list).unwrap();
        prop_assert_eq!(list.len() + list.rejected().len(), 1);
        prop_assert_eq!(list.first().cloned(), Kkt::from_element(text).ok());
    }
    Ok(())
}

/// The members of any register, in alphabetical order.
fn members() -> impl Strategy<Value = Map<String, Value>> {
    kkt().prop_map(|kkt| kkt.to_value().as_object().cloned().unwrap())
}

/// Values of every type, each also in shapes that nearly fit.
fn value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "null",
        "true",
        "false",
        "0",
        "-1",
        "-0",
        "126",
        "85.34",
        "1.0",
        "1e2",
        "1e400",
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775808",
        "\"\"",
        "\" \"",
        "\"null\"",
        "\"126\"",
        "\"true\"",
        "\"касса\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"2019-12-05T10:45:30+00:00\"",
        "\"2019-12-05T10:45:30\"",
        "\"2019-02-31T00:00:00Z\"",
        "\"05.12.2019 10:45:30\"",
        "[]",
        "[null]",
        "{}",
        "{\"a\":1}",
    ])
}

/// Whether an attribute can hold a value. Written down a second time on purpose.
fn fits(name: &str, json: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return false };
    let text = value.as_str();
    match name {
        "serialNumber" => text.is_some_and(|serial| !serial.trim().is_empty()),
        _ if value.is_null() => true,
        "fiscalizationDate" | "fiscalStorageExpiration" | "firstUnsetDocTimestamp" => {
            text.is_some_and(|date| date.parse::<OffsetTimestamp>().is_ok())
        }
        "timestamp" => text.is_some_and(|date| {
            OffsetTimestamp::parse_assuming(date, Offset::UTC).is_ok() && !date.contains('.')
        }),
        "signedDocuments" | "shiftNumber" | "shiftReceipt" | "unsentDocs" => value.is_u64(),
        "fiscalStoragePercentageUse" => value.as_f64().is_some_and(|number| number.abs() < 4_294_967_296.0),
        "networkErrorCode" => value.is_i64(),
        "isShiftOpened" => value.is_boolean(),
        "registrationNumber"
        | "deviceNumber"
        | "fiscalStorageINN"
        | "fiscalStorageSerialNumber"
        | "fiscalStoragePaymentAddress"
        | "groupCode" => text.is_some(),
        _ => true,
    }
}

/// An object of which one value is given as text, because not every JSON fits into a `Value`.
fn text(members: &Map<String, Value>, (changed, json): (&str, &str)) -> String {
    let members = members.iter().map(|(name, value)| {
        let name_text = Value::from(name.as_str());
        if name == changed { format!("{name_text}:{json}") } else { format!("{name_text}:{value}") }
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

proptest! {
    #[test]
    fn a_deleted_member_is_missed_or_was_optional(mut members in members(), which: Index) {
        let name = which.get(&members.keys().cloned().collect::<Vec<_>>()).clone();
        members.remove(&name);
        let json = Value::Object(members.clone()).to_string();
        means_the_same_or_nothing(json.as_bytes())?;
        match Kkt::from_json(json.as_bytes()) {
            Ok(_) => prop_assert!(!REQUIRED.contains(&name.as_str())),
            // Without its serial number an object with `error` or `data` is an envelope.
            Err(_) if name == "serialNumber" => {}
            Err(error) => prop_assert_eq!(error.missing_fields(), [name.as_str()]),
        }
    }

    #[test]
    fn a_renamed_member_is_missed_or_kept_under_its_new_name(
        mut members in members(), which: Index, new_name in "[A-Z][a-z]{0,9}",
    ) {
        let name = which.get(&members.keys().cloned().collect::<Vec<_>>()).clone();
        let value = members.remove(&name).unwrap();
        members.insert(new_name.clone(), value);
        let json = Value::Object(members.clone()).to_string();
        means_the_same_or_nothing(json.as_bytes())?;
        if let Ok(kkt) = Kkt::from_json(json.as_bytes()) {
            prop_assert!(!REQUIRED.contains(&name.as_str()));
            prop_assert!(kkt.extra.get(&new_name).is_some());
        }
    }

    #[test]
    fn j08_a_value_of_another_type_is_taken_only_where_it_fits(members in members(), which: Index, json in value()) {
        let name = which.get(&members.keys().cloned().collect::<Vec<_>>()).clone();
        let text = text(&members, (&name, json));
        means_the_same_or_nothing(text.as_bytes())?;
        match Kkt::from_json(text.as_bytes()) {
            Ok(_) => prop_assert!(fits(&name, json), "{} took {}", name, json),
            Err(error) => {
                prop_assert!(!fits(&name, json), "{} refused {}: {}", name, json, error);
                prop_assert!(error.is_data());
                prop_assert!(error.line().is_some() && error.column().is_some());
            }
        }
    }

    #[test]
    fn j03_a_repeated_member_is_refused(members in members(), which: Index, other in value()) {
        let names: Vec<&String> = members.keys().collect();
        let name = Value::from(which.get(&names).as_str());
        let json = Value::Object(members.clone()).to_string();
        let twice = json.replacen('{', &format!("{{{name}:{other},"), 1);
        prop_assert!(Kkt::from_json(json.as_bytes()).is_ok());
        prop_assert_eq!(Kkt::from_json(twice.as_bytes()).unwrap_err().kind(), ErrorKind::DuplicateField);
    }

    #[test]
    fn a_cut_anywhere_is_seen_as_a_cut(kkt in kkt(), end: Index) {
        let json = kkt.to_json();
        let cut = &json.as_bytes()[..end.index(json.len())];
        let error = Kkt::from_json(cut).unwrap_err();
        prop_assert!(error.is_truncated(), "{}: {}", String::from_utf8_lossy(cut), error);
    }

    #[test]
    fn another_byte_anywhere_is_an_error_or_what_it_says(kkt in kkt(), place: Index, byte: u8) {
        let mut json = kkt.to_json().into_bytes();
        let place = place.index(json.len());
        json[place] = byte;
        means_the_same_or_nothing(&json)?;
    }

    #[test]
    fn any_text_at_all_is_an_error_or_what_it_says(text in "[\\[\\]{}:,\"a-z0-9 ]{0,40}", bytes: Vec<u8>) {
        means_the_same_or_nothing(text.as_bytes())?;
        means_the_same_or_nothing(&bytes)?;
    }
}

#[test]
fn j01_a_cut_at_every_byte_is_seen_as_a_cut() {
    for end in 0..WAITING.len() {
        let error = Kkt::from_json(&WAITING.as_bytes()[..end]).unwrap_err();
        let kind = if end == 0 { ErrorKind::Empty } else { ErrorKind::Truncated };
        assert_eq!(error.kind(), kind, "{end}");
        let list = format!("[{WAITING},{WAITING}]");
        assert!(KktList::from_json(&list.as_bytes()[..WAITING.len() + end]).unwrap_err().is_truncated());
    }
}
