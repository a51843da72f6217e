//! Any register: every attribute anything it may be, dates in every notation, unknown members.

use atol_model::{Kkt, NetworkErrorCode, OffsetTimestamp};
use jiff::tz::Offset;
use proptest::option;
use proptest::prelude::*;

/// Any register that can be written.
pub(crate) fn kkt() -> impl Strategy<Value = Kkt> {
    (texts(), dates(), numbers(), option::of(any::<bool>()), extra()).prop_map(
        |((serial, texts), (dates, timestamp), (counts, percentage, code), is_shift_opened, extra)| {
            let mut kkt = Kkt::builder(serial).build();
            let [registration, device, inn, storage, address, group] = texts;
            kkt.registration_number = registration;
            kkt.device_number = device;
            kkt.fiscal_storage_inn = inn;
            kkt.fiscal_storage_serial_number = storage;
            kkt.fiscal_storage_payment_address = address;
            kkt.group_code = group;
            [kkt.fiscalization_date, kkt.fiscal_storage_expiration, kkt.first_unsent_doc_timestamp] = dates;
            kkt.timestamp = timestamp;
            [kkt.signed_documents, kkt.shift_number, kkt.shift_receipt, kkt.unsent_docs] = counts;
            kkt.fiscal_storage_percentage_use = percentage;
            kkt.network_error_code = code.map(NetworkErrorCode::from_code);
            kkt.is_shift_opened = is_shift_opened;
            for (name, json) in extra {
                // A name may come twice; the first one stays.
                let _ = kkt.extra.insert(name, json);
            }
            kkt
        },
    )
}

fn texts() -> impl Strategy<Value = (String, [Option<String>; 6])> {
    let text = || option::of(prop_oneof![4 => "[0-9A-Za-zА-я .,_-]{0,20}", 1 => any::<String>()]);
    let serial = prop_oneof![3 => "[0-9]{14}", 1 => any::<String>()];
    let is_not_blank = |serial: &String| !serial.trim().is_empty();
    (serial.prop_filter("blank", is_not_blank), prop::array::uniform6(text()))
}

fn dates() -> impl Strategy<Value = ([Option<OffsetTimestamp>; 3], Option<OffsetTimestamp>)> {
    let date = || option::of(prop_oneof![4 => date(), 1 => zoneless()]);
    (prop::array::uniform3(date()), date())
}

/// A date in any notation that states its zone.
pub(crate) fn date() -> impl Strategy<Value = OffsetTimestamp> {
    let zone =
        prop::sample::select(vec!["+00:00", "Z", "-00:00", "+03:00", "+0300", "-0930", "+12", "+02:30:17"]);
    (local(), "(\\.[0-9]{1,9})?", zone)
        .prop_map(|(local, fraction, zone)| format!("{local}{fraction}{zone}").parse().unwrap())
}

/// A date that does not: as the service's envelopes have it, or as one attribute may.
fn zoneless() -> impl Strategy<Value = OffsetTimestamp> {
    let offset = prop::sample::select(vec![0, 3 * 3600, -12_345]);
    (local(), offset).prop_map(|(text, offset)| {
        let (date, time) = text.split_at(10);
        let dotted = date.split('-').rev().collect::<Vec<_>>().join(".") + " " + &time[1..];
        let text = if offset == 0 { text } else { dotted };
        OffsetTimestamp::parse_assuming(&text, Offset::from_seconds(offset).unwrap()).unwrap()
    })
}

fn local() -> impl Strategy<Value = String> {
    let time = (0..24, 0..60, 0..60).prop_map(|(h, m, s)| format!("{h:02}:{m:02}:{s:02}"));
    (2..9999, 1..=12, 1..=28, "[T ]", time).prop_map(|(year, month, day, separator, time)| {
        format!("{year:04}-{month:02}-{day:02}{separator}{time}")
    })
}

type Numbers = ([Option<u64>; 4], Option<f64>, Option<i64>);

fn numbers() -> impl Strategy<Value = Numbers> {
    let count = option::of(prop_oneof![0..1000_u64, any::<u64>()]);
    let percentage =
        prop_oneof![(0..=10_000).prop_map(|n| f64::from(n) / 100.0), -4_294_967_295.0..=4_294_967_295.0];
    let code = prop_oneof![0..=9_i64, any::<i64>()];
    (prop::array::uniform4(count), option::of(percentage), option::of(code))
}

/// Members nobody knows, or whose names mean something elsewhere.
fn extra() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        3 => "[a-zа-я]{1,8}",
        1 => any::<String>(),
        1 => prop::sample::select(vec!["data", "error", "_embedded", "token"]).prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("not in JSON", |number| number.is_finite()).prop_map(|n| format!("{n:e}")),
        any::<String>().prop_map(|text| serde_json::json!(text).to_string()),
    ];
    let json = leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|values| format!("[ {} ]", values.join(" , "))),
            inner.prop_map(|value| format!("{{\"a\": {value}}}")),
        ]
    });
    prop::collection::vec((name, json), 0..3)
}
