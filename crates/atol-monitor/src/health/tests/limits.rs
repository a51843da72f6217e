//! Each rule at its limits: just before, exactly at, just after.

use std::time::Duration;

use super::*;
use crate::health::{IdentifierProblem, Observed};

const OK: Option<Severity> = None;
const WARNING: Option<Severity> = Some(Severity::Warning);
const CRITICAL: Option<Severity> = Some(Severity::Critical);
const UNKNOWN: Option<Severity> = Some(Severity::Unknown);

fn expiry(policy: &Policy, expires: &str, now: &str) -> Option<Severity> {
    let kkt = healthy().fiscal_storage_expiration(stamp(at(expires))).build();
    found(&policy.assess(&kkt, at(now)), FindingKind::FiscalStorageExpiry)
}

#[test]
fn expiry_is_counted_in_dates_of_moscow() {
    let policy = Policy::default();
    for (now, expected) in [
        // The ФН is valid until 2020-11-03 00:00 in Moscow, which is 21:00Z of the day before.
        ("2020-10-03T20:59:59Z", OK),       // 3 October 23:59:59: 31 days
        ("2020-10-03T21:00:00Z", WARNING),  // 4 October 00:00:00: 30 days
        ("2020-10-29T20:59:59Z", WARNING),  // 29 October: 5 days
        ("2020-10-29T21:00:00Z", CRITICAL), // 30 October: 4 days
        ("2020-11-02T20:59:59Z", CRITICAL),
        ("2020-11-02T21:00:00Z", CRITICAL),
        ("2021-11-02T21:00:00Z", CRITICAL),
    ] {
        assert_eq!(expiry(&policy, "2020-11-02T21:00:00Z", now), expected, "{now}");
    }
}

#[test]
fn k05_expiry_knows_months_and_leap_years() {
    let policy = Policy::default();
    // 30 days before 1 March: 31 January in a leap year, 30 January in another.
    assert_eq!(expiry(&policy, "2024-03-01T09:00:00Z", "2024-01-30T09:00:00Z"), OK);
    assert_eq!(expiry(&policy, "2024-03-01T09:00:00Z", "2024-01-31T09:00:00Z"), WARNING);
    assert_eq!(expiry(&policy, "2023-03-01T09:00:00Z", "2023-01-29T09:00:00Z"), OK);
    assert_eq!(expiry(&policy, "2023-03-01T09:00:00Z", "2023-01-30T09:00:00Z"), WARNING);
    // Four days before 29 February.
    assert_eq!(expiry(&policy, "2024-02-29T09:00:00Z", "2024-02-24T20:59:59Z"), WARNING);
    assert_eq!(expiry(&policy, "2024-02-29T09:00:00Z", "2024-02-24T21:00:00Z"), CRITICAL);
}

#[test]
fn k05_expiry_is_right_where_clocks_are_put_forward() {
    let policy = Policy::builder().time_zone("Europe/Berlin").build().unwrap();
    // Midnight of 1 April 2021 in Berlin; the clocks went forward on 28 March. 4 days before is 28 March 00:00 (+01:00).
    assert_eq!(expiry(&policy, "2021-03-31T22:00:00Z", "2021-03-27T22:59:59Z"), WARNING);
    assert_eq!(expiry(&policy, "2021-03-31T22:00:00Z", "2021-03-27T23:00:00Z"), CRITICAL);
    // 30 days before is 2 March 00:00 (+01:00): 719 hours, not 720.
    assert_eq!(expiry(&policy, "2021-03-31T22:00:00Z", "2021-03-01T22:59:59Z"), OK);
    assert_eq!(expiry(&policy, "2021-03-31T22:00:00Z", "2021-03-01T23:00:00Z"), WARNING);
}

#[test]
fn a_date_that_no_storage_can_have_is_unknown() {
    let policy = Policy::default();
    assert_eq!(expiry(&policy, "2204-11-02T21:00:00Z", "2020-01-01T00:00:00Z"), UNKNOWN);
    // The longest life is 1110 days; two of them are the end of what is believed.
    assert_eq!(expiry(&policy, "2026-01-29T09:00:00Z", "2020-01-01T09:00:00Z"), OK);
    assert_eq!(expiry(&policy, "2026-01-30T09:00:00Z", "2020-01-01T09:00:00Z"), UNKNOWN);
}

