//! The rules against a slow and obvious model of them.
//!
//! The model shares no code with the rules: it counts days by walking along the calendar, takes ages as nanoseconds, and
//! states each rule as the documentation of the policy does.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::{self, TimeZone};
use proptest::prelude::*;

use super::*;

/// A policy, in numbers that the model reads too.
#[derive(Clone, Debug)]
struct Limits {
    zone: &'static str,
    expiry: (u32, u32),
    fill: (f64, f64),
    forecast: u32,
    unsent: (u64, u64),
    network: u64,
    stale: (u64, u64),
    shift: (u64, u64),
    tolerance: u64,
}

impl Limits {
    fn policy(&self) -> Policy {
        let seconds = |(warning, critical)| (Duration::from_secs(warning), Duration::from_secs(critical));
        let (unsent, stale, shift) = (seconds(self.unsent), seconds(self.stale), seconds(self.shift));
        Policy::builder()
            .time_zone(self.zone)
            .fiscal_storage_expiry(self.expiry.0, self.expiry.1)
            .fiscal_storage_fill(self.fill.0, self.fill.1)
            .fiscal_storage_forecast(self.forecast)
            .unsent_documents(unsent.0, unsent.1)
            .network_error(Duration::from_secs(self.network))
            .stale_data(stale.0, stale.1)
            .long_shift(shift.0, shift.1)
            .clock_tolerance(Duration::from_secs(self.tolerance))
            .disable(FindingKind::Identifiers)
            .build()
            .unwrap()
    }

    fn zone(&self) -> TimeZone {
        match self.zone {
            "+05:00" => TimeZone::fixed(tz::offset(5)),
            name => TimeZone::get(name).unwrap(),
        }
    }

    /// Steps from one date to the other, one day at a time; more than enough of them are all the same.
    fn days(&self, from: Timestamp, to: Timestamp) -> i64 {
        const ENOUGH: i64 = 2300;
        let date = |at: Timestamp| at.to_zoned_datetime(self.zone()).date();
        let (mut date_from, date_to) = (date(from), date(to));
        let mut days = 0;
        while date_from < date_to && days < ENOUGH {
            date_from = date_from.tomorrow().unwrap();
            days += 1;
        }
        while date_from > date_to && days > -ENOUGH {
            date_from = date_from.yesterday().unwrap();
            days -= 1;
        }
        days
    }

    /// Nanoseconds since then; what the clocks may differ by counts as nothing, more as `None`.
    fn age(&self, now: Timestamp, then: Timestamp) -> Option<i128> {
        let age = now.as_nanosecond() - then.as_nanosecond();
        if age >= 0 { Some(age) } else { (-age <= nanos(self.tolerance)).then_some(0) }
    }

