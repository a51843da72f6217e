//! What a fleet promises: its identifiers, its troubles, its life.

use std::collections::BTreeSet;

use atol_model::{KktList, NetworkErrorCode, inn, registration_number};
use jiff::SignedDuration;

use super::*;

fn noon() -> Timestamp {
    "2025-06-02T09:00:00Z".parse().unwrap()
}

fn after(time: Timestamp, hours: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_hours(hours)).unwrap()
}

fn list(fleet: &Fleet, range: Range<usize>) -> String {
    let mut out = b"[".to_vec();
    fleet.write_elements(range, noon(), &mut out);
    out.push(b']');
    String::from_utf8(out).unwrap()
}

#[test]
fn identifiers_have_their_forms_and_right_checksums() {
    let mut inn_lengths = BTreeSet::new();
    for kkt in Fleet::generate(3, 500, noon()).kkts() {
        let serial = &kkt.serial_number;
        assert!(serial.len() == 14 && serial.starts_with("0010"), "{serial}");
        let taxpayer = kkt.fiscal_storage_inn.unwrap();
        assert!(inn::is_valid(&taxpayer), "{taxpayer}");
        inn_lengths.insert(taxpayer.len());
        let storage = kkt.fiscal_storage_serial_number.unwrap();
        assert!(storage.len() == 16 && storage.starts_with("928"), "{storage}");
        if let Some(number) = kkt.registration_number {
            assert!(registration_number::is_valid(&number, &taxpayer, serial), "{number}");
        }
    }
    assert_eq!(inn_lengths, [10, 12].into());
}

#[test]
fn no_two_registers_share_a_number() {
    let kkts = Fleet::generate(3, 5_000, noon()).kkts();
    let serials: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.serial_number).collect();
    let storages: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.fiscal_storage_serial_number).collect();
    let devices: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.device_number).collect();
    assert_eq!([serials.len(), storages.len(), devices.len()], [5_000; 3]);
}

#[test]
fn the_seed_decides_and_a_larger_fleet_is_another_one() {
    let fleet = Fleet::generate(1, 30, noon());
    assert_eq!(fleet.kkts(), Fleet::generate(1, 30, noon()).kkts());
    assert_ne!(fleet.serials(), Fleet::generate(2, 30, noon()).serials());
    assert_eq!(fleet.serials(), Fleet::generate(1, 60, noon()).serials()[..30]);
}

#[test]
fn twenty_registers_show_every_trouble_and_most_of_them_none() {
    for seed in 0..50 {
        let fleet = Fleet::generate(seed, 20, noon());
        for &trouble in Trouble::ALL {
            assert_eq!(fleet.serials_with(trouble).len(), 1, "{trouble:?} with seed {seed}");
        }
        assert!(Trouble::ALL.len() * 2 < fleet.len());
        let kkts = fleet.kkts();
        assert!(kkts.iter().any(|kkt| kkt.registration_number.is_none()), "nulls with seed {seed}");
        assert!(kkts.iter().any(|kkt| !kkt.extra.is_empty()), "an extra member with seed {seed}");
        let groups: BTreeSet<_> = kkts.iter().filter_map(|kkt| kkt.group_code.as_ref()).collect();
        let taxpayers: BTreeSet<_> = kkts.iter().map(|kkt| &kkt.fiscal_storage_inn).collect();
        assert!(groups.len() > 1 && taxpayers.len() > 1, "seed {seed}");
    }
}

#[test]
fn each_trouble_is_what_it_is_called_at_any_hour() {
    for hours in 0..24 {
        assert_troubles(after(noon(), hours));
    }
}

