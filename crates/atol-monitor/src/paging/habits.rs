//! How a server has been seen to cut its pages.

use super::seen::Mark;
use super::step::Progress;

/// Who hands out as many elements at once cuts no page down to a single one.
const MANY: u64 = 100;

/// What a server has shown of its ways with `limit` and `offset`.
#[derive(Debug, Default)]
pub(super) struct Habits {
    /// The first element of the list.
    pub(super) first: Option<Mark>,
    /// How many elements the first page had.
    pub(super) first_page: u64,
    /// The most elements that a page had.
    largest: u64,
    /// A page had so many elements that the server does not go on to hand out single ones.
    pub(super) hands_out_many: bool,
    /// A page began with another element than the first one.
    pub(super) heeds_offset: bool,
    /// There is a page for every offset.
    pub(super) is_endless: bool,
}

impl Habits {
    /// Takes note of a page that was read. Whether it was shorter than might be expected, so that it may be the last.
    pub(super) fn observe(&mut self, offset: u64, limit: u64, page: &Progress) -> bool {
        let expected = if offset == 0 { limit } else { self.largest };
        let is_short = page.read == 1 || page.read < expected;
        self.hands_out_many |= page.read >= MANY;
        if offset == 0 {
            (self.first, self.first_page, self.largest) = (page.first, page.read, page.read);
        } else {
            self.largest = self.largest.max(page.read);
        }
        is_short
    }

    /// Whether a page begins like the list.
    pub(super) fn begins_anew(&self, page: &Progress) -> bool {
        page.first.is_some() && page.first == self.first
    }
}
