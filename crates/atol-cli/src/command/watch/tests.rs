//! What a person reads of each event.

use std::time::Duration;

use atol_monitor::health::{FindingKind, Policy};
use atol_monitor::watch::{Failure, FailureKind, Moment, PollOutcome, Watcher};
use atol_monitor::{Kkt, KktList, Language};

use super::lines::Lines;
use super::reasons::Reasons;
use crate::output::Screen;

/// As wide as need be.
const SCREEN: Screen = Screen { width: None, colour: false };

/// Feeds a watcher with lists an hour apart and writes down the lines of what it tells.
fn told(language: Language, all_changes: bool) -> String {
    let policy = Policy::builder()
        .disable(FindingKind::Identifiers)
        .disable(FindingKind::FiscalStorageExpiry)
        .disable(FindingKind::FiscalStorageFill)
        .disable(FindingKind::FiscalStorageForecast)
        .build()
        .unwrap();
    let lines = Lines { policy: &policy, language, screen: SCREEN, reasons: Reasons::default(), all_changes };
    let kkt = |serial: &str, hour: i64| {
        let formed = format!("2026-11-24T{:02}:59:00+00:00", 9 + hour).parse().unwrap();
        Kkt::builder(serial)
            .group_code("магазин-17\u{1b}[31m")
            .timestamp(Some(formed))
            .is_shift_opened(false)
            .shift_number(5)
            .shift_receipt(17)
            .network_error_code(atol_monitor::NetworkErrorCode::NoError)
    };
    let oldest = "2026-11-20T09:00:00+00:00".parse().unwrap();
    let rejected = KktList::from_json(br#"[{"serialNumber": "00107703864829"}]"#).unwrap().into_parts().1;
    let list = |kkts: Vec<Kkt>| PollOutcome::List(KktList::new(kkts, vec![]));
    let polls = [
        PollOutcome::List(KktList::new(vec![kkt("00107703864827", 0).build()], rejected)),
        list(vec![
            kkt("00107703864827", 1).is_shift_opened(true).shift_number(6).shift_receipt(1).build(),
            kkt("00107703864828", 1).build(),
        ]),
        list(vec![
            kkt("00107703864827", 2)
                .shift_receipt(3)
                .unsent_docs(12)
                .first_unsent_doc_timestamp(Some(oldest))
                .build(),
        ]),
        PollOutcome::Failed(Failure::new(FailureKind::Connect, "no connection to `online.atol.ru`")),
        list(vec![kkt("00107703864827", 4).shift_receipt(4).build()]),
    ];
    let mut watcher = Watcher::new(policy.clone(), Duration::from_secs(3600));
    let mut told = Vec::new();
    for (hour, outcome) in (0_u64..).zip(polls) {
        let wall = format!("2026-11-24T{:02}:00:00Z", 10 + hour).parse().unwrap();
        let moment = Moment::new(wall, Duration::from_secs(3600 * hour));
        for event in watcher.observe(outcome, moment) {
            told.extend(lines.of(&event, &watcher.fleet(moment)));
        }
    }
    told.join("\n")
}

#[test]
fn a_clock_that_is_off_is_told_which_way() {
    let policy = Policy::default();
    let lines = |language| Lines {
        policy: &policy,
        language,
        screen: SCREEN,
        reasons: Reasons::default(),
        all_changes: false,
    };
    let ours: jiff::Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    let told = |language, server: &str| {
        let mut watcher = Watcher::new(policy.clone(), Duration::from_secs(3600));
        let moment = Moment::new(ours, Duration::ZERO).with_server_time(Some(server.parse().unwrap()));
        let events = watcher.observe(PollOutcome::List(KktList::new(vec![], vec![])), moment);
        let told: Vec<_> =
            events.iter().flat_map(|event| lines(language).of(event, &watcher.fleet(moment))).collect();
        told.join("\n")
    };
    let slow = told(Language::En, "2026-11-24T11:05:03Z");
    assert!(slow.contains("this machine's clock is 1 h 5 min 3 s slow"), "{slow}");
    let fast = told(Language::En, "2026-11-24T09:30:00Z");
    assert!(fast.contains("this machine's clock is 30 min fast"), "{fast}");
    let slow = told(Language::Ru, "2026-11-24T11:05:03Z");
    assert!(slow.contains("часы этого компьютера отстают на 1 ч 5 мин 3 с"), "{slow}");
}

#[test]
fn events_are_lines_a_person_can_read() {
    insta::assert_snapshot!(told(Language::En, false));
}

#[test]
fn on_a_narrow_screen_the_words_go_on_below_their_beginning() {
    let policy = Policy::default();
    let screen = Screen { width: Some(80), colour: false };
    let reasons = Reasons::default();
    let lines = Lines { policy: &policy, language: Language::En, screen, reasons, all_changes: false };
    let mut watcher = Watcher::new(policy.clone(), Duration::from_secs(3600));
    let moment = Moment::new("2026-11-24T10:00:00Z".parse().unwrap(), Duration::ZERO);
    let failure = Failure::new(FailureKind::Connect, "no connection to `online.atol.ru`: Connection refused");
    let events = watcher.observe(PollOutcome::Failed(failure), moment);
    let told: Vec<_> = events.iter().flat_map(|event| lines.of(event, &watcher.fleet(moment))).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    2026-11-24 13:00:00  ? UNKNOWN    the poll failed (since 2026-11-24 13:00:00,
                                      failures: 1): no connection to
                                      `online.atol.ru`: Connection refused
    ");
}

#[test]
fn events_are_told_in_russian_and_with_every_counter() {
    insta::assert_snapshot!(told(Language::Ru, true));
}
