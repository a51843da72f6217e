//! Tests of the watch, and the fleet that they watch.

mod core;
mod driver;
mod model;
mod mutations;
mod restart;
mod saved;

use std::time::Duration;

use atol_model::{Kkt, KktBuilder, KktList, NetworkErrorCode, OffsetTimestamp, RejectedKkt};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::health::{FindingKind, Policy};

const HOUR: Duration = Duration::from_secs(3600);

/// 13:46 in Moscow.
fn start() -> Timestamp {
    at("2019-12-05T10:46:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn serial(number: usize) -> String {
    format!("001077{number:08}")
}

/// A register in which nothing is to be found, with data formed just now.
fn healthy(number: usize, now: Timestamp) -> KktBuilder {
    Kkt::builder(serial(number))
        .registration_number("0000000003027865")
        .fiscalization_date(OffsetTimestamp::from(at("2019-07-22T14:03:00Z")))
        .fiscal_storage_expiration(OffsetTimestamp::from(at("2020-11-02T21:00:00Z")))
        .signed_documents(50_000)
        .fiscal_storage_percentage_use(20.0)
        .fiscal_storage_inn("3026455760")
        .group_code("shops")
        .timestamp(OffsetTimestamp::from(now))
        .is_shift_opened(false)
        .shift_number(126)
        .shift_receipt(0)
        .network_error_code(NetworkErrorCode::NoError)
}

/// The rules, save that of the check numbers, which made-up serial numbers do not fit, and that of the forecast, which finds
/// whatever that of the fill does.
fn policy() -> Policy {
    Policy::builder()
        .disable(FindingKind::Identifiers)
        .disable(FindingKind::FiscalStorageForecast)
        .build()
        .unwrap()
}

fn list(registers: Vec<Kkt>) -> PollOutcome {
    PollOutcome::List(KktList::new(registers, vec![]))
}

/// A record that cannot be read, with or without a serial number.
fn rejected(number: Option<usize>) -> RejectedKkt {
    let raw = match number {
        Some(number) => format!(r#"{{"serialNumber": "{}", "signedDocuments": "many"}}"#, serial(number)),
        None => "17".to_owned(),
    };
    let error = Kkt::from_element(raw.as_bytes()).unwrap_err();
    RejectedKkt::new(0, raw, error)
}

fn failed(kind: FailureKind) -> PollOutcome {
    PollOutcome::Failed(Failure::new(kind, kind.as_str()))
}

/// A watcher and a clock that is right.
struct Bench {
    watcher: Watcher,
    passed: Duration,
}

impl Bench {
    fn new() -> Self {
        Self { watcher: Watcher::new(policy(), HOUR), passed: Duration::ZERO }
    }

    fn now(&self) -> Timestamp {
        start() + SignedDuration::try_from(self.passed).unwrap()
    }

    fn moment(&self) -> Moment {
        Moment::new(self.now(), self.passed)
    }

    fn wait(&mut self, time: Duration) -> &mut Self {
        self.passed += time;
        self
    }

    /// Polls, and gives what was told in a few words each.
    fn poll(&mut self, outcome: PollOutcome) -> Vec<String> {
        words(&self.watcher.observe(outcome, self.moment()))
    }

    fn state(&self, number: usize) -> RegisterState {
        self.watcher.fleet(self.moment()).register(&serial(number)).unwrap().state().clone()
    }
}

/// Events in a few words each; registers by their number in the fleet.
fn words(events: &[WatchEvent]) -> Vec<String> {
    events.iter().map(word).collect()
}

fn word(event: &WatchEvent) -> String {
    let short = |text: &str| {
        text.strip_prefix("001077").and_then(|number| number.parse::<u32>().ok()).unwrap().to_string()
    };
    let show = |finding: &crate::health::Finding| {
        let (serial_number, kind) = finding.id().as_str().split_once('/').unwrap();
        format!("{} {kind} {}", short(serial_number), finding.severity())
    };
    match event {
        WatchEvent::Snapshot { registers, unreadable, .. } => {
            format!("snapshot {}+{}", registers.len(), unreadable.len())
        }
        WatchEvent::Added { kkt, .. } => format!("added {}", short(&kkt.serial_number)),
        WatchEvent::Changed { kkt, attributes, .. } => {
            let all = attributes.iter().map(|change| change.name.as_ref());
            let news: Vec<_> = all.filter(|&name| name != "timestamp").collect();
            format!("changed {} {}", short(&kkt.serial_number), news.join(","))
        }
        WatchEvent::Removed { serial_number, .. } => format!("removed {}", short(serial_number)),
        WatchEvent::Unreadable { serial_number, error, .. } => {
            format!("unreadable {} {}", serial_number.as_deref().map_or("?".into(), short), error.kind)
        }
        WatchEvent::Readable { serial_number, .. } => format!("readable {}", short(serial_number)),
        WatchEvent::FindingOpened { finding, .. } => format!("opened {}", show(finding)),
        WatchEvent::FindingChanged { finding, was, .. } => format!("changed {} was {was}", show(finding)),
        WatchEvent::FindingClosed { finding, because, .. } => {
            format!("closed {} {because:?}", show(finding))
        }
        WatchEvent::PollFailed { failures, error, .. } => format!("failed {failures} {}", error.kind),
        WatchEvent::Recovered { failures, .. } => format!("recovered after {failures}"),
        WatchEvent::NoNews { serial_numbers, .. } => format!("no news of {}", serial_numbers.len()),
        WatchEvent::NewsAgain { serial_numbers, .. } => format!("news of {}", serial_numbers.len()),
        WatchEvent::ClockSkew { ahead_seconds, .. } => format!("clock {ahead_seconds}"),
        WatchEvent::Polled { counts, .. } => format!(
            "polled {} ok, {} unknown, {} warning, {} critical",
            counts.ok, counts.unknown, counts.warning, counts.critical
        ),
    }
}
