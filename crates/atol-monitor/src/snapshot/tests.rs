//! Tests of the summary and of the comparison.

use std::collections::BTreeMap;

use atol_model::{Kkt, KktBuilder, KktList, NetworkErrorCode, OffsetTimestamp, RejectedKkt};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::health::{FindingKind, History, Policy, Severity};

fn now() -> Timestamp {
    "2019-12-05T10:46:00Z".parse().unwrap()
}

fn ahead(hours: i64) -> OffsetTimestamp {
    (now() + SignedDuration::from_hours(hours)).into()
}

/// Only what a rule looks at that is not switched off in [`policy`].
fn kkt(serial: &str) -> KktBuilder {
    Kkt::builder(serial)
        .fiscal_storage_expiration(ahead(24 * 300))
        .fiscal_storage_percentage_use(10.0)
        .timestamp(ahead(0))
        .is_shift_opened(false)
        .network_error_code(NetworkErrorCode::NoError)
}

fn policy() -> Policy {
    Policy::builder()
        .disable(FindingKind::Identifiers)
        .disable(FindingKind::FiscalStorageForecast)
        .build()
        .unwrap()
}

fn rejected(json: &str) -> RejectedKkt {
    RejectedKkt::new(0, json, Kkt::from_json(json.as_bytes()).unwrap_err())
}

