//! Where the stand-in takes the time from.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A source of the current time; any `Fn() -> Timestamp` is one.
///
/// ```
/// use atol_mock::Clock;
/// use jiff::Timestamp;
///
/// let stopped = || Timestamp::UNIX_EPOCH;
/// assert_eq!(stopped.now().as_second(), 0);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// A clock that goes only when it is told to; its clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use atol_mock::{Clock, ManualClock};
///
/// let clock = ManualClock::new("2025-06-02T12:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(86_400));
/// assert_eq!(clock.now().to_string(), "2025-06-03T12:00:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that stands at this time.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Sets the time, forwards or back.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves the time forwards, at most to [`Timestamp::MAX`].
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = later(*now, by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock of the operating system: what a stand-in goes by unless it is told otherwise.
///
/// ```
/// use atol_mock::{Clock as _, Fleet, SystemClock};
///
/// let fleet = Fleet::generate(1, 60, SystemClock.now());
/// # let _ = fleet;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a marker without content")]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that goes faster or slower than another, from the moment it was made.
pub(crate) struct ScaledClock {
    clock: Arc<dyn Clock>,
    start: Timestamp,
    scale: f64,
}

impl ScaledClock {
    pub(crate) fn new(clock: Arc<dyn Clock>, scale: f64) -> Self {
        let start = clock.now();
        Self { clock, start, scale }
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let passed = self.clock.now().duration_since(self.start).as_secs_f64() * self.scale;
        // A product that is no length of time comes from a scale that is no number: time stands still.
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::ZERO);
        self.start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Debug for ScaledClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScaledClock")
            .field("start", &self.start)
            .field("scale", &self.scale)
            .finish_non_exhaustive()
    }
}

/// So much later, or the end of time.
pub(crate) fn later(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_passes_in_a_second_at_that_scale() {
        let real = ManualClock::new(Timestamp::UNIX_EPOCH);
        let scaled = ScaledClock::new(Arc::new(real.clone()), 3600.0);
        real.advance(Duration::from_millis(1_500));
        assert_eq!(scaled.now().to_string(), "1970-01-01T01:30:00Z");
    }

    #[test]
    fn a_scale_that_is_no_number_stops_the_time() {
        let real = ManualClock::new(Timestamp::UNIX_EPOCH);
        let scaled = ScaledClock::new(Arc::new(real.clone()), f64::NAN);
        real.advance(Duration::from_secs(10));
        assert_eq!(scaled.now(), Timestamp::UNIX_EPOCH);
    }
}
