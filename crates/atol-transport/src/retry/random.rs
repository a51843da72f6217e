//! Where the jitter comes from.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A source of random numbers. One source is shared by all calls of a client and never cloned, so that no two
/// calls see the same sequence.
pub trait Random: fmt::Debug + Send + Sync + 'static {
    /// The next number, all values equally likely.
    fn next_u64(&self) -> u64;
}

/// The default: the generator of the thread, seeded by itself, differently in each thread and process.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a source without settings")]
pub struct ThreadRandom;

impl Random for ThreadRandom {
    fn next_u64(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// One reproducible sequence, for tests.
///
/// ```
/// use atol_transport::retry::{Random, SeededRandom};
///
/// assert_eq!(SeededRandom::new(7).next_u64(), SeededRandom::new(7).next_u64());
/// ```
pub struct SeededRandom(Mutex<fastrand::Rng>);

impl SeededRandom {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}

impl fmt::Debug for SeededRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededRandom").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_not_told_by_its_debug_form() {
        assert_eq!(format!("{:?}", SeededRandom::new(7)), "SeededRandom { .. }");
    }
}