#[test]
fn registers_are_counted_by_state_group_and_taxpayer() {
    let registers = vec![
        kkt("1").group_code("b").fiscal_storage_inn("7707083893").build(),
        kkt("2").group_code("a").fiscal_storage_inn("7707083893").fiscal_storage_percentage_use(85.0).build(),
        kkt("3").group_code("b").fiscal_storage_inn("3026455760").fiscal_storage_percentage_use(99.0).build(),
        kkt("4").group_code("b").fiscal_storage_percentage_use(None).build(),
    ];
    let list = KktList::new(registers, vec![rejected(r#"{"serialNumber": "5"}"#), rejected("{}")]);
    let fleet = Snapshot::of(&list, &policy(), now());

    assert_eq!(fleet.worst(), Some(Severity::Critical));
    assert_eq!(fleet.counts().total(), 6);
    let mut json = serde_json::to_value(&fleet).unwrap();
    json["assessments"] = json["assessments"].as_array().unwrap().len().into();
    for unreadable in json["unreadable"].as_array_mut().unwrap() {
        // The wording is the model's.
        assert_ne!(unreadable["reason"].take(), "");
    }
    insta::assert_json_snapshot!(json);
}

#[test]
fn an_empty_fleet_is_in_no_state() {
    let fleet = Snapshot::of(&KktList::default(), &policy(), now());
    assert_eq!((fleet.worst(), fleet.counts().total(), fleet.deadlines().len()), (None, 0, 0));
}

#[test]
fn every_deadline_is_there_also_without_a_finding() {
    let mut history = History::default();
    let open = kkt("1").is_shift_opened(true).shift_number(7);
    history.observe(&open.clone().timestamp(ahead(-21)).build(), ahead(-21).timestamp());

    let policy = policy();
    let mut builder = Snapshot::builder(&policy, now());
    builder.add_with(&open.unsent_docs(1).first_unsent_doc_timestamp(ahead(-1)).build(), &history);
    let deadlines: Vec<_> =
        builder.build().deadlines().iter().map(|deadline| (deadline.kind, deadline.at)).collect();
    assert_eq!(
        deadlines,
        [
            (FindingKind::LongShift, ahead(3).timestamp()),
            (FindingKind::UnsentDocuments, ahead(30 * 24 - 1).timestamp()),
            (FindingKind::FiscalStorageExpiry, ahead(24 * 300).timestamp()),
        ]
    );
}

#[test]
fn a_date_that_cannot_be_is_no_deadline() {
    let policy = policy();
    let mut builder = Snapshot::builder(&policy, now());
    builder.add(&kkt("1").unsent_docs(0).first_unsent_doc_timestamp(ahead(-1)).build());
    builder.add(&kkt("2").unsent_docs(1).first_unsent_doc_timestamp(ahead(48)).build());
    let kinds: Vec<_> = builder.build().deadlines().iter().map(|deadline| deadline.kind).collect();
    assert_eq!(kinds, [FindingKind::FiscalStorageExpiry; 2]);
}

proptest! {
    #[test]
    fn the_nearest_deadlines_are_the_first_of_all(hours in prop::collection::vec(-50..50_i64, 0..40), limit in 0..10_usize) {
        let registers: Vec<_> = hours
            .iter()
            .enumerate()
            .map(|(index, &hours)| kkt(&format!("{index:02}")).fiscal_storage_expiration(ahead(hours)).build())
            .collect();
        let policy = policy();
        let mut builder = Snapshot::builder(&policy, now()).deadlines(limit);
        for kkt in &registers {
            builder.add(kkt);
        }
        let mut all: Vec<_> = hours.iter().enumerate().map(|(index, &hours)| (hours, format!("{index:02}"))).collect();
        all.sort();
        all.truncate(limit);

        let fleet = builder.build();
        let found: Vec<_> = fleet
            .deadlines()
            .iter()
            .map(|deadline| (deadline.at.duration_since(now()).as_hours(), deadline.serial_number.clone()))
            .collect();
        prop_assert_eq!(found, all);
    }
}

#[test]
fn a_change_names_every_attribute_with_its_old_and_its_new_value() {
    let before = kkt("1").extra("model", r#""42""#).unwrap().extra("gone", "1").unwrap().build();
    let after = kkt("1")
        .registration_number("2")
        .device_number("3")
        .fiscalization_date(ahead(1))
        .fiscal_storage_expiration(None)
        .signed_documents(4)
        .fiscal_storage_percentage_use(5.5)
        .fiscal_storage_inn("6")
        .fiscal_storage_serial_number("7")
        .fiscal_storage_payment_address("8")
        .group_code("9")
        .timestamp(ahead(1))
        .is_shift_opened(true)
        .shift_number(10)
        .shift_receipt(11)
        .unsent_docs(12)
        .first_unsent_doc_timestamp(ahead(1))
        .network_error_code(NetworkErrorCode::NoConnection)
        .extra("new", "[13]")
        .unwrap()
        .extra("model", r#""42ФС""#)
        .unwrap()
        .build();
    let (before, after) = (KktList::new(vec![before], vec![]), KktList::new(vec![after], vec![]));
    let diff = diff(&before, &after);
    let lines: Vec<_> = diff.changed[0]
        .attributes
        .iter()
        .map(|change| format!("{}: {} -> {}", change.name, change.old, change.new))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    registrationNumber: null -> "2"
    deviceNumber: null -> "3"
    fiscalizationDate: null -> "2019-12-05T11:46:00+00:00"
    fiscalStorageExpiration: "2020-09-30T10:46:00+00:00" -> null
    signedDocuments: null -> 4
    fiscalStoragePercentageUse: 10.0 -> 5.5
    fiscalStorageINN: null -> "6"
    fiscalStorageSerialNumber: null -> "7"
    fiscalStoragePaymentAddress: null -> "8"
    groupCode: null -> "9"
    timestamp: "2019-12-05T10:46:00+00:00" -> "2019-12-05T11:46:00+00:00"
    isShiftOpened: false -> true
    shiftNumber: null -> 10
    shiftReceipt: null -> 11
    unsentDocs: null -> 12
    firstUnsetDocTimestamp: null -> "2019-12-05T11:46:00+00:00"
    networkErrorCode: 0 -> 2
    new: null -> [13]
    model: "42" -> "42ФС"
    gone: 1 -> null
    "#);
}

#[test]
fn a_timestamp_that_moves_alone_is_no_change() {
    let list = |timestamp| KktList::new(vec![kkt("1").timestamp(timestamp).build()], vec![]);
    assert!(diff(&list(ahead(0)), &list(ahead(1))).is_empty());
}

#[test]
fn an_unreadable_register_is_not_gone() {
    let before = KktList::new(vec![kkt("1").build(), kkt("2").build()], vec![]);
    let one = KktList::new(vec![], vec![rejected(r#"{"serialNumber": "1"}"#)]);
    let diff_one = diff(&before, &one);
    assert_eq!((serials(&diff_one.unreadable), serials(&diff_one.removed)), (vec!["1"], vec!["2"]));

    // Whose record this is cannot be told, so nobody is known to be gone.
    let anyone = KktList::new(vec![], vec![rejected("{}")]);
    let diff_any = diff(&before, &anyone);
    assert_eq!((serials(&diff_any.unreadable), serials(&diff_any.removed)), (vec!["1", "2"], vec![]));
}

#[test]
fn a_register_that_was_unreadable_is_not_new() {
    let after = KktList::new(vec![kkt("1").build(), kkt("2").build()], vec![]);
    let one = KktList::new(vec![], vec![rejected(r#"{"serialNumber": "1"}"#)]);
    let diff_one = diff(&one, &after);
    assert_eq!((serials(&diff_one.readable), serials(&diff_one.added)), (vec!["1"], vec!["2"]));

    let anyone = KktList::new(vec![], vec![rejected("{}")]);
    let diff_any = diff(&anyone, &after);
    assert_eq!((serials(&diff_any.readable), serials(&diff_any.added)), (vec!["1", "2"], vec![]));
}

fn serials<'a>(registers: &[&'a Kkt]) -> Vec<&'a str> {
    registers.iter().map(|kkt| kkt.serial_number.as_str()).collect()
}

/// A few serial numbers with a few states each, also repeated.
fn fleet() -> impl Strategy<Value = Vec<Kkt>> {
    let one = (0..12_u8, 0..3_u64)
        .prop_map(|(serial, docs)| kkt(&serial.to_string()).signed_documents(docs).build());
    prop::collection::vec(one, 0..16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_comparison_finds_what_a_slow_one_finds(before in fleet(), after in fleet()) {
        // The first record of each serial number.
        let first = |registers: &[Kkt]| {
            let mut first = BTreeMap::new();
            for kkt in registers.iter().rev() {
                first.insert(kkt.serial_number.clone(), kkt.signed_documents);
            }
            first
        };
        let (old, new) = (first(&before), first(&after));
        let sorted = |mut serials: Vec<&str>| {
            serials.sort_unstable();
            serials.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let only = |these: &BTreeMap<String, Option<u64>>, those: &BTreeMap<String, Option<u64>>| {
            these.keys().filter(|serial| !those.contains_key(*serial)).cloned().collect::<Vec<_>>()
        };

        let (before, after) = (KktList::new(before, vec![]), KktList::new(after, vec![]));
        let diff = diff(&before, &after);
        prop_assert_eq!(sorted(serials(&diff.added)), only(&new, &old));
        prop_assert_eq!(sorted(serials(&diff.removed)), only(&old, &new));
        let changed = old.iter().filter(|(serial, docs)| new.get(*serial).is_some_and(|new| new != *docs));
        let found: Vec<_> = diff.changed.iter().map(|change| change.after).collect();
        prop_assert_eq!(sorted(serials(&found)), changed.map(|(serial, _)| serial.clone()).collect::<Vec<_>>());
    }
}
