//! The watch without any input or output: what polls brought goes in, events come out.

use std::time::Duration;

use jiff::Timestamp;

use super::event::WatchEvent;
use super::failure::Failure;
use super::fleet::Fleet;
use super::memory::Memory;
use super::moment::Moment;
use super::outage::Outage;
use super::outcome::PollOutcome;
use super::register::Register;
use super::round::Round;
use super::statistics::Statistics;
use crate::health::{Policy, Severity};
use crate::snapshot::Counts;

/// The watch without any input or output: what polls brought goes in, events come out.
///
/// ```
/// use std::time::Duration;
/// use atol_monitor::{Kkt, KktList};
/// use atol_monitor::health::Policy;
/// use atol_monitor::watch::{Moment, PollOutcome, WatchEvent, Watcher};
///
/// let mut watcher = Watcher::new(Policy::default(), Duration::from_secs(3600));
/// let moment = Moment::new("2019-12-05T10:46:00Z".parse()?, Duration::ZERO);
/// let list = KktList::new(vec![Kkt::builder("00107703864827").fiscal_storage_percentage_use(99.5).build()], vec![]);
///
/// let events = watcher.observe(PollOutcome::List(list), moment);
/// assert!(matches!(&events[0], WatchEvent::Snapshot { registers, .. } if registers.len() == 1));
/// assert!(events.iter().filter_map(WatchEvent::finding).any(|finding| {
///     finding.id().as_str() == "00107703864827/fiscal-storage-fill"
/// }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`KktMonitor::watch`](crate::KktMonitor::watch) drives one; use it alone when polls, time or state are in your own
/// hands. The same outcomes at the same moments give the same events.
///
/// # What is not known
///
/// A record that cannot be read, a question that fails and a poll that fails make registers
/// [unknown](super::RegisterState::Unknown): their last record is kept and their findings stay open; they are neither gone
/// nor fine. Findings are judged from records as they come, so what falls due while there are none is told with the first
/// that comes; until then the silence is an alarm of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Watcher {
    policy: Policy,
    no_news_ms: u64,
    memory: Memory,
}

impl Watcher {
    /// A watcher that knows nothing yet. When there has been no answer for as long as `no_news`, it tells so.
    pub fn new(policy: Policy, no_news: Duration) -> Self {
        Self::with_memory(policy, no_news, Memory::default())
    }

    pub(super) fn with_memory(policy: Policy, no_news: Duration, memory: Memory) -> Self {
        Self { policy, no_news_ms: u64::try_from(no_news.as_millis()).unwrap_or(u64::MAX), memory }
    }

    /// Expects these registers: until they have been asked for they are unknown, and their silence counts from now.
    ///
    /// For polls that ask for single registers.
    pub fn expect<'a>(&mut self, serial_numbers: impl IntoIterator<Item = &'a str>, moment: Moment) {
        self.memory.time.advance(&moment);
        let (now, heard_ms) = (self.memory.time.correct(moment.wall), self.memory.time.elapsed_ms());
        for serial_number in serial_numbers {
            if !self.memory.registers.contains_key(serial_number) {
                self.memory.registers.insert(serial_number.to_owned(), Register::expected(now, heard_ms));
            }
        }
    }

    /// The policy by which registers are judged.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Takes in what a poll brought, and tells what is new about it.
    pub fn observe(&mut self, outcome: PollOutcome, moment: Moment) -> Vec<WatchEvent> {
        let mut events = Vec::new();
        let memory = &mut self.memory;
        memory.time.advance(&moment);
        let skew = memory.time.compare(&moment, self.policy.clock_tolerance(), || outcome.newest());
        let at = memory.time.correct(moment.wall);
        events.extend(skew.map(|ahead_seconds| WatchEvent::ClockSkew { at, ahead_seconds }));

        match outcome.into_answer() {
            Ok(answer) => {
                if let Some(Outage { since, failures, .. }) = memory.outage.take() {
                    events.push(WatchEvent::Recovered { at, since, failures });
                }
                memory.statistics.succeed(at);
                Round::new(memory, &self.policy, at, &mut events).take(answer);
                self.tell_silence(at, &mut events);
                events.push(WatchEvent::Polled { at, counts: self.counts() });
            }
            Err(error) => {
                self.fail(error, at, &mut events);
                self.tell_silence(at, &mut events);
            }
        }
        events
    }

    /// Lets time pass between polls, so that silence is told in time though a poll hangs.
    pub fn tick(&mut self, moment: Moment) -> Vec<WatchEvent> {
        let mut events = Vec::new();
        self.memory.time.advance(&moment);
        self.tell_silence(self.memory.time.correct(moment.wall), &mut events);
        events
    }

    /// The registers as they are known at a moment.
    pub fn fleet(&self, moment: Moment) -> Fleet<'_> {
        Fleet::new(&self.policy, &self.memory, self.memory.time.correct(moment.wall))
    }

    /// The polls that have failed in a row, if the last one did.
    pub fn outage(&self) -> Option<&Outage> {
        self.memory.outage.as_ref()
    }

    /// How polls went.
    pub fn statistics(&self) -> &Statistics {
        &self.memory.statistics
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    fn fail(&mut self, error: Failure, at: Timestamp, events: &mut Vec<WatchEvent>) {
        self.memory.statistics.fail(error.kind);
        let outage = self.memory.outage.get_or_insert_with(|| Outage::begin(at, error.clone()));
        if outage.add(error.clone()) {
            let (since, failures) = (outage.since, outage.failures);
            events.push(WatchEvent::PollFailed { at, since, failures, error });
        }
    }

    fn tell_silence(&mut self, at: Timestamp, events: &mut Vec<WatchEvent>) {
        let memory = &mut self.memory;
        let (elapsed_ms, limit) = (memory.time.elapsed_ms(), self.no_news_ms);
        let is_due = |heard_ms: u64| elapsed_ms.saturating_sub(heard_ms) >= limit;
        let mut serial_numbers = Vec::new();
        for (serial_number, register) in &mut memory.registers {
            if !register.is_silent && is_due(register.heard_ms) {
                register.is_silent = true;
                serial_numbers.push(serial_number.clone());
            }
        }
        // Before any register is known, the whole fleet is silent.
        let is_fleet_silent = memory.registers.is_empty() && !memory.is_silent && is_due(memory.heard_ms);
        memory.is_silent |= is_fleet_silent;
        if is_fleet_silent || !serial_numbers.is_empty() {
            let last_poll = memory.statistics.last_success;
            events.push(WatchEvent::NoNews { at, last_poll, serial_numbers });
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for register in self.memory.registers.values() {
            counts.add(register.severity(self.memory.outage.is_some()));
        }
        for _ in &self.memory.unnamed {
            counts.add(Severity::Unknown);
        }
        counts
    }
}
