//! A watch: a stream that polls when it is time to and tells what is new.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use atol_transport::clock::Sleep;
use futures_core::Stream;
use jiff::SignedDuration;

use super::event::WatchEvent;
use super::fleet::Fleet;
use super::memory::Memory;
use super::moment::Moment;
use super::options::WatchOptions;
use super::poll::{self, Polled, Polling};
use super::state::WatchState;
use super::watcher::Watcher;
use crate::monitor::KktMonitor;

/// How long to sleep at most before the clocks are looked at: a timer does not know that the machine slept.
const NAP: Duration = Duration::from_secs(15);

/// By how much the time of day may leave the monotonic one behind before that is taken for a jump.
const JUMP: SignedDuration = SignedDuration::from_secs(60);

impl KktMonitor {
    /// Watches registers: polls, compares, and tells what is new, until it is dropped.
    ///
    /// ```no_run
    /// use atol_monitor::KktMonitor;
    /// use atol_monitor::watch::{WatchEvent, WatchOptions};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut watch = KktMonitor::new()?.watch(WatchOptions::default());
    /// loop {
    ///     match watch.next_event().await {
    ///         WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. } => {
    ///             println!("{}: {}: {finding}", finding.id(), finding.severity());
    ///         }
    ///         WatchEvent::FindingClosed { finding, .. } => println!("{}: over", finding.id()),
    ///         WatchEvent::PollFailed { error, failures, .. } => eprintln!("failed {failures} times: {error}"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// See [`watch`](crate::watch) for what it promises.
    pub fn watch(&self, options: WatchOptions) -> Watch {
        Watch::new(self.clone(), options)
    }
}

/// A stream of [`WatchEvent`]s that never ends; made by [`KktMonitor::watch`].
///
/// It does its work while it is polled, in no task of its own: dropped, it stops at once and nothing is lost that is not in
/// the [state](Self::state). To stop only for a while, do not poll it; when polling goes on, at most one poll is due.
///
/// It is driven inside a tokio runtime with time enabled, unless it was given another [`Clock`] that needs none.
///
/// [`Clock`]: atol_transport::clock::Clock
#[must_use = "a watch does nothing unless it is polled"]
pub struct Watch {
    monitor: KktMonitor,
    options: WatchOptions,
    watcher: Watcher,
    pending: VecDeque<WatchEvent>,
    /// When to poll next; never in the past by more than a nap.
    due: Due,
    /// The poll under way and when it began.
    polling: Option<(Polling, Duration)>,
    nap: Option<Sleep>,
    /// Whether silence proves anything; not so before the first poll of a watch that was restored.
    silence_counts: bool,
}

/// When to poll next, by both clocks.
#[derive(Clone, Copy, Debug)]
struct Due {
    at: Duration,
    planned: Moment,
}

impl Due {
    fn after(wait: Duration, now: Moment) -> Self {
        Self { at: now.monotonic.saturating_add(wait), planned: now }
    }

    fn has_come(&self, now: Moment) -> bool {
        now.monotonic >= self.at || self.has_jumped(now)
    }

    /// Whether the machine slept, or somebody set its clock, since this was planned.
    fn has_jumped(&self, now: Moment) -> bool {
        let by_wall = now.wall.duration_since(self.planned.wall);
        let by_monotonic = now.monotonic.saturating_sub(self.planned.monotonic);
        let apart = SignedDuration::try_from(by_monotonic)
            .map_or(SignedDuration::MAX, |by_monotonic| by_wall.saturating_sub(by_monotonic));
        apart.abs() > JUMP
    }
}

impl Watch {
    fn new(monitor: KktMonitor, mut options: WatchOptions) -> Self {
        let now = Moment::now(&*options.clock);
        let silence_counts = options.state.is_none();
        let (memory, pending) = match options.state.take() {
            Some(state) => (state.memory, state.pending.into()),
            None => (Memory::default(), VecDeque::new()),
        };
        let mut watcher = Watcher::with_memory(options.policy.clone(), options.no_news, memory);
        if let Some(serial_numbers) = &options.serial_numbers {
            watcher.expect(serial_numbers.iter().map(String::as_str), now);
        }
        Self {
            monitor,
            options,
            watcher,
            pending,
            due: Due::after(Duration::ZERO, now),
            polling: None,
            nap: None,
            silence_counts,
        }
    }