#[test]
fn expiry_at_noon_is_not_over_in_the_morning() {
    let kkt = healthy().fiscal_storage_expiration(stamp(at("2020-11-03T09:00:00Z"))).build();
    let is_over =
        |now| match Policy::default().assess(&kkt, at(now)).finding(FindingKind::FiscalStorageExpiry) {
            Some(finding) => match finding.observed() {
                Observed::FiscalStorageExpiry { expired, days_left: 0, .. } => *expired,
                other => panic!("{other:?}"),
            },
            None => panic!("no finding"),
        };
    assert!(!is_over("2020-11-03T08:59:59Z"));
    assert!(is_over("2020-11-03T09:00:00Z"));
}

#[test]
fn fill_is_found_at_its_limits() {
    for (percent, expected) in [
        (0.0, OK),
        (79.99, OK),
        (80.0, WARNING),
        (98.99, WARNING),
        (99.0, CRITICAL),
        (100.0, CRITICAL),
        (100.4, CRITICAL),
        (-0.1, UNKNOWN),
        (f64::NAN, UNKNOWN),
        (f64::INFINITY, UNKNOWN),
    ] {
        let kkt = healthy().fiscal_storage_percentage_use(percent).build();
        let assessment = Policy::default().assess(&kkt, now());
        assert_eq!(found(&assessment, FindingKind::FiscalStorageFill), expected, "{percent}");
    }
}

#[test]
fn forecast_continues_the_mean_rate() {
    // 50 % in 30 days: full in 30 more, 31 from the day after.
    let forecast = |percent: f64, days: i64, expires_in: i64| {
        let kkt = healthy()
            .fiscal_storage_percentage_use(percent)
            .fiscalization_date(stamp(now() - seconds(days * DAY)))
            .timestamp(stamp(now()))
            .fiscal_storage_expiration(stamp(now() + seconds(expires_in * DAY)))
            .build();
        let assessment = Policy::default().assess(&kkt, now());
        (
            found(&assessment, FindingKind::FiscalStorageForecast),
            assessment.finding(FindingKind::FiscalStorageForecast).and_then(crate::health::Finding::deadline),
        )
    };
    assert_eq!(forecast(50.0, 30, 400), (WARNING, Some(now() + seconds(30 * DAY))));
    assert_eq!(forecast(50.0, 31, 400).0, OK); // 31 days left
    assert_eq!(forecast(50.0, 30, 30).0, OK); // it expires first
    assert_eq!(forecast(50.0, 30, 31).0, WARNING);
    assert_eq!(forecast(70.0, 6, 400).0, OK); // a week says nothing yet
    assert_eq!(forecast(70.0, 7, 400).0, WARNING);
    assert_eq!(forecast(0.0, 30, 400).0, OK);
    assert_eq!(forecast(1e-300, 30, 400).0, OK);
    assert_eq!(forecast(100.0, 30, 400).0, OK); // the fill itself is critical
    assert_eq!(forecast(50.0, -1, 400).0, UNKNOWN); // activated tomorrow
    assert_eq!(forecast(20.0, 2220, 400).0, OK);
    assert_eq!(forecast(20.0, 2221, 400).0, UNKNOWN); // two lives of any storage have passed
    assert_eq!(forecast(50.0, 10_000, 400).0, UNKNOWN);
}

#[test]
fn forecast_without_an_expiry_date_is_on_the_safe_side() {
    let kkt = healthy()
        .fiscal_storage_percentage_use(50.0)
        .fiscalization_date(stamp(now() - seconds(30 * DAY)))
        .timestamp(stamp(now()))
        .fiscal_storage_expiration(None)
        .build();
    assert_eq!(found(&Policy::default().assess(&kkt, now()), FindingKind::FiscalStorageForecast), WARNING);
}