fn assert_troubles(now: Timestamp) {
    let fleet = Fleet::generate(11, 600, now);
    for &trouble in Trouble::ALL {
        for serial in fleet.serials_with(trouble) {
            let kkt = fleet.kkt(&serial).unwrap();
            let days_left =
                kkt.fiscal_storage_expiration.unwrap().timestamp().duration_since(now).as_secs_f64()
                    / 86_400.0;
            let filled = kkt.fiscal_storage_percentage_use.unwrap();
            let unsent_days = kkt
                .first_unsent_doc_timestamp
                .map(|first| now.duration_since(first.timestamp()).as_secs_f64() / 86_400.0);
            let holds = match trouble {
                Trouble::StorageExpiring => (1.0..26.0).contains(&days_left),
                Trouble::StorageExpired => (-5.0..0.0).contains(&days_left),
                Trouble::StorageFilling => (80.0..95.0).contains(&filled),
                Trouble::StorageFull => (99.0..100.0).contains(&filled),
                Trouble::LinkDown => {
                    kkt.network_error_code.unwrap().is_error()
                        && kkt.unsent_docs > Some(0)
                        && unsent_days < Some(0.3)
                }
                Trouble::UnsentOld => unsent_days > Some(29.0) && unsent_days < Some(30.0),
                Trouble::UnsentBlocked => unsent_days > Some(31.0) && unsent_days < Some(32.0),
                Trouble::Stale => now.duration_since(kkt.timestamp.unwrap().timestamp()).as_hours() >= 5,
                Trouble::ShiftStuck => kkt.is_shift_opened == Some(true),
            };
            assert!(holds, "{trouble:?}: {kkt}");
        }
    }
}

#[test]
fn the_others_are_well_at_any_hour() {
    for hours in 0..24 {
        assert_health(after(noon(), hours));
    }
}

fn assert_health(now: Timestamp) {
    let fleet = Fleet::generate(11, 600, now);
    let troubled: BTreeSet<_> =
        Trouble::ALL.iter().flat_map(|&trouble| fleet.serials_with(trouble)).collect();
    for kkt in fleet.kkts().iter().filter(|kkt| !troubled.contains(&kkt.serial_number)) {
        assert_eq!(kkt.network_error_code, Some(NetworkErrorCode::NoError), "{kkt}");
        assert_eq!(kkt.unsent_docs, None, "{kkt}");
        assert!(kkt.fiscal_storage_percentage_use < Some(80.0), "{kkt}");
        assert!(kkt.fiscal_storage_expiration.unwrap().timestamp() > after(now, 24 * 30), "{kkt}");
        assert!(now.duration_since(kkt.timestamp.unwrap().timestamp()).as_secs() <= 60, "{kkt}");
    }
}

#[test]
fn pages_put_together_are_the_whole_list() {
    let fleet = Fleet::generate(5, 23, noon());
    for fleet in [fleet.clone(), fleet.evolving()] {
        let whole = list(&fleet, 0..23);
        assert_eq!(KktList::from_json(whole.as_bytes()).unwrap().to_string(), whole);
        let pages = [list(&fleet, 0..10), list(&fleet, 10..20), list(&fleet, 20..23)];
        assert_eq!(pages.join("").replace("][", ","), whole);
        assert_eq!(list(&fleet, 23..23), "[]");
    }
}

