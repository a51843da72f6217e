//! An office: watches the fleet, is restarted once, and checks that it is never told that all is well when nobody knows.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use atol_monitor::health::FindingKind;
use atol_monitor::watch::{Watch, WatchEvent, WatchOptions, WatchState};
use atol_transport::clock::SharedClock;
use atol_transport::retry::SeededRandom;

use crate::clock::SimulatedClock;
use crate::plan::{CALM, END};
use crate::world::{DUE, Diary, World, now};

const INTERVAL: Duration = Duration::from_secs(3);
const LONGEST_BACKOFF: Duration = Duration::from_secs(6);

/// Silence for so long is an alarm.
const NO_NEWS: Duration = Duration::from_secs(20);

/// The watch looks at the clocks as often as that.
const NAP: Duration = Duration::from_secs(15);

/// What the office remembers of what it was told.
struct Desk<'d> {
    diary: &'d Diary,
    last_poll: Duration,
    silent_since: Duration,
    is_silent: bool,
    is_out: bool,
    alarms: Vec<String>,
}

/// Opens, is restarted, closes in time; complains of what it must not see.
pub(crate) async fn open(seed: u64, diary: &Diary, restart: Duration) {
    let mut desk = Desk {
        diary,
        last_poll: now(),
        silent_since: now(),
        is_silent: false,
        is_out: false,
        alarms: Vec::new(),
    };
    let saved = desk.watch(seed, None, restart).await;
    diary.tell("office: restarted");
    // The state is that of the last good poll: an outage since then is news to the new watch.
    desk.is_out = false;
    desk.is_silent = false;
    desk.silent_since = now();
    let saved = serde_json::to_string(&saved).unwrap();
    desk.watch(seed + 1, Some(serde_json::from_str(&saved).unwrap()), END).await;

    if desk.last_poll < END.saturating_sub(INTERVAL * 2 + LONGEST_BACKOFF) || desk.last_poll < CALM {
        diary.complain(format!("the last good poll was at {:?}", desk.last_poll));
    }
    if desk.alarms.is_empty() {
        diary.complain("the alarm was lost");
    }
    if desk.alarms.windows(2).any(|two| two[0] != two[1]) || desk.alarms.len() > 2 {
        diary.complain(format!("one alarm came as {:?}", desk.alarms));
    }
}

impl Desk<'_> {
    async fn watch(&mut self, seed: u64, state: Option<WatchState>, until: Duration) -> WatchState {
        let clock: SharedClock = Arc::new(SimulatedClock);
        let options = WatchOptions::builder()
            .interval(INTERVAL)
            .longest_backoff(LONGEST_BACKOFF)
            .poll_limit(Duration::from_secs(20))
            .no_news(NO_NEWS)
            .random(SeededRandom::new(seed))
            .clock(Arc::clone(&clock))
            .state(state)
            .build()
            .unwrap();
        let mut watch = World::monitor(seed).watch(options);
        let mut saved = watch.state();
        let mut closing = clock.sleep(until.saturating_sub(now()));
        loop {
            let event = {
                let mut next = pin!(watch.next_event());
                poll_fn(|cx| match closing.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(None),
                    Poll::Pending => next.as_mut().poll(cx).map(Some),
                })
                .await
            };
            self.check_silence();
            let Some(event) = event else { return saved };
            self.take(&event, &watch);
            if matches!(event, WatchEvent::Polled { .. }) {
                saved = watch.state();
            }
        }
    }

    fn take(&mut self, event: &WatchEvent, watch: &Watch) {
        match event {
            WatchEvent::PollFailed { error, .. } => {
                self.is_out = true;
                self.diary.tell(&format!("office: poll failed: {error}"));
            }
            WatchEvent::Recovered { .. } => {
                if !self.is_out {
                    self.diary.complain("recovered from nothing");
                }
                self.is_out = false;
                self.diary.tell("office: recovered");
            }
            WatchEvent::NoNews { .. } => {
                self.is_silent = true;
                self.diary.tell("office: no news");
            }
            WatchEvent::Polled { .. } => {
                if self.is_out {
                    self.diary.complain("a good poll in the middle of an outage");
                }
                self.last_poll = now();
                self.silent_since = now();
                self.is_silent = false;
            }
            WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. }
                if finding.kind() == FindingKind::FiscalStorageFill =>
            {
                self.fill(finding.id().as_str());
            }
            _ => {}
        }
        let counts = watch.fleet().snapshot().counts();
        if watch.watcher().outage().is_some() && counts.ok > 0 {
            self.diary.complain(format!("{} registers are called well in an outage", counts.ok));
        }
    }

    fn fill(&mut self, id: &str) {
        if id.starts_with(DUE) {
            self.alarms.push(id.to_owned());
            self.diary.tell(&format!("office: {id}"));
        }
    }

    fn check_silence(&self) {
        let silence = now().saturating_sub(self.silent_since);
        if silence > NO_NEWS + NAP + Duration::from_secs(1) && !self.is_silent {
            self.diary.complain(format!("silence for {silence:?} was not told"));
        }
    }
}