    /// What is to be found.
    fn model(
        &self,
        kkt: &Kkt,
        open: Option<(u64, Timestamp)>,
        now: Timestamp,
    ) -> BTreeMap<FindingKind, Severity> {
        use FindingKind::*;
        use Severity::{Critical, Unknown, Warning};

        let mut found = BTreeMap::new();
        let aged = |age: i128, (warning, critical): (u64, u64)| match () {
            () if age >= nanos(critical) => Some(Critical),
            () if age >= nanos(warning) => Some(Warning),
            () => None,
        };
        let formed = kkt.timestamp.map(OffsetTimestamp::timestamp);
        let expires = kkt.fiscal_storage_expiration.map(OffsetTimestamp::timestamp);
        let activated = kkt.fiscalization_date.map(OffsetTimestamp::timestamp);
        let oldest = kkt.first_unsent_doc_timestamp.map(OffsetTimestamp::timestamp);
        let percent = kkt.fiscal_storage_percentage_use;

        match expires {
            None => found.insert(FiscalStorageExpiry, Unknown),
            Some(expires) => match self.days(now, expires) {
                days if days > 2220 => found.insert(FiscalStorageExpiry, Unknown),
                days if now >= expires || days <= self.expiry.1.into() => {
                    found.insert(FiscalStorageExpiry, Critical)
                }
                days if days <= self.expiry.0.into() => found.insert(FiscalStorageExpiry, Warning),
                _ => None,
            },
        };

        match percent {
            Some(percent) if percent >= self.fill.1 => found.insert(FiscalStorageFill, Critical),
            Some(percent) if percent >= self.fill.0 => found.insert(FiscalStorageFill, Warning),
            Some(percent) if percent >= 0.0 => None,
            _ => found.insert(FiscalStorageFill, Unknown),
        };

        match (percent, activated, formed) {
            (Some(percent), Some(activated), Some(formed)) if percent >= 0.0 => {
                let elapsed = formed.as_nanosecond() - activated.as_nanosecond();
                if elapsed < 0 || elapsed >= 2221 * nanos(86_400) {
                    found.insert(FiscalStorageForecast, Unknown);
                } else if elapsed >= 7 * nanos(86_400) && percent > 0.0 && percent < 100.0 {
                    #[expect(clippy::cast_precision_loss, reason = "a week to six years in seconds")]
                    let rate = percent / (elapsed as f64 / 1e9);
                    #[expect(clippy::cast_possible_truncation, reason = "what is too far off saturates")]
                    let life = (100.0 / rate).round() as i64;
                    let full = activated.as_second().saturating_add(life);
                    if let Ok(full) = Timestamp::new(full, activated.subsec_nanosecond()) {
                        let is_soon = self.days(now, full) <= self.forecast.into();
                        if is_soon && expires.is_none_or(|expires| full < expires) {
                            found.insert(FiscalStorageForecast, Warning);
                        }
                    }
                }
            }
            _ => drop(found.insert(FiscalStorageForecast, Unknown)),
        }

        let severity = match (kkt.unsent_docs, oldest) {
            (None | Some(0), None) => None,
            (Some(0), Some(_)) | (Some(_), None) => Some(Unknown),
            (_, Some(oldest)) => match self.age(now, oldest) {
                None => Some(Unknown),
                Some(age) => aged(age, self.unsent),
            },
        };
        found.extend(severity.map(|severity| (UnsentDocuments, severity)));

        if kkt.unsent_docs.unwrap_or(0) > 0 || oldest.is_some() {
            let age = oldest.and_then(|oldest| self.age(now, oldest)).unwrap_or(-1);
            let severity = match kkt.network_error_code {
                None => Some(Unknown),
                Some(NetworkErrorCode::NoError) => None,
                Some(_) if age >= nanos(self.network) => Some(Critical),
                Some(_) => Some(Warning),
            };
            found.extend(severity.map(|severity| (NetworkError, severity)));
        }

        match formed.map(|formed| self.age(now, formed)) {
            None => drop(found.insert(StaleData, Unknown)),
            Some(None) => drop(found.insert(FutureTimestamp, Unknown)),
            Some(Some(age)) => found.extend(aged(age, self.stale).map(|severity| (StaleData, severity))),
        }

        let severity = match (kkt.is_shift_opened, kkt.shift_number, open) {
            (Some(false), ..) => None,
            (None, ..) | (_, None, _) => Some(Unknown),
            (Some(true), Some(number), Some((seen, since))) if number == seen => {
                let until = match formed {
                    Some(formed) if formed < now => formed,
                    _ => now,
                };
                aged(until.as_nanosecond() - since.as_nanosecond(), self.shift)
            }
            _ => None,
        };
        found.extend(severity.map(|severity| (LongShift, severity)));
        found
    }
}

fn nanos(seconds: u64) -> i128 {
    i128::from(seconds) * 1_000_000_000
}

fn limits() -> impl Strategy<Value = Limits> {
    let pair = |from: u64, to: u64| (from..=to, from..=to).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let hour = 3600;
    (
        prop::sample::select(
            &["Europe/Moscow", "+05:00", "Europe/Berlin", "America/New_York", "Pacific/Apia"][..],
        ),
        pair(0, 60),
        (1..=1000_u32, 1..=1000_u32),
        0..=60_u32,
        pair(1, 30 * 24).prop_map(move |(a, b)| (a * hour, b * hour)),
        (0..=48_u64).prop_map(move |hours| hours * hour),
        pair(1, 48).prop_map(move |(a, b)| (a * hour, b * hour)),
        pair(1, 24).prop_map(move |(a, b)| (a * hour, b * hour)),
        0..=600_u64,
    )
        .prop_map(|(zone, (near, far), (a, b), forecast, unsent, network, stale, shift, tolerance)| {
            Limits {
                zone,
                expiry: (u32::try_from(far).unwrap(), u32::try_from(near).unwrap()),
                fill: (f64::from(a.min(b)) / 10.0, f64::from(a.max(b)) / 10.0),
                forecast,
                unsent,
                network,
                stale,
                shift,
                tolerance,
            }
        })
}

