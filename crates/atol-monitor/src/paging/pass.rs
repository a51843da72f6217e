//! What one reading of a list saw, to compare with the next.

use super::seen::Mark;

/// What stood at which place, in one reading from the beginning. Equal ones have seen the same list.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    places: u64,
    digest: Mark,
}

impl Pass {
    /// Takes in the element at this place. Pages overlap, and each place counts once.
    pub(super) fn take_in(&mut self, place: u64, mark: Mark) {
        if place == 0 {
            *self = Pass::default();
        }
        if place == self.places {
            self.places += 1;
            self.digest = self.digest.rotate_left(1) ^ mark;
        }
    }
}
