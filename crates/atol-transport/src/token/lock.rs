//! The lock on logins: those who share a store send one after the other, and find what the one before has left.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// While it lives, nobody else who shares the store logs in with its key: see
/// [`TokenStore::try_lock`](super::TokenStore::try_lock).
///
/// ```
/// use atol_transport::token::StoreLock;
///
/// # let directory = tempfile::tempdir()?;
/// // Whatever unlocks when it is dropped.
/// let lock = StoreLock::new(tempfile::tempfile_in(directory)?);
/// assert_eq!(format!("{lock:?}"), "StoreLock(held)");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct StoreLock(Option<Box<dyn Any + Send>>);

impl StoreLock {
    /// A lock that ends when `guard` is dropped.
    pub fn new(guard: impl Send + 'static) -> StoreLock {
        StoreLock(Some(Box::new(guard)))
    }

    /// What a store hands out that keeps no locks.
    pub fn none() -> StoreLock {
        StoreLock(None)
    }

    /// Whether it keeps anybody out.
    pub(super) fn is_real(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreLock({})", if self.is_real() { "held" } else { "none" })
    }
}

/// Where a login keeps its lock: until it is over, or gone with its runtime, or nobody waits for it any more.
#[derive(Debug, Default)]
pub(super) struct Holding(Arc<Mutex<Hold>>);

/// Ends what is held from outside.
#[derive(Debug, Clone)]
pub(super) struct Release(Weak<Mutex<Hold>>);

#[derive(Debug, Default)]
enum Hold {
    /// The lock is still to come.
    #[default]
    Free,
    Held {
        _lock: StoreLock,
    },
    /// It is over, or has come too late.
    Released,
}

impl Holding {
    /// Keeps the lock, unless it comes after the release.
    pub(super) fn keep(&self, lock: StoreLock) {
        let mut hold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*hold, Hold::Free) {
            *hold = Hold::Held { _lock: lock };
        }
    }

    pub(super) fn release(&self) -> Release {
        Release(Arc::downgrade(&self.0))
    }
}

impl Release {
    pub(super) fn now(&self) {
        if let Some(hold) = self.0.upgrade() {
            *hold.lock().unwrap_or_else(PoisonError::into_inner) = Hold::Released;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a lock that is kept now stays.
    fn keeps(holding: &Holding) -> bool {
        let guard = Arc::new(());
        holding.keep(StoreLock::new(Arc::clone(&guard)));
        Arc::strong_count(&guard) == 2
    }

    #[test]
    fn a_lock_that_comes_after_the_release_is_given_back() {
        let holding = Holding::default();
        assert!(keeps(&holding));
        let holding = Holding::default();
        holding.release().now();
        assert!(!keeps(&holding));
    }
}
