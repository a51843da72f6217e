//! What a policy tells about itself, and by which key it is refused.

use std::time::Duration;

use super::*;
use crate::health::{Limits, PolicyBuilder};

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

#[test]
fn a_policy_tells_what_it_was_built_with() {
    let policy = Policy::builder()
        .time_zone("+05:00")
        .fiscal_storage_expiry(40, 7)
        .fiscal_storage_fill(70.0, 90.0)
        .fiscal_storage_forecast(45)
        .unsent_documents(hours(3), hours(30))
        .network_error(hours(5))
        .stale_data(hours(2), hours(4))
        .long_shift(hours(10), hours(12))
        .clock_tolerance(Duration::from_secs(7))
        .production(true)
        .disable(FindingKind::Identifiers)
        .build()
        .unwrap();
    assert_eq!(policy.time_zone(), "+05:00");
    assert_eq!(policy.fiscal_storage_expiry(), Limits { warning: 40, critical: 7 });
    assert!(policy.fiscal_storage_fill() == Limits { warning: 70.0, critical: 90.0 });
    assert_eq!(policy.fiscal_storage_forecast(), 45);
    assert_eq!(policy.unsent_documents(), Limits { warning: hours(3), critical: hours(30) });
    assert_eq!(policy.network_error(), hours(5));
    assert_eq!(policy.stale_data(), Limits { warning: hours(2), critical: hours(4) });
    assert_eq!(policy.long_shift(), Limits { warning: hours(10), critical: hours(12) });
    assert_eq!(policy.clock_tolerance(), Duration::from_secs(7));
    assert!(policy.is_production() && !Policy::default().is_production());
    assert!(
        !policy.is_enabled(FindingKind::Identifiers) && policy.is_enabled(FindingKind::TestFiscalStorage)
    );
}

#[test]
fn days_between_are_counted_in_the_zone_of_the_policy() {
    let policy = Policy::builder().time_zone("+05:00").build().unwrap();
    // Midnight there is 19:00Z.
    let (before, midnight) = (at("2020-11-02T18:59:00Z"), at("2020-11-02T19:00:00Z"));
    assert_eq!(policy.days_between(before, midnight), 1);
    assert_eq!(policy.days_between(midnight, before), -1);
    assert_eq!(policy.days_between(midnight, midnight + seconds(5 * DAY - 1)), 4);
}

#[test]
fn a_policy_that_cannot_be_is_refused_by_its_key() {
    let key = |builder: PolicyBuilder| builder.build().unwrap_err().key().to_owned();
    assert_eq!(key(Policy::builder().fiscal_storage_fill(0.0, 99.0)), "fiscal_storage_fill");
    assert_eq!(key(Policy::builder().long_shift(hours(2), hours(1))), "long_shift");
    assert_eq!(key(Policy::builder().time_zone("Mars/Olympus")), "time_zone");
}
