//! Clocks for a demo that lives: an hour passes in a second.

use std::sync::Arc;
use std::time::Duration;

use atol_transport::clock::{Clock, SharedClock, Sleep};
use jiff::{SignedDuration, Timestamp};

/// How much faster than life.
pub(crate) const SPEED: u32 = 3600;

/// A clock whose time of day runs fast from now on, while waiting takes as long as ever.
pub(crate) fn time_of_day(machine: &SharedClock) -> SharedClock {
    Arc::new(FastTimeOfDay {
        machine: Arc::clone(machine),
        wall: machine.wall(),
        monotonic: machine.monotonic(),
    })
}

/// A clock all of which runs fast: the time of day of `time_of_day`, and waiting as well.
pub(crate) fn everything(time_of_day: &SharedClock) -> SharedClock {
    Arc::new(Fast(Arc::clone(time_of_day)))
}

#[derive(Debug)]
struct FastTimeOfDay {
    machine: SharedClock,
    /// The time of day at `monotonic`.
    wall: Timestamp,
    monotonic: Duration,
}

impl Clock for FastTimeOfDay {
    fn monotonic(&self) -> Duration {
        self.machine.monotonic()
    }

    fn wall(&self) -> Timestamp {
        let passed = self.machine.monotonic().saturating_sub(self.monotonic).saturating_mul(SPEED);
        SignedDuration::try_from(passed)
            .ok()
            .and_then(|passed| self.wall.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.machine.sleep(duration)
    }
}

#[derive(Debug)]
struct Fast(SharedClock);

impl Clock for Fast {
    fn monotonic(&self) -> Duration {
        self.0.monotonic().saturating_mul(SPEED)
    }

    fn wall(&self) -> Timestamp {
        self.0.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.sleep(duration / SPEED)
    }
}

#[cfg(test)]
mod tests {
    use atol_transport::clock::VirtualClock;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_hour_passes_in_a_second() {
        let machine: SharedClock =
            Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()));
        let time_of_day = time_of_day(&machine);
        let everything = everything(&time_of_day);
        everything.sleep(Duration::from_secs(2 * 3600)).await;
        assert_eq!(machine.wall().to_string(), "2026-11-24T10:00:02Z");
        assert_eq!(time_of_day.wall().to_string(), "2026-11-24T12:00:00Z");
        assert_eq!(everything.wall(), time_of_day.wall());
        assert_eq!(everything.monotonic(), machine.monotonic() * SPEED);
    }
}