/// Moments near whole hours and days from now, where limits are; and any other.
fn moment(now: Timestamp, days: std::ops::Range<i64>) -> impl Strategy<Value = Timestamp> {
    let near = (days.clone(), 0..24_i64, -2..=2_i64)
        .prop_map(move |(days, hours, nudge)| seconds(days * DAY + hours * HOUR + nudge));
    let exact = (days.start * 24..days.end * 24).prop_map(|hours| seconds(hours * HOUR));
    let any =
        (days.start * DAY..days.end * DAY, 0..1_000_000_000).prop_map(|(s, n)| SignedDuration::new(s, n));
    prop_oneof![
        8 => prop_oneof![near, exact, any].prop_map(move |by| now.checked_add(by).unwrap_or(Timestamp::MAX)),
        1 => (Timestamp::MIN.as_second()..=Timestamp::MAX.as_second())
            .prop_map(|second| Timestamp::from_second(second).unwrap()),
    ]
}

fn percent() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-10..=1010_i32).prop_map(|tenths| f64::from(tenths) / 10.0),
        1 => prop::num::f64::POSITIVE | prop::num::f64::NEGATIVE | prop::num::f64::ZERO,
    ]
}

fn often<T: Clone + std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.9, strategy)
}

/// A register, the time at which its shift was first seen open, and the time.
fn case() -> impl Strategy<Value = (Kkt, Option<(u64, Timestamp)>, Timestamp)> {
    // Around the changes of the clocks, month ends and leap days of 2023 to 2025.
    let clock = (0..3 * 366 * DAY).prop_map(|second| at("2023-01-01T00:00:00Z") + seconds(second));
    clock.prop_flat_map(|now| {
        (
            (
                often(moment(now, -70..70)),
                often(moment(now, -400..2)),
                often(percent()),
                often(moment(now, -3..1)),
            ),
            (
                prop::option::of(0..3_u64),
                prop::option::of(moment(now, -35..1)),
                often((-1..10_i64).prop_map(NetworkErrorCode::from_code)),
            ),
            (often(any::<bool>()), often(1..3_u64), prop::option::of((1..3_u64, moment(now, -2..0)))),
        )
            .prop_map(
                move |(
                    (expires, activated, percent, formed),
                    (count, oldest, code),
                    (is_open, number, open),
                )| {
                    let kkt = healthy()
                        .fiscal_storage_expiration(expires.map(stamp))
                        .fiscalization_date(activated.map(stamp))
                        .fiscal_storage_percentage_use(percent)
                        .timestamp(formed.map(stamp))
                        .unsent_docs(count)
                        .first_unsent_doc_timestamp(oldest.map(stamp))
                        .network_error_code(code)
                        .is_shift_opened(is_open)
                        .shift_number(number)
                        .build();
                    (kkt, open, now)
                },
            )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_rules_find_what_the_model_finds((limits, (kkt, open, now)) in (limits(), case())) {
        let mut history = History::default();
        if let Some((number, since)) = open {
            let seen = healthy().shift_number(number).timestamp(stamp(since)).build();
            history.observe(&seen, since);
        }
        let assessment = limits.policy().assess_with(&kkt, &history, now);
        let found: BTreeMap<_, _> =
            assessment.findings.iter().map(|finding| (finding.kind(), finding.severity())).collect();
        let expected = limits.model(&kkt, open, now);

        prop_assert_eq!(assessment.severity, expected.values().copied().max().unwrap_or_default());
        prop_assert_eq!(found, expected);
    }
}
