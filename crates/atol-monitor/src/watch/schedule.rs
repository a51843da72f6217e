//! When to poll next.

use std::time::Duration;

/// A pause that a service may ask for; what it asks for beyond that is not heeded.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// When to poll next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Schedule {
    pub(super) interval: Duration,
    /// The part of the interval by which it varies, up and down: 0 to 1.
    pub(super) jitter: f64,
    /// The longest wait after failures.
    pub(super) longest_backoff: Duration,
}

impl Schedule {
    /// How long to wait after a poll that took `took`.
    ///
    /// Polls begin at intervals; one that took longer than that is followed by a whole interval. After `failures` in a row
    /// the interval doubles with each, up to the longest backoff, and is not shorter than what the service asked for.
    pub(super) fn wait(
        &self,
        took: Duration,
        failures: u32,
        asked: Option<Duration>,
        random: u64,
    ) -> Duration {
        let longest = self.longest_backoff.max(self.interval);
        let doubled = 2_u32
            .checked_pow(failures.saturating_sub(1))
            .and_then(|factor| self.interval.checked_mul(factor))
            .map_or(longest, |interval| interval.min(longest));
        let interval = self.spread(doubled, random);
        let wait = match interval.checked_sub(took) {
            Some(rest) if !rest.is_zero() => rest,
            _ => interval,
        };
        wait.max(asked.unwrap_or_default().min(LONGEST_PAUSE))
    }

    /// The longest time between polls that do not fail.
    pub(super) fn longest_interval(&self) -> Duration {
        let interval = self.interval.as_secs_f64() * (1.0 + self.jitter);
        Duration::try_from_secs_f64(interval).unwrap_or(Duration::MAX)
    }

    /// The interval, longer or shorter by a part that is equally likely to be any.
    fn spread(&self, interval: Duration, random: u64) -> Duration {
        // 53 bits are what an `f64` holds exactly: 0 to 1, without 1.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let part = (random >> 11) as f64 / (1_u64 << 53) as f64;
        let factor = 1.0 + self.jitter * (2.0 * part - 1.0);
        Duration::try_from_secs_f64(interval.as_secs_f64() * factor).unwrap_or(interval)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCHEDULE: Schedule = Schedule {
        interval: Duration::from_secs(60),
        jitter: 0.0,
        longest_backoff: Duration::from_secs(600),
    };

    fn wait(took: u64, failures: u32) -> u64 {
        SCHEDULE.wait(Duration::from_secs(took), failures, None, 0).as_secs()
    }

    #[test]
    fn polls_begin_at_intervals_and_leave_a_slow_service_in_peace() {
        assert_eq!([wait(0, 0), wait(20, 0), wait(60, 0), wait(90, 0)], [60, 40, 60, 60]);
    }

    #[test]
    fn failures_make_the_wait_longer_up_to_a_limit() {
        let waits: Vec<_> = (1..8).map(|failures| wait(0, failures)).collect();
        assert_eq!(waits, [60, 120, 240, 480, 600, 600, 600]);
    }

    #[test]
    fn a_pause_that_the_service_asks_for_is_kept_within_reason() {
        let asked =
            |seconds| SCHEDULE.wait(Duration::ZERO, 1, Some(Duration::from_secs(seconds)), 0).as_secs();
        assert_eq!([asked(10), asked(300), asked(u64::MAX)], [60, 300, 3600]);
    }

    proptest! {
        #[test]
        fn jitter_stays_in_its_bounds(jitter in 0.0..=1.0_f64, random: u64, failures: u32, seconds in 1..=u64::MAX) {
            let interval = Duration::from_secs(seconds);
            let schedule = Schedule { interval, jitter, longest_backoff: interval };
            let wait = schedule.wait(Duration::ZERO, failures, None, random).as_secs_f64();
            let interval = interval.as_secs_f64();
            prop_assert!(wait >= interval * (1.0 - jitter) * 0.999_999 && wait <= interval * (1.0 + jitter) * 1.000_001);
        }
    }
}