    /// The next event; waits until there is one.
    ///
    /// May be dropped while it waits, as in `select!`: nothing is lost, and a poll that is under way goes on with the next
    /// call.
    pub async fn next_event(&mut self) -> WatchEvent {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Takes back an event that could not be passed on, to be the next that is given out; until then it is in the
    /// [state](Self::state).
    ///
    /// ```no_run
    /// # use atol_monitor::watch::{Watch, WatchEvent};
    /// # async fn send(event: &WatchEvent) -> Result<(), std::io::Error> { Ok(()) }
    /// # async fn example(mut watch: Watch) {
    /// let event = watch.next_event().await;
    /// if send(&event).await.is_err() {
    ///     watch.give_back(event);
    /// }
    /// # }
    /// ```
    pub fn give_back(&mut self, event: WatchEvent) {
        self.pending.push_front(event);
    }

    /// Whether everything that has come to light has been given out: the moment to save the [state](Self::state).
    pub fn is_caught_up(&self) -> bool {
        self.pending.is_empty()
    }

    /// What is remembered, to be saved for a watch that is to go on after a restart: everything up to the last event that
    /// this one has given out, and what it has not given out yet.
    pub fn state(&self) -> WatchState {
        WatchState::new(self.watcher.memory().clone(), self.pending.iter().cloned().collect())
    }

    /// The registers as they are known now, events that are not given out yet included.
    pub fn fleet(&self) -> Fleet<'_> {
        self.watcher.fleet(self.now())
    }

    /// What does the comparing: outages, statistics.
    pub fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    /// How long until the next poll begins; nothing while one is under way or due.
    pub fn next_poll_in(&self) -> Option<Duration> {
        let wait = self.due.at.saturating_sub(self.now().monotonic);
        (self.polling.is_none() && !wait.is_zero()).then_some(wait)
    }

    fn now(&self) -> Moment {
        Moment::now(&*self.options.clock)
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<WatchEvent> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Poll::Ready(event);
            }
            let now = self.now();
            if self.polling.is_none() && self.due.has_come(now) {
                let serial_numbers = self.options.serial_numbers.clone();
                let (clock, limit) = (&self.options.clock, self.options.poll_limit);
                let polling = poll::begin(self.monitor.clone(), serial_numbers, clock, limit);
                self.polling = Some((polling, now.monotonic));
                self.nap = None;
                // Silence counts from the first question on, not from the first answer.
                self.watcher.expect([], now);
            }
            // Taken out while it runs: after a panic in it there is none, and the next call begins another.
            if let Some((mut polling, began)) = self.polling.take() {
                match polling.as_mut().poll(context) {
                    Poll::Ready(polled) => {
                        self.finish(polled, began);
                        continue;
                    }
                    Poll::Pending => self.polling = Some((polling, began)),
                }
            }
            ready!(self.rest(context));
        }
    }

    /// Sleeps until the next poll or the next look at the clocks, and lets the watcher know how the time passes.
    fn rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let wait = match self.polling {
            Some(_) => NAP,
            None => self.due.at.saturating_sub(self.now().monotonic).min(NAP),
        };
        let clock = &self.options.clock;
        ready!(self.nap.get_or_insert_with(|| clock.sleep(wait)).as_mut().poll(context));
        self.nap = None;
        let now = self.now();
        // After a jump nobody knows how much time has passed until a poll has shown what is to be had.
        if self.silence_counts && !self.due.has_jumped(now) {
            self.pending.extend(self.watcher.tick(now));
        }
        Poll::Ready(())
    }

    fn finish(&mut self, polled: Polled, began: Duration) {
        let Polled { outcome, server_time, pause } = polled;
        let now = self.now();
        self.pending.extend(self.watcher.observe(outcome, now.with_server_time(server_time)));
        let failures = self.watcher.outage().map_or(0, |outage| outage.failures);
        let took = now.monotonic.saturating_sub(began);
        let wait = self.options.schedule.wait(took, failures, pause, self.options.random.next_u64());
        self.due = Due::after(wait, now);
        self.nap = None;
        self.silence_counts = true;
    }
}

impl Stream for Watch {
    type Item = WatchEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<WatchEvent>> {
        self.poll_event(context).map(Some)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("options", &self.options)
            .field("registers", &self.watcher.memory().registers.len())
            .field("outage", &self.watcher.outage())
            .field("pending", &self.pending.len())
            .field("is_polling", &self.polling.is_some())
            .finish_non_exhaustive()
    }
}
