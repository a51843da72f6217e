//! Time: the one place where clocks are read and sleeping happens.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A pending wait, as [`Clock::sleep`] returns it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// A clock that is shared by the layers of one client.
pub type SharedClock = Arc<dyn Clock>;

/// Where the layers take the time from.
///
/// ```
/// use std::sync::Arc;
/// use atol_transport::clock::{Clock, SharedClock, SystemClock};
///
/// let clock: SharedClock = Arc::new(SystemClock::new());
/// let before = clock.monotonic();
/// assert!(clock.monotonic() >= before);
/// ```
///
/// Two clocks are needed because neither is right alone: the monotonic one stands still while the machine
/// sleeps, the wall clock jumps when somebody sets it. What must not outlive its time (a token) asks both.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time since a fixed but arbitrary moment; never goes back.
    fn monotonic(&self) -> Duration;

    /// The time of day, as the machine believes it.
    fn wall(&self) -> Timestamp;

    /// Waits for `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The clock of the machine and of the tokio runtime.
///
/// Under `tokio::time::pause` its monotonic half follows the paused time; use [`VirtualClock`] where the time
/// of day must follow too.
#[derive(Debug, Clone)]
pub struct SystemClock {
    origin: tokio::time::Instant,
    /// What the monotonic time was at `origin`.
    start: Duration,
}

/// Where the monotonic time of the shared clock starts: a runtime whose time was paused before the clock was
/// made is behind `origin` by a little, and its time must pass nevertheless.
const SHARED_START: Duration = Duration::from_secs(24 * 3600);

static SHARED: LazyLock<SharedClock> =
    LazyLock::new(|| Arc::new(SystemClock { start: SHARED_START, ..SystemClock::new() }));

/// The furthest that tokio's timer is asked to wait: a longer wait would overflow its instant.
const LONGEST_SLEEP: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

#[expect(
    clippy::disallowed_methods,
    reason = "this is the module through which everything else takes the time"
)]
impl SystemClock {
    /// A clock whose monotonic time starts at zero now.
    pub fn new() -> SystemClock {
        SystemClock { origin: tokio::time::Instant::now(), start: Duration::ZERO }
    }

    /// The clock of this process: the same for all who ask, so that layers that were made apart agree on what
    /// a [`Deadline`](crate::call::Deadline) means.
    pub fn shared() -> SharedClock {
        Arc::clone(&SHARED)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock::new()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the module through which everything else takes the time"
)]
impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        let now = tokio::time::Instant::now();
        match now.checked_duration_since(self.origin) {
            Some(since) => self.start.saturating_add(since),
            None => self.start.saturating_sub(self.origin.saturating_duration_since(now)),
        }
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration.min(LONGEST_SLEEP)))
    }
}

/// A clock for tests: the time of day starts where you say and goes on with tokio's (paused) time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use atol_transport::clock::{Clock, VirtualClock};
///
/// let clock = VirtualClock::starting_at("2026-11-24T10:00:00Z".parse()?);
/// clock.sleep(Duration::from_secs(3600)).await; // at once: tokio's time is paused
/// assert_eq!(clock.wall().to_string(), "2026-11-24T11:00:00Z");
///
/// clock.set_wall("2029-01-01T00:00:00Z".parse()?); // somebody set the machine's clock
/// assert_eq!(clock.monotonic(), Duration::from_secs(3600));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct VirtualClock {
    system: SystemClock,
    /// The time of day at `since` of the monotonic time.
    wall: Mutex<(Timestamp, Duration)>,
}

impl VirtualClock {
    /// A clock that shows `wall` now.
    pub fn starting_at(wall: Timestamp) -> VirtualClock {
        let system = SystemClock::new();
        let since = system.monotonic();
        VirtualClock { system, wall: Mutex::new((wall, since)) }
    }

    /// Sets the time of day; the monotonic time is not touched.
    pub fn set_wall(&self, wall: Timestamp) {
        *self.wall.lock().unwrap_or_else(PoisonError::into_inner) = (wall, self.system.monotonic());
    }
}

impl Clock for VirtualClock {
    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }

    fn wall(&self) -> Timestamp {
        let (wall, since) = *self.wall.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.system.monotonic().saturating_sub(since);
        SignedDuration::try_from(passed)
            .ok()
            .and_then(|passed| wall.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.system.sleep(duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn monotonic_time_follows_paused_time() {
        let clock = SystemClock::new();
        let before = clock.monotonic();
        clock.sleep(Duration::from_secs(86_400)).await;
        assert!(clock.monotonic() >= before + Duration::from_secs(86_400));
    }

    #[test]
    fn the_shared_clock_runs_in_a_runtime_that_was_paused_before_it_was_made() {
        let paused = || {
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
        };
        let older = paused();
        let clock = paused().block_on(async { SystemClock { start: SHARED_START, ..SystemClock::new() } });
        older.block_on(async {
            let before = clock.monotonic();
            clock.sleep(Duration::from_millis(1)).await;
            assert!(clock.monotonic() > before);
        });
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_wait_does_not_overflow() {
        let clock = SystemClock::new();
        drop(clock.sleep(Duration::MAX));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_saturates_at_the_end_of_time() {
        let clock = VirtualClock::starting_at(Timestamp::MAX);
        clock.sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.wall(), Timestamp::MAX);
    }
}
