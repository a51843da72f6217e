//! How long to wait before the next attempt.

use std::fmt::Debug;
use std::time::Duration;

use super::{Random, State};
use crate::error::{Error, ErrorKind, Result};

/// How long to wait after a failed attempt?
///
/// ```
/// use std::time::Duration;
/// use atol_transport::retry::{Backoff, Random, RetryPolicy, State};
///
/// /// The same wait each time. Mind that callers which fail together then also come back together.
/// #[derive(Debug)]
/// struct Constant(Duration);
///
/// impl Backoff for Constant {
///     fn delay(&self, _: &State, _: &dyn Random) -> Duration {
///         self.0
///     }
/// }
///
/// let policy = RetryPolicy::default().with_backoff(Constant(Duration::from_secs(2)));
/// # let _ = policy;
/// ```
pub trait Backoff: Debug + Send + Sync + 'static {
    /// The wait after the attempt number [`State::attempts`] failed.
    fn delay(&self, state: &State, random: &dyn Random) -> Duration;

    /// Refuses settings that make no sense.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the setting.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Waits between nothing and a ceiling that doubles from attempt to attempt, all values equally likely
/// ("full jitter"): of all backoffs the one under which a crowd of callers spreads best.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::retry::{Backoff, ExponentialBackoff, SeededRandom, State};
///
/// let backoff = ExponentialBackoff::default();
/// let delay = backoff.delay(&State::default(), &SeededRandom::new(1));
/// assert!(delay <= Duration::from_millis(500));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExponentialBackoff {
    base: Duration,
    cap: Duration,
}

impl Default for ExponentialBackoff {
    /// A ceiling of 0.5 s after the first attempt, and never more than 20 s.
    fn default() -> Self {
        ExponentialBackoff::new(Duration::from_millis(500), Duration::from_secs(20))
    }
}

impl ExponentialBackoff {
    /// A ceiling of `base` after the first attempt that doubles up to `cap`.
    pub fn new(base: Duration, cap: Duration) -> ExponentialBackoff {
        ExponentialBackoff { base, cap }
    }

    fn ceiling(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempts.saturating_sub(1));
        doubled.and_then(|factor| self.base.checked_mul(factor)).unwrap_or(Duration::MAX).min(self.cap)
    }
}

impl Backoff for ExponentialBackoff {
    fn delay(&self, state: &State, random: &dyn Random) -> Duration {
        // 2^64 ns are 584 years, so nothing real is cut off here.
        let ceiling = u64::try_from(self.ceiling(state.attempts).as_nanos()).unwrap_or(u64::MAX);
        // The upper half of the product is spread evenly over 0..=ceiling, down to the nanosecond.
        let scaled = u128::from(random.next_u64()) * (u128::from(ceiling) + 1);
        Duration::from_nanos(u64::try_from(scaled >> 64).unwrap_or(ceiling))
    }

    fn validate(&self) -> Result<()> {
        if self.base.is_zero() || self.cap.is_zero() {
            return Err(Error::new(
                ErrorKind::Config,
                format!(
                    "the backoff from {:?} to {:?} would not wait at all: use a base and a cap above zero",
                    self.base, self.cap
                ),
            ));
        }
        if self.base > self.cap {
            return Err(Error::new(
                ErrorKind::Config,
                format!("the backoff's base {:?} is above its cap {:?}: exchange them", self.base, self.cap),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::SeededRandom;
    use super::*;
    use proptest::prelude::*;

    /// Always the same number.
    #[derive(Debug)]
    struct Fixed(u64);

    impl Random for Fixed {
        fn next_u64(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let backoff = ExponentialBackoff::default();
        let highest = |attempts| backoff.delay(&State::default().with_attempts(attempts), &Fixed(u64::MAX));
        let seconds: Vec<_> = (1..=8).map(|attempts| highest(attempts).as_secs_f64()).collect();
        assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]);
        assert_eq!(highest(u32::MAX), Duration::from_secs(20));
        assert_eq!(backoff.delay(&State::default(), &Fixed(0)), Duration::ZERO);
    }

    #[test]
    fn settings_that_would_not_wait_are_refused() {
        let refusal = |base, cap| {
            ExponentialBackoff::new(Duration::from_secs(base), Duration::from_secs(cap))
                .validate()
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refusal(0, 5),
            "the backoff from 0ns to 5s would not wait at all: use a base and a cap above zero"
        );
        assert_eq!(
            refusal(5, 0),
            "the backoff from 5s to 0ns would not wait at all: use a base and a cap above zero"
        );
        assert_eq!(refusal(30, 5), "the backoff's base 30s is above its cap 5s: exchange them");
        let always_the_same = ExponentialBackoff::new(Duration::from_secs(5), Duration::from_secs(5));
        assert!(always_the_same.validate().is_ok());
    }

    fn durations() -> impl Strategy<Value = Duration> {
        prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::MAX),
            (0..100_u64, 0..1_000_000_000_u32).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
            (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
        ]
    }

    proptest! {
        #[test]
        fn no_delay_exceeds_the_cap_or_panics(
            base in durations(),
            cap in durations(),
            attempts in prop_oneof![0..70_u32, any::<u32>(), Just(u32::MAX)],
            random in prop_oneof![Just(0), Just(u64::MAX), any::<u64>()],
        ) {
            let backoff = ExponentialBackoff::new(base, cap);
            let delay = backoff.delay(&State::default().with_attempts(attempts), &Fixed(random));
            prop_assert!(delay <= cap);
            prop_assert!(attempts > 1 || delay <= base);
        }

        #[test]
        fn the_whole_range_is_used(base in 1..10_000_u64, seed in any::<u64>()) {
            let backoff = ExponentialBackoff::new(Duration::from_millis(base), Duration::MAX);
            let random = SeededRandom::new(seed);
            let delays: Vec<_> =
                (0..200).map(|_| backoff.delay(&State::default(), &random).as_secs_f64() * 1e3).collect();
            let base = f64::from(u32::try_from(base).unwrap());
            prop_assert!(delays.iter().any(|delay| *delay < base * 0.2));
            prop_assert!(delays.iter().any(|delay| *delay > base * 0.8));
        }
    }
}
