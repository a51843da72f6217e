//! A clock for calls over real sockets: waits are over at once, time limits never come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atol_transport::clock::{Clock, Sleep};
use jiff::{SignedDuration, Timestamp};

/// What is asked to sleep longer than this is a time limit: [`limits`](SkippingClock::limits), or that of a login.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Time limits of an attempt that cannot be set: of a failed answer's body, of a token store. No wait of an attempt is
/// as long to the nanosecond.
const FIXED_LIMITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// Goes on by the length of each wait, and only then. Paused tokio time would not do: it runs ahead while bytes are on
/// their way through a socket, and every time limit comes.
#[derive(Debug, Default)]
pub(crate) struct SkippingClock {
    passed: Mutex<Duration>,
    attempts: Attempts,
}

/// How many attempts are on their way.
#[derive(Debug, Default, Clone)]
pub(crate) struct Attempts(Arc<AtomicUsize>);

impl SkippingClock {
    /// The time of day when it was made; that of `timestamp` in the register of `common.json`.
    pub(crate) const START: Timestamp = Timestamp::constant(1_575_542_730, 0);

    /// Counts the attempts of a client that goes by this clock.
    pub(crate) fn attempts(&self) -> Attempts {
        self.attempts.clone()
    }

    /// Time limits that are told from waits by their length.
    pub(crate) fn limits() -> atol_transport::Timeouts {
        let long = 1_000 * LONGEST_WAIT;
        atol_transport::Timeouts::default()
            .with_connect(long)
            .with_head(long)
            .with_body_idle(long)
            .with_body_total(long)
            .with_call(long)
    }
}

impl Attempts {
    /// Counts `attempt` while it lasts.
    pub(crate) async fn count<F: Future>(self, attempt: F) -> F::Output {
        self.0.fetch_add(1, Ordering::Relaxed);
        let outcome = attempt.await;
        self.0.fetch_sub(1, Ordering::Relaxed);
        outcome
    }

    fn are_none(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Clock for SkippingClock {
    fn monotonic(&self) -> Duration {
        *self.passed.lock().unwrap()
    }

    fn wall(&self) -> Timestamp {
        Self::START + SignedDuration::try_from(self.monotonic()).unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let is_limit =
            duration > LONGEST_WAIT || !self.attempts.are_none() && FIXED_LIMITS.contains(&duration);
        if is_limit {
            return Box::pin(std::future::pending());
        }
        *self.passed.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }
}