#[test]
fn unsent_documents_are_found_by_their_age() {
    for (age, expected) in [
        (-5 * 60 - 1, UNKNOWN), // from the future
        (-5 * 60, OK),          // clocks may differ
        (0, OK),
        (2 * DAY - 1, OK),
        (2 * DAY, WARNING),
        (20 * DAY - 1, WARNING),
        (20 * DAY, CRITICAL),
        (30 * DAY, CRITICAL),
        (20_000 * DAY, CRITICAL),
    ] {
        let oldest = now() - seconds(age);
        let kkt = healthy().unsent_docs(12).first_unsent_doc_timestamp(stamp(oldest)).build();
        let assessment = Policy::default().assess(&kkt, now());
        assert_eq!(found(&assessment, FindingKind::UnsentDocuments), expected, "{age}");
        if let Some(finding) =
            assessment.finding(FindingKind::UnsentDocuments).filter(|_| expected != UNKNOWN)
        {
            assert_eq!(finding.deadline(), Some(oldest + seconds(30 * DAY)));
        }
    }
}

#[test]
fn what_is_said_of_unsent_documents_must_fit_together() {
    let old = stamp(now() - seconds(3 * DAY));
    for (count, oldest, expected) in [
        (None, None, OK), // the service leaves out zero
        (Some(0), None, OK),
        (Some(1), None, UNKNOWN),
        (Some(0), Some(old), UNKNOWN),
        (None, Some(old), WARNING), // the date alone tells that documents wait
        (Some(1), Some(old), WARNING),
    ] {
        let kkt = healthy().unsent_docs(count).first_unsent_doc_timestamp(oldest).build();
        let assessment = Policy::default().assess(&kkt, now());
        assert_eq!(found(&assessment, FindingKind::UnsentDocuments), expected, "{count:?} {oldest:?}");
    }
}

#[test]
fn a_network_error_matters_only_while_documents_wait() {
    let judge = |code: Option<i64>, count: Option<u64>, age: Option<i64>| {
        let kkt = healthy()
            .network_error_code(code.map(NetworkErrorCode::from_code))
            .unsent_docs(count)
            .first_unsent_doc_timestamp(age.map(|age| stamp(now() - seconds(age))))
            .build();
        found(&Policy::default().assess(&kkt, now()), FindingKind::NetworkError)
    };
    assert_eq!(judge(Some(2), None, None), OK);
    assert_eq!(judge(Some(2), Some(0), None), OK);
    assert_eq!(judge(None, None, None), OK); // no document waits, so there is nothing to fail
    assert_eq!(judge(Some(0), Some(3), Some(HOUR)), OK);
    assert_eq!(judge(Some(2), Some(3), Some(HOUR)), WARNING);
    assert_eq!(judge(Some(99), Some(3), Some(HOUR)), WARNING); // a code nobody knows is an error too
    assert_eq!(judge(Some(2), Some(3), Some(DAY - 1)), WARNING);
    assert_eq!(judge(Some(2), Some(3), Some(DAY)), CRITICAL);
    assert_eq!(judge(Some(2), Some(3), None), WARNING); // how long is not known
    assert_eq!(judge(None, Some(3), Some(HOUR)), UNKNOWN);
}

#[test]
fn stale_data_is_found_by_its_age() {
    for (age, stale, future) in [
        (0, OK, OK),
        (HOUR - 1, OK, OK),
        (HOUR, WARNING, OK),
        (DAY - 1, WARNING, OK),
        (DAY, CRITICAL, OK),
        (-5 * 60, OK, OK),
        (-5 * 60 - 1, OK, UNKNOWN),
        (-400 * DAY, OK, UNKNOWN),
    ] {
        let kkt = healthy().timestamp(stamp(now() - seconds(age))).build();
        let assessment = Policy::default().assess(&kkt, now());
        assert_eq!(found(&assessment, FindingKind::StaleData), stale, "{age}");
        assert_eq!(found(&assessment, FindingKind::FutureTimestamp), future, "{age}");
    }
}

