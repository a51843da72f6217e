//! What one reading of a list saw.

use super::seen::{Mark, Sight};

/// What stood at the places of a list, in one reading from the beginning.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Pass {
    places: u64,
    /// The sum of what stood there. Its order does not matter.
    sum: Mark,
    /// Places with an element that stands at another one, too, as different pages have it.
    repeats: u64,
}

impl Pass {
    /// Takes in the element at this place. Pages overlap, and each place counts once.
    pub(super) fn take_in(&mut self, place: u64, mark: Mark, sight: Sight) {
        if place == self.places {
            self.places += 1;
            self.sum = self.sum.wrapping_add(mark);
            self.repeats += u64::from(sight == Sight::InThisReading);
        }
    }

    /// How many places were looked at.
    pub(super) fn places(&self) -> u64 {
        self.places
    }

    /// Whether there are more places than elements. What one page has twice stands in the list twice; what two pages have
    /// may have moved in between.
    pub(super) fn has_repeats(&self) -> bool {
        self.repeats > 0
    }

    /// Whether the same elements were seen.
    pub(super) fn equals(&self, other: &Pass) -> bool {
        (self.places, self.sum) == (other.places, other.sum)
    }
}
