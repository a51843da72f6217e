//! Asks the service for an account's registers, again and again.

use std::sync::Arc;
use std::time::Duration;

use atol_monitor::health::Policy;
use atol_monitor::watch::{self, Moment, PollOutcome, WatchOptions, Watcher};

use super::reporter::Reporter;
use super::state::{Account, Fleet, LastPoll, PollFailure, Slot};
use crate::connection::Connection;
use crate::console::Verbosity;
use crate::failure::Failure;

/// Keeps the state of one account fresh.
#[derive(Debug)]
pub(crate) struct Poller {
    connection: Connection,
    /// Remembers what one list cannot tell: how long a shift is open, what a record was before it became unreadable.
    watcher: Watcher,
    /// When to ask again.
    schedule: WatchOptions,
    /// How many polls have failed since the last good one.
    failures: u32,
    slot: Slot,
    reporter: Reporter,
}

impl Poller {
    pub(crate) fn new(
        connection: Connection,
        policy: Policy,
        schedule: WatchOptions,
        slot: Slot,
        reporter: Reporter,
    ) -> Poller {
        // Silence is told by the age of the data here, not by events.
        let watcher = Watcher::new(policy, Duration::MAX);
        Poller { connection, watcher, schedule, failures: 0, slot, reporter }
    }

    /// Polls for ever.
    pub(crate) async fn run(mut self) {
        let clock = Arc::clone(&self.connection.clock);
        loop {
            let wait = self.poll().await;
            clock.sleep(wait).await;
        }
    }

    /// Asks once, and tells how long to wait before the next time. A failure keeps the last list and judges it anew: what
    /// nobody has looked at for an hour is not fine.
    async fn poll(&mut self) -> Duration {
        let Connection { monitor, clock, .. } = &self.connection;
        let start = clock.monotonic();
        let answer = monitor.get_all().await;
        let moment = Moment::now(&**clock);
        let took = moment.monotonic.saturating_sub(start);
        let before = self.slot.get();
        let mut account = Account::clone(&before);
        self.failures = if answer.is_ok() { 0 } else { self.failures.saturating_add(1) };
        let wait = self.schedule.wait_after(took, self.failures, answer.as_ref().err());
        let answer =
            answer.map_err(|error| (watch::Failure::from(&error).kind, Failure::of_failed_poll(error)));
        let failure = answer.as_ref().err();
        account.meter.polled(failure.map(|(kind, _)| *kind));
        self.reporter.polled(before.failure().map(|failure| failure.kind), failure);
        let (read_at, failure) = match answer {
            Ok(list) => {
                self.watcher.observe(PollOutcome::List(list), moment);
                (Some(moment.wall), None)
            }
            Err((kind, failure)) => {
                let since = before.failure().map_or(moment.wall, |failure| failure.since);
                // Whoever looks at the page may have no other way to the causes.
                let report = failure.told(Verbosity::Verbose);
                (before.last_success(), Some(PollFailure { since, kind, report }))
            }
        };
        account.fleet = read_at.map(|read_at| Arc::new(Fleet::judge(&self.watcher, read_at, moment)));
        account.last_poll = Some(LastPoll { took, failure });
        self.slot.set(account);
        wait
    }
}

#[cfg(test)]
mod tests {
    use atol_mock::{Call, Fault, Fleet as MockFleet, ManualClock, MockAtol};
    use atol_monitor::health::{FindingKind, Severity};
    use atol_monitor::{KktMonitor, Language};
    use atol_transport::Environment;
    use atol_transport::clock::{Clock, SharedClock, Sleep, SystemClock};
    use atol_transport::retry::RetryPolicy;
    use jiff::Timestamp;

    use super::super::test_kit::{policy, register};
    use super::*;
    use crate::console::Console;

    /// The machine's clock, with the time of day of a test.
    #[derive(Debug)]
    struct TestClock(ManualClock, SystemClock);

    impl Clock for TestClock {
        fn monotonic(&self) -> Duration {
            self.1.monotonic()
        }

        fn wall(&self) -> Timestamp {
            atol_mock::Clock::now(&self.0)
        }

        fn sleep(&self, duration: Duration) -> Sleep {
            self.1.sleep(duration)
        }
    }

    const NOON: &str = "2026-11-24T09:00:00Z";

    async fn service() -> (MockAtol, ManualClock, Poller, Slot) {
        let time = ManualClock::new(NOON.parse().unwrap());
        let fleet = MockFleet::generate(1, 40, NOON.parse().unwrap());
        let mock = MockAtol::builder().fleet(fleet).start().await;
        let monitor = KktMonitor::builder()
            .environment(mock.uri().parse::<Environment>().unwrap())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let slot = Slot::new(Account::new("shop", Duration::from_secs(60)));
        let clock: SharedClock = Arc::new(TestClock(time.clone(), SystemClock::new()));
        let reporter = Reporter::new(Console { language: Language::En, verbosity: Verbosity::Quiet }, None);
        let poller = Poller::new(
            Connection::of(monitor, clock),
            policy(),
            WatchOptions::default(),
            slot.clone(),
            reporter,
        );
        (mock, time, poller, slot)
    }

