//! The parts of retrying, put together.

use std::sync::Arc;

use super::{
    Backoff, Budget, Decision, ExponentialBackoff, Policy, Random, State, ThreadRandom, TokenBucket,
    TransientErrors,
};
use crate::error::{Error, Result};

/// How the attempts of a call are repeated: a [`Policy`], a [`Backoff`], a [`Budget`] and a source of jitter.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::retry::{ExponentialBackoff, Policy, RetryPolicy, TransientErrors};
///
/// let patient = RetryPolicy::default()
///     .with_policy(TransientErrors.with_attempt_limit(10).with_time_limit(Duration::from_secs(300)))
///     .with_backoff(ExponentialBackoff::new(Duration::from_secs(1), Duration::from_secs(60)));
/// patient.validate()?;
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// A clone shares the budget and the source of jitter with the original; a client and its clones have one.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    pub(super) policy: Arc<dyn Policy>,
    pub(super) backoff: Arc<dyn Backoff>,
    pub(super) budget: Arc<dyn Budget>,
    pub(super) random: Arc<dyn Random>,
}

impl Default for RetryPolicy {
    /// [`TransientErrors`] with 4 attempts in all, [`ExponentialBackoff`] from 0.5 s to 20 s, and a
    /// [`TokenBucket`] of its own.
    fn default() -> Self {
        RetryPolicy {
            policy: Arc::new(TransientErrors.with_attempt_limit(4)),
            backoff: Arc::new(ExponentialBackoff::default()),
            budget: Arc::new(TokenBucket::default()),
            random: Arc::new(ThreadRandom),
        }
    }
}

impl RetryPolicy {
    /// One attempt only, whatever happens; not even a stale pooled connection is made up for.
    pub fn never() -> RetryPolicy {
        RetryPolicy::default().with_policy(Never)
    }

    /// Sets what is repeated.
    #[must_use]
    pub fn with_policy(mut self, policy: impl Policy) -> RetryPolicy {
        self.policy = Arc::new(policy);
        self
    }

    /// Sets how long to wait.
    #[must_use]
    pub fn with_backoff(mut self, backoff: impl Backoff) -> RetryPolicy {
        self.backoff = Arc::new(backoff);
        self
    }

    /// Sets how much may be repeated in all.
    #[must_use]
    pub fn with_budget(mut self, budget: impl Budget) -> RetryPolicy {
        self.budget = Arc::new(budget);
        self
    }

    /// Sets where the jitter comes from.
    #[must_use]
    pub fn with_random(mut self, random: impl Random) -> RetryPolicy {
        self.random = Arc::new(random);
        self
    }

    /// Refuses settings under which no call could succeed or no wait would happen.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) that names the setting.
    pub fn validate(&self) -> Result<()> {
        self.policy.validate()?;
        self.backoff.validate()?;
        self.budget.validate()
    }
}

/// The policy of [`RetryPolicy::never`].
#[derive(Debug)]
struct Never;

impl Policy for Never {
    fn decide(&self, _: &State, _: &Error) -> Decision {
        Decision::Permanent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_part_is_validated() {
        assert!(RetryPolicy::default().validate().is_ok());
        assert!(RetryPolicy::never().validate().is_ok());
        let no_wait = ExponentialBackoff::new(Duration::ZERO, Duration::ZERO);
        let wrong = [
            RetryPolicy::default().with_policy(TransientErrors.with_attempt_limit(0)),
            RetryPolicy::default().with_backoff(no_wait),
            RetryPolicy::default().with_budget(TokenBucket::new(0, 1)),
        ];
        for policy in wrong {
            assert!(policy.validate().unwrap_err().is_config(), "{policy:?}");
        }
    }

    #[test]
    fn a_clone_shares_the_budget() {
        let policy = RetryPolicy::default().with_budget(TokenBucket::new(1, 1));
        assert!(policy.clone().budget.withdraw());
        assert!(!policy.budget.withdraw());
    }
}
