//! One request of a reading: what it is for, and what its page has brought.

use super::pass::Pass;
use super::seen::Mark;

/// What the page at hand is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    First,
    /// Begins with the last element read. If `Behind` saw more, that is to follow.
    Overlap {
        sees_more: bool,
    },
    /// Begins behind the last element read. At first it is only looked whether there is anything: a page that overlaps
    /// keeps the order. Where none does, it is read. Asked once more when this was refused.
    Behind {
        reads: bool,
        once_more: bool,
    },
    /// Does the last element still stand where it stood, alone?
    Confirm,
    /// Is there still what was seen?
    Again {
        pass: Pass,
        /// Then the list is complete.
        is_last: bool,
    },
    /// Is there something for every offset? Asked when a page began anew, or the last element was found alone.
    ProbeFar {
        is_confirmed: bool,
    },
    /// Is `offset` ignored, or did so much change?
    ProbeNear,
    /// Is it heeded when it is that of a whole page?
    ProbeNext,
    /// Begins with an element that was read before.
    Back {
        offset: u64,
    },
    Done,
}

impl Step {
    /// For the first time.
    pub(super) fn behind(reads: bool) -> Step {
        Step::Behind { reads, once_more: false }
    }

    /// From the beginning.
    pub(super) fn again(is_last: bool) -> Step {
        Step::Again { pass: Pass::default(), is_last }
    }
}

/// What the page at hand has brought so far.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) read: u64,
    /// Of them, those of whose like there was none before.
    pub(super) new: u64,
    pub(super) first: Option<Mark>,
    pub(super) last: Option<Mark>,
    /// It does not begin as it should, so nothing in it counts.
    pub(super) is_unfit: bool,
    /// It begins with what may follow the last element.
    pub(super) goes_on: bool,
}

/// What to do with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is new.
    New,
    /// It came before.
    Known,
    /// Neither it nor the rest of the page is of use: end the page.
    Enough,
}
