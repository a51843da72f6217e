//! Tests of the rules, and the registers that they judge.

mod differential;
mod history;
mod limits;
mod missing;
mod policy;
mod texts;

use atol_model::{Kkt, KktBuilder, NetworkErrorCode, OffsetTimestamp};
use jiff::{SignedDuration, Timestamp};

use super::{Assessment, FindingKind, History, Policy, Severity, Threshold};

pub(super) const SERIAL: &str = "00107703864827";

/// 13:46 in Moscow.
pub(super) fn now() -> Timestamp {
    at("2019-12-05T10:46:00Z")
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn stamp(at: Timestamp) -> OffsetTimestamp {
    at.into()
}

pub(super) fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

/// A register in which nothing is to be found at [`now`].
pub(super) fn healthy() -> KktBuilder {
    Kkt::builder(SERIAL)
        .registration_number("0000000003027865")
        .device_number("KKT024219")
        .fiscalization_date(stamp(at("2019-07-22T14:03:00Z")))
        .fiscal_storage_expiration(stamp(at("2020-11-02T21:00:00Z")))
        .signed_documents(50_000)
        .fiscal_storage_percentage_use(20.0)
        .fiscal_storage_inn("3026455760")
        .fiscal_storage_serial_number("9282000100000000")
        .fiscal_storage_payment_address("test.qa.ru")
        .group_code("test-qa-ru_14605")
        .timestamp(stamp(at("2019-12-05T10:45:30Z")))
        .is_shift_opened(true)
        .shift_number(126)
        .shift_receipt(2278)
        .network_error_code(NetworkErrorCode::NoError)
}

/// The severity with which a kind is found, if it is.
pub(super) fn found(assessment: &Assessment, kind: FindingKind) -> Option<Severity> {
    assessment.finding(kind).map(super::Finding::severity)
}

/// A history in which shift 126 has been open for that many seconds at [`now`].
pub(super) fn open_for(count: i64) -> History {
    let mut history = History::default();
    let formed = healthy().timestamp(stamp(now() - seconds(count))).build();
    history.observe(&formed, now() - seconds(count));
    history
}

#[test]
fn a_healthy_register_is_ok() {
    let policy = Policy::builder().production(true).build().unwrap();
    let assessment = policy.assess_with(&healthy().build(), &open_for(HOUR), now());
    assert!(assessment.is_ok(), "{assessment:?}");
    assert_eq!(assessment.serial_number, SERIAL);
    assert_eq!(assessment.worst(), None);
}

#[test]
fn the_worst_finding_decides_and_comes_first() {
    let kkt = healthy()
        .fiscal_storage_percentage_use(99.5)
        .fiscal_storage_expiration(stamp(now() + seconds(20 * DAY)))
        .is_shift_opened(None)
        .build();
    let assessment = Policy::default().assess(&kkt, now());
    let found: Vec<_> =
        assessment.findings.iter().map(|finding| (finding.kind(), finding.severity())).collect();
    assert_eq!(
        found,
        [
            (FindingKind::FiscalStorageFill, Severity::Critical),
            (FindingKind::FiscalStorageExpiry, Severity::Warning),
            (FindingKind::FiscalStorageForecast, Severity::Warning),
            (FindingKind::LongShift, Severity::Unknown),
        ]
    );
    assert_eq!(assessment.severity, Severity::Critical);
}

#[test]
fn an_id_outlives_a_change_of_severity() {
    let judge = |percent: Option<f64>| {
        let assessment =
            Policy::default().assess(&healthy().fiscal_storage_percentage_use(percent).build(), now());
        let finding = assessment.finding(FindingKind::FiscalStorageFill).unwrap();
        (finding.severity(), finding.id().clone())
    };
    let (warning, critical, unknown) = (judge(Some(85.0)), judge(Some(99.0)), judge(None));
    assert_eq!(
        [warning.0, critical.0, unknown.0],
        [Severity::Warning, Severity::Critical, Severity::Unknown]
    );
    assert_eq!(warning.1, critical.1);
    assert_eq!(warning.1, unknown.1);
    assert_eq!(warning.1.as_str(), "00107703864827/fiscal-storage-fill");
    assert_eq!(warning.1.to_string(), warning.1.as_str());
}

#[test]
fn a_finding_tells_its_limit_and_its_deadline_in_the_zone_of_the_policy() {
    let expires = now() + seconds(20 * DAY);
    let kkt = healthy().fiscal_storage_expiration(stamp(expires)).build();
    let assessment = Policy::default().assess(&kkt, now());
    let finding = assessment.finding(FindingKind::FiscalStorageExpiry).unwrap();
    assert_eq!(finding.threshold(), Some(Threshold::Days(30)));
    assert_eq!(finding.deadline(), Some(expires));
    let local = finding.local_deadline().map(|deadline| deadline.to_string());
    assert_eq!(local.as_deref(), Some("2019-12-25T13:46:00+03:00"));
}

#[test]
fn an_assessment_survives_json() {
    let policy = Policy::builder().production(true).build().unwrap();
    for (name, kkt, history) in texts::sick() {
        let assessment = policy.assess_with(&kkt, &history, now());
        let json = serde_json::to_string(&assessment).unwrap();
        assert_eq!(serde_json::from_str::<Assessment>(&json).unwrap(), assessment, "{name}");
    }
    let json = serde_json::to_string(&open_for(HOUR)).unwrap();
    assert_eq!(serde_json::from_str::<History>(&json).unwrap(), open_for(HOUR));
}

#[test]
fn a_finding_is_plain_json() {
    let kkt = healthy().fiscal_storage_expiration(stamp(now() + seconds(20 * DAY))).build();
    let assessment = Policy::default().assess(&kkt, now());
    insta::assert_json_snapshot!(assessment);
}

#[test]
fn a_disabled_rule_finds_nothing() {
    let kkt = healthy().fiscal_storage_percentage_use(None).fiscalization_date(None).build();
    let policy = Policy::builder()
        .disable(FindingKind::FiscalStorageFill)
        .disable(FindingKind::FiscalStorageForecast)
        .build()
        .unwrap();
    assert!(policy.assess(&kkt, now()).is_ok());
}

#[test]
fn names_of_kinds_and_severities_are_the_same_everywhere() {
    for &kind in FindingKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    for severity in Severity::ALL {
        assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
    }
}