#[test]
fn a_shift_is_long_by_what_was_seen_of_it() {
    let judge = |kkt: &Kkt, open: i64| {
        found(&Policy::default().assess_with(kkt, &open_for(open), now()), FindingKind::LongShift)
    };
    // The record speaks about a moment 30 seconds ago.
    let kkt = healthy().timestamp(stamp(now())).build();
    assert_eq!(judge(&kkt, 20 * HOUR - 1), OK);
    assert_eq!(judge(&kkt, 20 * HOUR), WARNING);
    assert_eq!(judge(&kkt, 24 * HOUR - 1), WARNING);
    assert_eq!(judge(&kkt, 24 * HOUR), CRITICAL);
    assert_eq!(judge(&healthy().is_shift_opened(false).build(), 30 * HOUR), OK);
    assert_eq!(judge(&healthy().shift_number(127).build(), 30 * HOUR), OK);
    assert_eq!(judge(&healthy().is_shift_opened(None).build(), 30 * HOUR), UNKNOWN);
    assert_eq!(judge(&healthy().shift_number(None).build(), 30 * HOUR), UNKNOWN);
    assert_eq!(found(&Policy::default().assess(&kkt, now()), FindingKind::LongShift), OK);
}

#[test]
fn identifiers_that_do_not_belong_together_are_a_warning() {
    let problems = |kkt: KktBuilder| {
        let assessment = Policy::default().assess(&kkt.build(), now());
        match assessment
            .finding(FindingKind::Identifiers)
            .map(|finding| (finding.severity(), finding.observed().clone()))
        {
            Some((Severity::Warning, Observed::Identifiers { problems })) => problems,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        problems(healthy().fiscal_storage_inn("7707083893")),
        [IdentifierProblem::RegistrationNumberChecksum]
    );
    assert_eq!(problems(healthy().fiscal_storage_inn("302645576")), [IdentifierProblem::InnFormat]);
    assert_eq!(
        problems(healthy().fiscal_storage_inn("3026455761")),
        [IdentifierProblem::InnChecksum, IdentifierProblem::RegistrationNumberChecksum]
    );
    assert_eq!(
        problems(healthy().registration_number("3027865")),
        [IdentifierProblem::RegistrationNumberFormat]
    );
}

#[test]
fn a_test_storage_is_found_in_production_only() {
    let kkt = healthy().fiscal_storage_serial_number("9999078902004339").build();
    let production = Policy::builder().production(true).build().unwrap();
    assert!(Policy::default().assess(&kkt, now()).is_ok());
    assert_eq!(found(&production.assess(&kkt, now()), FindingKind::TestFiscalStorage), WARNING);
}

#[test]
fn limits_can_be_moved() {
    let policy = Policy::builder()
        .unsent_documents(Duration::from_secs(60), Duration::from_secs(120))
        .fiscal_storage_expiry(400, 5)
        .build()
        .unwrap();
    let kkt = healthy().unsent_docs(1).first_unsent_doc_timestamp(stamp(now() - seconds(120))).build();
    let assessment = policy.assess(&kkt, now());
    assert_eq!(found(&assessment, FindingKind::UnsentDocuments), CRITICAL);
    assert_eq!(found(&assessment, FindingKind::FiscalStorageExpiry), WARNING);
}

#[test]
fn k03_no_date_and_no_clock_makes_it_panic() {
    let edges = [Timestamp::MIN, Timestamp::UNIX_EPOCH, now(), Timestamp::MAX];
    let policies = ["Europe/Moscow", "America/New_York", "-25:59", "+25:59"]
        .map(|zone| Policy::builder().time_zone(zone).build().unwrap());
    for policy in &policies {
        for now in edges {
            for (a, b) in edges.into_iter().flat_map(|a| edges.map(|b| (a, b))) {
                let kkt = healthy()
                    .fiscal_storage_expiration(stamp(a))
                    .fiscalization_date(stamp(b))
                    .timestamp(stamp(a))
                    .unsent_docs(1)
                    .first_unsent_doc_timestamp(stamp(b))
                    .network_error_code(NetworkErrorCode::NoConnection)
                    .build();
                let mut history = History::default();
                history.observe(&kkt, b);
                for finding in policy.assess_with(&kkt, &history, now).findings {
                    for &language in crate::Language::ALL {
                        assert!(!finding.title(language).is_empty() && !finding.explain(language).is_empty());
                    }
                }
            }
        }
    }
}
