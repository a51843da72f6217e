//! The texts as Prometheus reads them.

use std::sync::Arc;
use std::time::Duration;

use atol_mock::Fleet;
use atol_monitor::KktList;

use super::super::test_kit::{account, account_of, failing, now, register};
use super::*;
use crate::serve::state::{Account, View};

fn prometheus(accounts: Vec<Account>) -> String {
    encode(View::of(accounts.into_iter().map(Arc::new)), Format::Prometheus).unwrap()
}

fn fleet() -> Vec<Account> {
    let at = |text: &str| Some(text.parse().unwrap());
    vec![
        account(
            "shop",
            [
                register("00107703864827", |_| ()),
                register("00107703864828", |kkt| {
                    kkt.group_code = Some("shop-18".to_owned());
                    kkt.unsent_docs = Some(12);
                    kkt.first_unsent_doc_timestamp = at("2026-11-03T09:00:00+00:00");
                    kkt.network_error_code = Some(atol_monitor::NetworkErrorCode::NoPhysicalLink);
                    kkt.is_shift_opened = None;
                }),
            ],
        ),
        Account::new("new", Duration::from_secs(60)),
    ]
}

#[test]
fn every_metric_has_its_type_help_and_values() {
    insta::assert_snapshot!("prometheus", prometheus(fleet()));
}

#[test]
fn open_metrics_say_the_same_in_their_own_way() {
    let text = encode(View::of(fleet().into_iter().map(Arc::new)), Format::OpenMetrics).unwrap();
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    insta::assert_snapshot!("openmetrics_heads", heads.join("\n"));
    let classic = prometheus(fleet());
    let numbers = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(numbers(&text), numbers(&classic));
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn the_text_of_a_fleet_fits_into_what_is_reserved_for_it() {
    let kkts = Fleet::generate(1, 500, now()).kkts();
    let text = prometheus(vec![account("shop", kkts)]);
    let reserved = 500 * REGISTER_BYTES;
    assert!((reserved / 2..=reserved).contains(&text.len()), "{} of {reserved}", text.len());
}

#[test]
fn a_failing_poll_keeps_the_numbers_and_says_that_they_are_old() {
    let account = failing(account("shop", [register("00107703864827", |_| ())]), "canary");
    account.meter.polled(Some(FailureKind::Timeout));
    let text = prometheus(vec![account]);
    for line in [
        "atol_up{account=\"shop\"} 0",
        "atol_last_successful_poll_timestamp_seconds{account=\"shop\"} 1795514370",
        "atol_poll_failures_total{account=\"shop\",kind=\"timeout\"} 1",
        "atol_kkt_shift_number{account=\"shop\",serial_number=\"00107703864827\"} 126",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("canary"));
}

#[test]
fn hostile_values_stay_inside_their_quotes() {
    let hostile = register("1\"} 7\natol_up 1", |kkt| {
        kkt.fiscal_storage_payment_address = Some("<script>\\\"\n\u{202e}{}".to_owned());
        kkt.group_code = Some("г".repeat(10_000));
    });
    let text = prometheus(vec![account("shop", [hostile])]);
    assert!(text.contains(r#"serial_number="1\"} 7\natol_up 1""#), "{text}");
    assert!(text.contains(r#"address="<script>\\\"\\n\\u{202e}{}""#), "{text}");
    assert!(!text.lines().any(|line| line == "atol_up 1"));
    assert!(text.len() < 20_000);
}

#[test]
fn records_that_could_not_be_read_are_counted_and_unknown() {
    let list = KktList::from_json(br#"[{"serialNumber": "1"}, 7]"#).unwrap();
    let text = prometheus(vec![account_of("shop", list)]);
    assert!(text.contains("atol_rejected_records{account=\"shop\"} 2"), "{text}");
    assert!(text.contains("atol_registers{account=\"shop\",group=\"\",severity=\"unknown\"} 2"), "{text}");
}

#[test]
fn groups_that_their_label_cannot_tell_apart_are_one_series() {
    let long = "г".repeat(LONGEST_LABEL);
    let groups = [None, Some(String::new()), Some(format!("{long}1")), Some(format!("{long}2"))];
    let registers = groups.into_iter().zip(["1", "2", "3", "4"]);
    let registers = registers.map(|(group, serial)| register(serial, |kkt| kkt.group_code = group));
    let text = prometheus(vec![account("shop", registers)]);
    let series = text.lines().filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series);
    let mut seen = std::collections::HashSet::new();
    for series in series.filter(|series| series.starts_with("atol_")) {
        assert!(seen.insert(series), "{series} stands there twice");
    }
    assert_eq!(text.matches(",severity=\"ok\"} 2\n").count(), 2, "{text}");
}

#[test]
fn the_moments_of_the_fleet_are_unix_seconds() {
    let Number::Whole(seconds) = unix(now()) else { panic!("a moment is a whole number") };
    assert_eq!(seconds, 1_795_514_400);
}
