//! Whether a repeat is allowed, given how the calls of this client have fared.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// May another attempt be made? Keeps a fleet of callers from multiplying the load on a service that is down.
///
/// One budget is shared by all calls of a client. First attempts are free, so that recovery is noticed at once.
///
/// ```
/// use atol_transport::retry::{Budget, RetryPolicy};
///
/// /// No limit. For a single command that is run by hand.
/// #[derive(Debug)]
/// struct Unlimited;
///
/// impl Budget for Unlimited {
///     fn withdraw(&self) -> bool {
///         true
///     }
///     fn deposit(&self) {}
/// }
///
/// let policy = RetryPolicy::default().with_budget(Unlimited);
/// # let _ = policy;
/// ```
pub trait Budget: Debug + Send + Sync + 'static {
    /// Pays for one repeat; `false` when there is not enough left.
    fn withdraw(&self) -> bool;

    /// Notes that a call succeeded.
    fn deposit(&self);

    /// Refuses settings that make no sense.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the setting.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// A bucket of repeats: full at first, one is taken out for each repeat, and every so many successes put one
/// back. Needs no clock: time alone heals nothing, successes show that the service is well.
///
/// ```
/// use atol_transport::retry::{Budget, TokenBucket};
///
/// let bucket = TokenBucket::new(1, 2);
/// assert!(bucket.withdraw());
/// assert!(!bucket.withdraw());
/// bucket.deposit();
/// assert!(!bucket.withdraw()); // one success of two
/// bucket.deposit();
/// assert!(bucket.withdraw());
/// ```
#[derive(Debug)]
pub struct TokenBucket {
    /// What is left, in successes, so that everything is whole numbers.
    left: AtomicU64,
    full: u64,
    /// What a repeat costs, in successes.
    price: u64,
}

impl Default for TokenBucket {
    /// 100 repeats, and one more for every 10 successes: a tenth more requests in the long run, and an outage
    /// of any length costs 100 requests more than it would without retries.
    fn default() -> Self {
        TokenBucket::new(100, 10)
    }
}

impl TokenBucket {
    /// A bucket that holds `repeats` and gets one back for every `successes`.
    pub fn new(repeats: u32, successes: u32) -> TokenBucket {
        let price = u64::from(successes);
        let full = u64::from(repeats) * price;
        TokenBucket { left: AtomicU64::new(full), full, price }
    }
}

impl Budget for TokenBucket {
    fn withdraw(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(self.price))
            .is_ok()
    }

    fn deposit(&self) {
        // Fails when the bucket is full, which is how it should be nearly always.
        let _ = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < self.full).then(|| left + 1));
    }

    fn validate(&self) -> Result<()> {
        if self.full == 0 {
            return Err(Error::new(
                ErrorKind::Config,
                "a retry budget of 0 repeats, or with a repeat for every 0 successes, makes no sense: use 1 or more, or `RetryPolicy::never()`",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_granted_for_exactly_every_so_many_successes() {
        // 0.6 % of the calls: where tower's budget grants 100 %.
        let bucket = TokenBucket::new(10, 167);
        let drained = std::iter::repeat_with(|| bucket.withdraw()).take_while(|granted| *granted).count();
        assert_eq!(drained, 10);
        let granted = (0..167 * 5)
            .filter(|_| {
                bucket.deposit();
                bucket.withdraw()
            })
            .count();
        assert_eq!(granted, 5);
    }

    #[test]
    fn successes_do_not_fill_it_beyond_its_size() {
        for price in [1, 10] {
            let bucket = TokenBucket::new(3, price);
            (0..10_000).for_each(|_| bucket.deposit());
            let drained = std::iter::repeat_with(|| bucket.withdraw()).take_while(|granted| *granted).count();
            assert_eq!(drained, 3);
        }
    }

    #[test]
    fn many_threads_together_get_no_more_than_there_is() {
        let bucket = TokenBucket::new(1000, 7);
        let granted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..500).filter(|_| bucket.withdraw()).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(granted, 1000);
    }

    #[test]
    fn an_empty_bucket_is_refused_and_the_largest_does_not_overflow() {
        assert!(TokenBucket::new(0, 10).validate().unwrap_err().is_config());
        assert!(TokenBucket::new(10, 0).validate().unwrap_err().is_config());
        let largest = TokenBucket::new(u32::MAX, u32::MAX);
        largest.deposit();
        assert!(largest.withdraw());
        assert!(TokenBucket::default().validate().is_ok());
    }
}
