//! What time it is, and how much of it has passed, although clocks are set and machines sleep.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::moment::Moment;

/// A difference of the clocks that is believed at once.
const SMALL: i64 = 24 * 3600;

/// How often a greater one must be seen in a row, unless the records bear it out.
const SIGHTINGS: u32 = 3;

/// `Date` is in whole seconds, and an answer takes its time: less than this is no difference.
const RESOLUTION: i64 = 30;

/// What is remembered of the clocks between two moments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Timekeeper {
    /// The time that has passed since the watch began, also that in which it did not run; never less than it was.
    elapsed_ms: u64,
    /// The moment before.
    wall: Option<Timestamp>,
    #[serde(skip)]
    monotonic: Option<Duration>,
    /// By how much the service's clock is ahead of ours; 0 while they agree.
    #[serde(default)]
    ahead_seconds: i64,
    /// A difference that is not believed yet.
    #[serde(skip)]
    doubt: Option<Doubt>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Doubt {
    ahead_seconds: i64,
    sightings: u32,
}

impl Timekeeper {
    /// Goes on to a moment. Of two clocks the one that moved further counts: time that has passed is never overlooked,
    /// though a clock that was put forward may feign some.
    pub(super) fn advance(&mut self, moment: &Moment) {
        let by_wall = self.wall.map_or(Duration::ZERO, |before| {
            Duration::try_from(moment.wall.duration_since(before)).unwrap_or_default()
        });
        let by_monotonic =
            self.monotonic.map_or(Duration::ZERO, |before| moment.monotonic.saturating_sub(before));
        let passed = u64::try_from(by_wall.max(by_monotonic).as_millis()).unwrap_or(u64::MAX);
        self.elapsed_ms = self.elapsed_ms.saturating_add(passed);
        self.wall = Some(moment.wall);
        self.monotonic = Some(moment.monotonic);
    }

    /// Compares our clock with the service's. Gives the difference, in seconds, when it is another than before.
    ///
    /// A small difference is believed at once; one of more than a day when `newest`, the moment at which the newest
    /// record was formed, is nearer to the service's clock than to ours, or when three answers in a row agree on it.
    pub(super) fn compare(
        &mut self,
        moment: &Moment,
        tolerance: Duration,
        newest: impl FnOnce() -> Option<Timestamp>,
    ) -> Option<i64> {
        let tolerance = i64::try_from(tolerance.as_secs()).unwrap_or(i64::MAX).max(RESOLUTION);
        let server = moment.server?;
        let ahead = server.duration_since(moment.wall).as_secs();
        let ahead = if ahead.abs() <= tolerance { 0 } else { ahead };
        let is_known =
            (ahead == 0) == (self.ahead_seconds == 0) && (ahead - self.ahead_seconds).abs() <= tolerance;
        if is_known {
            self.doubt = None;
            return None;
        }
        let is_credible = ahead.abs() <= SMALL
            || newest().is_some_and(|newest| {
                let from = |clock: Timestamp| clock.duration_since(newest).as_secs().abs();
                from(server) < from(moment.wall)
            });
        let sightings = match &self.doubt {
            Some(doubt) if (doubt.ahead_seconds - ahead).abs() <= tolerance => doubt.sightings + 1,
            _ => 1,
        };
        if is_credible || sightings >= SIGHTINGS {
            self.doubt = None;
            self.ahead_seconds = ahead;
            return Some(ahead);
        }
        self.doubt = Some(Doubt { ahead_seconds: ahead, sightings });
        None
    }

    /// A time of day of this machine, put right.
    pub(super) fn correct(&self, wall: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds);
        wall.checked_add(ahead).unwrap_or(if ahead.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The time that has passed since the watch began.
    pub(super) fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    pub(super) fn ahead_seconds(&self) -> i64 {
        self.ahead_seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: Duration = Duration::from_secs(300);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn moment(wall: &str, server: &str) -> Moment {
        Moment::new(at(wall), Duration::ZERO).with_server_time(Some(at(server)))
    }

    #[test]
    fn time_passes_by_the_clock_that_moved_further() {
        let mut keeper = Timekeeper::default();
        let mut go = |wall: &str, monotonic: u64| {
            keeper.advance(&Moment::new(at(wall), Duration::from_secs(monotonic)));
            keeper.elapsed_ms() / 1000
        };
        assert_eq!(go("2026-01-01T00:00:00Z", 50), 0);
        assert_eq!(go("2026-01-01T00:01:00Z", 110), 60);
        assert_eq!(go("2023-01-01T00:00:00Z", 170), 120, "the clock was put back");
        assert_eq!(go("2023-01-01T10:00:00Z", 171), 120 + 36_000, "the machine slept");
    }

    #[test]
    fn a_small_difference_is_believed_at_once_and_told_once() {
        let mut keeper = Timekeeper::default();
        let ours = at("2026-01-01T00:00:00Z");
        let mut see = |server: &str| {
            let told = keeper.compare(&moment("2026-01-01T00:00:00Z", server), TOLERANCE, || None);
            (told, keeper.correct(ours).to_string())
        };
        assert_eq!(see("2026-01-01T00:04:00Z"), (None, "2026-01-01T00:00:00Z".into()));
        assert_eq!(see("2026-01-01T02:00:00Z"), (Some(7200), "2026-01-01T02:00:00Z".into()));
        assert_eq!(see("2026-01-01T02:01:00Z"), (None, "2026-01-01T02:00:00Z".into()));
        assert_eq!(see("2026-01-01T00:00:09Z"), (Some(0), "2026-01-01T00:00:00Z".into()));
    }

    #[test]
    fn a_great_difference_is_believed_when_the_records_or_two_more_answers_bear_it_out() {
        let liar = moment("2026-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
        let honest = Some(at("2025-12-31T23:59:00Z"));
        let mut keeper = Timekeeper::default();
        assert_eq!(keeper.compare(&liar, TOLERANCE, || honest), None);
        assert_eq!(keeper.compare(&liar, TOLERANCE, || Some(at("2023-01-01T00:00:00Z"))), Some(-94_694_400));

        let mut keeper = Timekeeper::default();
        let told: Vec<_> = (0..4).map(|_| keeper.compare(&liar, TOLERANCE, || honest)).collect();
        assert_eq!(told, [None, None, Some(-94_694_400), None]);
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let mut keeper = Timekeeper::default();
        let ends = Moment::new(Timestamp::MIN, Duration::MAX).with_server_time(Some(Timestamp::MAX));
        keeper.advance(&ends);
        assert!(keeper.compare(&ends, Duration::MAX, || None).is_none());
        assert!(keeper.compare(&ends, TOLERANCE, || Some(Timestamp::MAX)).is_some());
        assert_eq!(keeper.correct(Timestamp::MAX), Timestamp::MAX);
    }
}
