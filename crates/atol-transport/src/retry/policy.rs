//! Whether a failure should be repeated.

use std::fmt::Debug;
use std::time::Duration;

use super::State;
use crate::error::{Error, ErrorKind, Result};

/// What a [`Policy`] says about a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Another attempt would fail in the same way.
    Permanent,
    /// Another attempt might succeed, but there have been enough.
    Exhausted,
    /// Try again after the backoff.
    Continue,
    /// Try again at once, without backoff and without charge to the budget: the failure says nothing about
    /// the health of the service.
    ContinueAtOnce,
    /// Try again after this time plus the backoff. Plus, so that a thousand clients which were told the same
    /// do not come back in the same moment.
    ContinueAfter(Duration),
}

/// Should a failed attempt be repeated?
///
/// ```
/// use atol_transport::retry::{Decision, Policy, RetryPolicy, State};
/// use atol_transport::{Error, Sent};
///
/// /// Repeats only what certainly never reached the service: right for calls that change something there.
/// #[derive(Debug)]
/// struct NeverSent;
///
/// impl Policy for NeverSent {
///     fn decide(&self, state: &State, _: &Error) -> Decision {
///         match state.sent {
///             Sent::No => Decision::Continue,
///             _ => Decision::Permanent,
///         }
///     }
/// }
///
/// let policy = RetryPolicy::default().with_policy(NeverSent.with_attempt_limit(3));
/// # let _ = policy;
/// ```
///
/// An answer with an error status is put before the policy as the error that the caller would get.
/// A policy without a limit of its own goes on until the budget or the call's deadline ends it.
pub trait Policy: Debug + Send + Sync + 'static {
    /// Decides over `error`, with which the attempt number [`State::attempts`] ended.
    fn decide(&self, state: &State, error: &Error) -> Decision;

    /// How much time is left for further attempts; `None` for no limit. No wait goes beyond it.
    fn remaining_time(&self, state: &State) -> Option<Duration> {
        let _ = state;
        None
    }

    /// Refuses settings under which no call could succeed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the setting.
    fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// The same, with at most `attempts` attempts in all, the first one included.
    fn with_attempt_limit(self, attempts: u32) -> LimitedAttempts<Self>
    where
        Self: Sized,
    {
        LimitedAttempts { inner: self, attempts }
    }

    /// The same, with no attempt beginning later than `time` after the first.
    fn with_time_limit(self, time: Duration) -> LimitedTime<Self>
    where
        Self: Sized,
    {
        LimitedTime { inner: self, time }
    }
}

/// A policy with a limit to the number of attempts; see [`Policy::with_attempt_limit`].
#[derive(Debug, Clone)]
pub struct LimitedAttempts<P> {
    inner: P,
    attempts: u32,
}

impl<P: Policy> Policy for LimitedAttempts<P> {
    fn decide(&self, state: &State, error: &Error) -> Decision {
        limited(state.attempts >= self.attempts, self.inner.decide(state, error))
    }

    fn remaining_time(&self, state: &State) -> Option<Duration> {
        self.inner.remaining_time(state)
    }

    fn validate(&self) -> Result<()> {
        if self.attempts == 0 {
            return Err(Error::new(
                ErrorKind::Config,
                "the limit of attempts is 0: the first attempt counts, so use 1 or more",
            ));
        }
        self.inner.validate()
    }
}

/// A policy with a limit to the time in which attempts begin; see [`Policy::with_time_limit`].
#[derive(Debug, Clone)]
pub struct LimitedTime<P> {
    inner: P,
    time: Duration,
}

impl<P: Policy> Policy for LimitedTime<P> {
    fn decide(&self, state: &State, error: &Error) -> Decision {
        limited(state.elapsed >= self.time, self.inner.decide(state, error))
    }

    fn remaining_time(&self, state: &State) -> Option<Duration> {
        let ours = self.time.saturating_sub(state.elapsed);
        Some(self.inner.remaining_time(state).map_or(ours, |inner| inner.min(ours)))
    }

    fn validate(&self) -> Result<()> {
        if self.time.is_zero() {
            return Err(Error::new(
                ErrorKind::Config,
                "the time limit for retries is zero: use `RetryPolicy::never()` to make one attempt only",
            ));
        }
        self.inner.validate()
    }
}

/// A limit ends what would go on, and does not make a permanent failure look like bad luck.
fn limited(reached: bool, decision: Decision) -> Decision {
    if reached && decision != Decision::Permanent { Decision::Exhausted } else { decision }
}

#[cfg(test)]
mod tests {
    use super::super::TransientErrors;
    use super::*;
    use crate::error::ConnectFailure;

    fn refused() -> Error {
        Error::new(ErrorKind::Connect(ConnectFailure::Refused), "refused")
    }

    #[test]
    fn the_attempt_limit_counts_the_first_attempt() {
        let policy = TransientErrors.with_attempt_limit(3);
        let decide = |attempts| policy.decide(&State::default().with_attempts(attempts), &refused());
        assert_eq!(decide(1), Decision::Continue);
        assert_eq!(decide(2), Decision::Continue);
        assert_eq!(decide(3), Decision::Exhausted);
        assert_eq!(decide(u32::MAX), Decision::Exhausted);
    }

    #[test]
    fn the_time_limit_ends_attempts_and_shortens_what_remains() {
        let policy = TransientErrors.with_time_limit(Duration::from_secs(10)).with_time_limit(Duration::MAX);
        let after = |seconds| State::default().with_elapsed(Duration::from_secs(seconds));
        assert_eq!(policy.decide(&after(9), &refused()), Decision::Continue);
        assert_eq!(policy.decide(&after(10), &refused()), Decision::Exhausted);
        assert_eq!(policy.remaining_time(&after(7)), Some(Duration::from_secs(3)));
        assert_eq!(policy.remaining_time(&after(70)), Some(Duration::ZERO));
    }

    #[test]
    fn a_limit_of_attempts_leaves_the_time_limit_within_it() {
        let policy = TransientErrors.with_time_limit(Duration::from_secs(10)).with_attempt_limit(5);
        let state = State::default().with_elapsed(Duration::from_secs(7));
        assert_eq!(policy.remaining_time(&state), Some(Duration::from_secs(3)));
    }

    #[test]
    fn a_limit_does_not_hide_that_a_failure_is_permanent() {
        let policy = TransientErrors.with_attempt_limit(1).with_time_limit(Duration::from_secs(1));
        let state = State::default().with_elapsed(Duration::from_secs(5));
        assert_eq!(policy.decide(&state, &Error::new(ErrorKind::Config, "no")), Decision::Permanent);
    }

    #[test]
    fn limits_of_zero_are_refused_however_deep_they_are() {
        let none = TransientErrors.with_attempt_limit(0).with_time_limit(Duration::from_secs(1));
        assert_eq!(
            none.validate().unwrap_err().to_string(),
            "the limit of attempts is 0: the first attempt counts, so use 1 or more"
        );
        let no_time = TransientErrors.with_time_limit(Duration::ZERO).with_attempt_limit(1);
        assert_eq!(
            no_time.validate().unwrap_err().to_string(),
            "the time limit for retries is zero: use `RetryPolicy::never()` to make one attempt only"
        );
    }
}
