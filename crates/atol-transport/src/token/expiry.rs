//! How long a token lives, by two clocks.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;

/// The life of a token, from its issue.
pub(super) const LIFE: Duration = Duration::from_secs(24 * 3600);

/// The age at which an early refresh may begin: 2 h before the end.
const REFRESH_FROM: Duration = Duration::from_secs(22 * 3600);

/// Early refreshes of many clients are spread over an hour, which leaves another 50 min for repeats before the
/// last 10 min.
const REFRESH_SPREAD: Duration = Duration::from_secs(3600);

/// When a token was asked for, by the monotonic clock and by the wall clock.
///
/// Its age is the greater of the two ages: the monotonic clock stands still while the machine sleeps, the wall
/// clock goes wrong when somebody sets it back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lifetime {
    /// Monotonic time at which we began to count, and the age that the token had then.
    since: Duration,
    age_then: Duration,
    obtained_at: Timestamp,
}

impl Lifetime {
    /// A life that begins now: call it right before the request for the token is sent.
    pub(super) fn begin(clock: &dyn Clock) -> Lifetime {
        Lifetime { since: clock.monotonic(), age_then: Duration::ZERO, obtained_at: clock.wall() }
    }

    /// The life of a token that was stored, perhaps by another process: only the wall clock can tell its age.
    ///
    /// `None` when that age is not between zero and the full life.
    pub(super) fn resume(clock: &dyn Clock, obtained_at: Timestamp) -> Option<Lifetime> {
        let age_then = Duration::try_from(clock.wall().duration_since(obtained_at)).ok()?;
        (age_then < LIFE).then(|| Lifetime { since: clock.monotonic(), age_then, obtained_at })
    }

    /// When the token was asked for, by the wall clock of that moment.
    pub(super) fn obtained_at(&self) -> Timestamp {
        self.obtained_at
    }

    /// The greater of the ages by the two clocks.
    pub(super) fn age(&self, clock: &dyn Clock) -> Duration {
        let monotonic = clock.monotonic().saturating_sub(self.since).saturating_add(self.age_then);
        let wall = Duration::try_from(clock.wall().duration_since(self.obtained_at)).unwrap_or_default();
        monotonic.max(wall)
    }

    /// Whether the token must not be used any more.
    pub(super) fn is_over(&self, clock: &dyn Clock) -> bool {
        self.age(clock) >= LIFE
    }
}

/// The age at which one token is to be refreshed early; `random` is from 0 to 1.
pub(super) fn refresh_age(random: f64) -> Duration {
    REFRESH_FROM + REFRESH_SPREAD.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::VirtualClock;

    const HOUR: Duration = Duration::from_secs(3600);

    fn noon() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn k03_a_clock_before_1970_leaves_the_monotonic_one_to_count() {
        let clock = VirtualClock::starting_at("1903-01-01T00:00:00Z".parse().unwrap());
        assert!(Lifetime::resume(&clock, noon()).is_none(), "a token from the future");
        let lifetime = Lifetime::begin(&clock);
        clock.sleep(23 * HOUR).await;
        assert!(!lifetime.is_over(&clock));
        clock.sleep(HOUR).await;
        assert!(lifetime.is_over(&clock));
    }

    #[tokio::test(start_paused = true)]
    async fn a_life_ends_after_a_day_of_either_clock() {
        let clock = VirtualClock::starting_at(noon());
        let life = Lifetime::begin(&clock);
        clock.sleep(23 * HOUR + Duration::from_secs(3599)).await;
        assert!(!life.is_over(&clock));
        clock.set_wall(noon());
        assert!(!life.is_over(&clock), "the wall clock was set back");
        clock.sleep(Duration::from_secs(1)).await;
        assert!(life.is_over(&clock), "the monotonic clock is not fooled");

        let life = Lifetime::begin(&clock);
        clock.set_wall("2026-11-25T18:00:00Z".parse().unwrap());
        assert!(life.is_over(&clock), "the machine slept 30 h, of which the monotonic clock knows nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stored_life_goes_on_where_it_was() {
        let clock = VirtualClock::starting_at(noon());
        let life = Lifetime::resume(&clock, "2026-11-24T02:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(life.age(&clock), 10 * HOUR);
        clock.set_wall(noon());
        clock.sleep(14 * HOUR).await;
        assert!(life.is_over(&clock));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stored_life_of_no_plausible_age_is_none() {
        let clock = VirtualClock::starting_at(noon());
        for obtained_at in ["2026-11-23T12:00:00Z", "2026-11-24T12:00:01Z", "-009999-01-02T01:59:59Z"] {
            assert!(Lifetime::resume(&clock, obtained_at.parse().unwrap()).is_none(), "{obtained_at}");
        }
        assert!(Lifetime::resume(&clock, Timestamp::MAX).is_none());
    }

    #[test]
    fn early_refreshes_stay_in_their_window() {
        assert_eq!(refresh_age(0.0), 22 * HOUR);
        assert!(refresh_age(1.0) + Duration::from_secs(600) <= LIFE);
        assert_eq!(refresh_age(f64::INFINITY), 23 * HOUR);
    }
}