#[test]
fn made_and_given_registers_stand_in_one_list() {
    let mut fleet = Fleet::generate(5, 2, noon());
    let serials = fleet.serials();
    fleet.push_raw(r#"{"serialNumber":"broken"}"#);
    fleet.push_raw("nonsense");
    fleet.push(&Kkt::builder("given").build());
    assert_eq!(fleet.serials(), [serials[0].as_str(), serials[1].as_str(), "broken", "given"]);
    assert_eq!(list(&fleet, 2..4), r#"[{"serialNumber":"broken"},nonsense]"#);
    assert!(list(&fleet, 1..3).ends_with(r#"},{"serialNumber":"broken"}]"#));
    assert_eq!(fleet.position("given"), Some(4));
    assert_eq!(fleet.kkts().len(), 3);
}

#[test]
fn a_fleet_stands_still_until_it_is_told_to_evolve() {
    let fleet = Fleet::generate(5, 20, noon());
    assert_eq!(fleet.kkts_at(after(noon(), 7)), fleet.kkts());
    let evolving = fleet.clone().evolving();
    assert_eq!(evolving.kkts_at(noon()), fleet.kkts());
    assert_ne!(evolving.kkts_at(after(noon(), 7)), fleet.kkts());
}

/// A made fleet, looked at every hour of forty days.
fn observe(fleet: &Fleet) -> Vec<Vec<Kkt>> {
    (0..40 * 24).map(|hours| fleet.kkts_at(after(noon(), hours))).collect()
}

#[test]
fn counters_only_grow_until_the_storage_is_replaced() {
    let fleet = Fleet::generate(7, 60, noon()).evolving();
    let mut replaced = 0;
    for pair in observe(&fleet).windows(2) {
        for (before, after) in pair[0].iter().zip(&pair[1]) {
            assert_eq!(before.serial_number, after.serial_number);
            if before.fiscal_storage_serial_number == after.fiscal_storage_serial_number {
                assert!(before.signed_documents <= after.signed_documents, "{before}\n{after}");
                assert!(before.shift_number <= after.shift_number, "{before}\n{after}");
                assert_eq!(before.fiscalization_date, after.fiscalization_date);
            } else {
                replaced += 1;
                assert!(before.fiscalization_date < after.fiscalization_date, "{before}\n{after}");
                assert!(after.signed_documents < Some(2_000), "{before}\n{after}");
            }
        }
    }
    assert!(replaced > 0, "no ФН was replaced");
}

#[test]
fn a_healthy_register_opens_and_closes_one_shift_a_day() {
    let fleet = Fleet::generate(7, 60, noon()).evolving();
    let troubled: BTreeSet<_> =
        Trouble::ALL.iter().flat_map(|&trouble| fleet.serials_with(trouble)).collect();
    let hours: Vec<_> = (0..=7 * 24).map(|hours| fleet.kkts_at(after(noon(), hours))).collect();
    let (first, last) = (&hours[0], &hours[7 * 24]);
    let mut opened = 0;
    for (index, kkt) in first.iter().enumerate().filter(|(_, kkt)| !troubled.contains(&kkt.serial_number)) {
        assert_eq!(kkt.shift_number.unwrap() + 7, last[index].shift_number.unwrap(), "{kkt}");
        opened +=
            hours.windows(2).filter(|p| p[0][index].is_shift_opened < p[1][index].is_shift_opened).count();
    }
    assert!(opened > 7 * 20, "shifts opened: {opened}");
}

#[test]
fn links_break_and_heal_and_leave_nothing_unsent() {
    let fleet = Fleet::generate(7, 60, noon()).evolving();
    let observed = observe(&fleet);
    let (mut broke, mut healed) = (0, 0);
    for pair in observed.windows(2) {
        for (before, after) in pair[0].iter().zip(&pair[1]) {
            let [was_down, is_down] = [before, after].map(|kkt| kkt.network_error_code.unwrap().is_error());
            broke += usize::from(!was_down && is_down);
            healed += usize::from(was_down && !is_down);
            if !is_down {
                assert_eq!((after.unsent_docs, after.first_unsent_doc_timestamp), (None, None), "{after}");
            }
        }
    }
    assert!(broke > 50 && healed > 50, "broke {broke} times, healed {healed} times");
    for kkt in observed.iter().flatten() {
        assert_eq!(kkt.unsent_docs.is_some(), kkt.first_unsent_doc_timestamp.is_some(), "{kkt}");
        assert!(kkt.unsent_docs != Some(0) && kkt.unsent_docs <= kkt.signed_documents, "{kkt}");
        assert!(kkt.first_unsent_doc_timestamp <= kkt.timestamp, "{kkt}");
    }
}

#[test]
fn a_storage_stops_thirty_days_after_its_first_unsent_document() {
    let fleet = Fleet::generate(7, 400, noon()).evolving();
    let mut stopped = 0;
    for serial in fleet.serials_with(Trouble::UnsentOld) {
        let first = fleet.kkt(&serial).unwrap().first_unsent_doc_timestamp.unwrap().timestamp();
        // Half a day in which every shop is open for a while.
        let [stop, later] =
            [1, 13].map(|hours| fleet.kkt_at(&serial, after(first, 30 * 24 + hours)).unwrap());
        // In some shops the link heals before it is too late.
        if stop.unsent_docs.is_some() && later.unsent_docs.is_some() {
            stopped += 1;
            assert_eq!(stop.signed_documents, later.signed_documents);
            assert_eq!(stop.is_shift_opened, later.is_shift_opened);
        }
    }
    assert!(stopped > 0, "no outage was long enough");
}

#[test]
fn a_stale_register_is_silent_and_then_speaks_again() {
    let fleet = Fleet::generate(7, 20, noon()).evolving();
    let serial = &fleet.serials_with(Trouble::Stale)[0];
    let [now, soon, later] = [0, 1, 25].map(|hours| fleet.kkt_at(serial, after(noon(), hours)).unwrap());
    assert_eq!(now, soon);
    assert!(after(noon(), 25).duration_since(later.timestamp.unwrap().timestamp()).as_secs() < 60);
}

#[test]
fn a_stuck_shift_keeps_its_number_over_night() {
    let fleet = Fleet::generate(7, 20, noon()).evolving();
    let serial = &fleet.serials_with(Trouble::ShiftStuck)[0];
    let [yesterday, now, later] =
        [-24, 0, 40].map(|hours| fleet.kkt_at(serial, after(noon(), hours)).unwrap());
    assert_eq!((now.is_shift_opened, now.shift_number), (Some(true), yesterday.shift_number));
    assert!(later.shift_number > now.shift_number);
}

#[test]
fn a_million_registers_are_made_only_when_they_are_asked_for() {
    let fleet = Fleet::generate(1, 1_000_000, noon()).evolving();
    assert_eq!(fleet.len(), 1_000_000);
    let page = list(&fleet, 999_990..1_000_000);
    assert_eq!(KktList::from_json(page.as_bytes()).unwrap().len(), 10);
}

#[test]
fn a_register_reads_like_one_of_the_service() {
    insta::assert_json_snapshot!(Fleet::generate(1, 20, noon()).kkts()[12], @r#"
    {
      "serialNumber": "00105722331737",
      "registrationNumber": "0000030012015589",
      "deviceNumber": "KKT024012",
      "fiscalizationDate": "2024-08-20T10:28:47+00:00",
      "fiscalStorageExpiration": "2025-12-02T21:00:00+00:00",
      "signedDocuments": 74000,
      "fiscalStoragePercentageUse": 29.6,
      "fiscalStorageINN": "5258134270",
      "fiscalStorageSerialNumber": "9282000019416396",
      "fiscalStoragePaymentAddress": "г. Калининград, ул. Пушкина, д. 114",
      "groupCode": "dom-uyut-ru_36827",
      "timestamp": "2025-06-02T08:59:36+00:00",
      "isShiftOpened": true,
      "shiftNumber": 286,
      "shiftReceipt": 92,
      "networkErrorCode": 0
    }
    "#);
}

#[test]
fn a_register_is_found_by_its_serial_wherever_it_stands() {
    let mut fleet = Fleet::generate(5, 1_000_000, noon());
    fleet.push(&Kkt::builder("ABC-1").build());
    for position in [0, 1, 77, 499_999, 999_999, 1_000_000] {
        let serial = fleet.serial(position).unwrap();
        assert_eq!(fleet.position(&serial), Some(position), "{serial}");
    }
    let behind = Fleet::generate(5, 1_000_001, noon()).serial(1_000_000).unwrap();
    for unknown in
        [behind.as_str(), "", "0010", "001077", "00107712345", "0010990000000000", "ABC-2", "0010770386482é"]
    {
        assert_eq!(fleet.position(unknown), None, "{unknown}");
    }
}

#[test]
fn a_large_fleet_has_the_same_pages_as_a_small_one() {
    let page = |fleet: &Fleet, range| {
        let mut text = Vec::new();
        fleet.write_elements(range, noon(), &mut text);
        String::from_utf8(text).unwrap()
    };
    // The organisations of a fleet depend on its size from 21 to 7000 registers only.
    let (kept, made) = (Fleet::generate(5, 7_000, noon()), Fleet::generate(5, 1_000_000, noon()));
    assert_eq!(page(&kept, 6_990..7_000), page(&made, 6_990..7_000));
    assert_eq!(page(&made, 999_998..1_000_000).matches("serialNumber").count(), 2);
}