    #[tokio::test]
    async fn a_failed_poll_keeps_the_list_and_judges_it_by_the_present_moment() {
        let (mock, time, mut poller, slot) = service().await;
        poller.poll().await;
        let first = slot.get();
        assert!(first.is_up() && first.fleet.as_ref().unwrap().snapshot().counts().ok > 0);

        mock.set_fault(Fault::Html(500).on(Call::List));
        time.advance(Duration::from_secs(25 * 3600));
        poller.poll().await;
        let account = slot.get();
        let fleet = account.fleet.as_ref().unwrap();
        assert!(!account.is_up());
        assert_eq!(account.last_success(), first.last_success());
        assert_eq!(fleet.snapshot().counts().of(Severity::Ok), 0);
        assert!(fleet.snapshot().assessments().iter().all(|assessment| {
            assessment.is_ok() || assessment.finding(FindingKind::StaleData).is_some()
        }));
    }

    #[tokio::test]
    async fn a_row_of_failures_is_dated_by_the_first_and_ends_with_a_good_poll() {
        let (mock, time, mut poller, slot) = service().await;
        mock.set_fault(Fault::Html(500).on(Call::List));
        for _ in 0..3 {
            poller.poll().await;
            time.advance(Duration::from_secs(60));
        }
        let account = slot.get();
        assert_eq!(account.failure().unwrap().since.to_string(), NOON);
        let report = &account.failure().unwrap().report;
        assert!(report.en.starts_with("the service answered 500"), "{report:?}");
        assert!(report.ru.starts_with("сервис ответил отказом") && report.ru.contains("500"), "{report:?}");
        assert!(account.fleet.is_none());
        assert_eq!(account.meter.polls(), 3);

        mock.clear_faults();
        poller.poll().await;
        assert!(slot.get().is_up());
    }

    #[tokio::test]
    async fn a_service_that_fails_is_left_in_peace_for_longer_each_time() {
        let (mock, _, mut poller, _) = service().await;
        mock.set_fault(Fault::Html(500).on(Call::List));
        let (first, _, third) = (poller.poll().await, poller.poll().await, poller.poll().await);
        // A tenth of jitter either way still leaves the third above three times the first.
        assert!(third > 3 * first, "{first:?} {third:?}");
        mock.clear_faults();
        assert!(poller.poll().await < third / 3);
    }

    #[tokio::test]
    async fn a_shift_that_is_open_from_poll_to_poll_is_remembered() {
        let (mock, time, mut poller, slot) = service().await;
        for (hours, is_long) in [(0, false), (12, false), (21, true)] {
            let now = NOON.parse::<Timestamp>().unwrap() + Duration::from_secs(hours * 3600);
            time.set(now);
            let kkt = register("1", |kkt| kkt.timestamp = Some(now.to_string().parse().unwrap()));
            mock.set_fleet(MockFleet::from_kkts([kkt]));
            poller.poll().await;
            let account = slot.get();
            let assessment = account.fleet.as_ref().unwrap().snapshot().assessments()[0].clone();
            assert_eq!(assessment.finding(FindingKind::LongShift).is_some(), is_long, "after {hours} hours");
        }
    }

    #[tokio::test]
    async fn a_register_whose_record_cannot_be_read_any_more_stays_as_it_was_and_is_unknown() {
        let (mock, time, mut poller, slot) = service().await;
        let formed = NOON.parse().unwrap();
        mock.set_fleet(MockFleet::from_kkts([register("1", |kkt| kkt.timestamp = Some(formed))]));
        poller.poll().await;
        let mut broken = MockFleet::new();
        broken.push_raw(r#"{"serialNumber": "1", "signedDocuments": "many"}"#);
        mock.set_fleet(broken);
        time.advance(Duration::from_secs(60));
        poller.poll().await;
        let account = slot.get();
        let fleet = account.fleet.as_ref().unwrap();
        let registers: Vec<_> = fleet.registers("shop").collect();
        assert_eq!(registers.len(), 1);
        assert_eq!(registers[0].kkt.shift_number, Some(126));
        assert_eq!(registers[0].assessment.severity, Severity::Unknown);
        assert!(registers[0].outdated.unwrap().contains("missing"), "{registers:?}");
        assert_eq!(fleet.snapshot().counts().unknown, 1);
        assert_eq!(account.last_success(), Some(atol_mock::Clock::now(&time)));
    }
}
