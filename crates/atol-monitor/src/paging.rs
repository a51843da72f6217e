//! Reads a whole list page by page, right whatever the server does with `limit` and `offset`.
//!
//! Nothing is known of the service's paging (its default and largest `limit`, whether a page may be short, what lies
//! behind the end), so nothing is assumed but that what stays in the list keeps its order. From that follows one rule:
//! **a page may be read when it begins with a register that is known**, because whatever was in the list all the time and
//! is not known yet stands behind it. So each page but the first is asked for one element earlier than needed. When it
//! begins with something else, elements were removed before it, and the reading goes back; what is known already is
//! passed over.
//!
//! # The end
//!
//! It takes two questions. A page may be short for reasons of the server's own, so the first asks what stands behind the
//! last element. Nothing does; but if an element was removed just before, what followed the last one now stands in its
//! place and was not looked for. So the second asks whether the last element still stands where it stood, alone. Only a
//! server that hands out single elements, and whose list loses one and gains one within these two requests, gets past.
//!
//! # Servers that ignore `offset`
//!
//! Their second page begins with the first element of the list. So does that of a server that does not, after as many
//! elements were added as `offset` says: a small offset is tried again with one that is far behind every list. And so
//! does that of a server that answers its first page for whatever lies behind the end, after elements were removed: the
//! offset 1 is tried, too.
//!
//! What cannot be told is a server that ignores `offset` and holds something back although `limit` leaves room for it.
//!
//! # Servers that keep no order
//!
//! A list that is sorted anew for each request cannot be read by places. It shows in the end: there are more places than
//! different registers. Then the reading begins anew, until nothing is missing or two readings in a row saw the same at
//! each place: in that list a register just stands twice.

mod pass;
mod seen;

use self::pass::Pass;
pub(crate) use self::seen::Identity;
use self::seen::{Mark, Seen};
use crate::error::{Error, ErrorKind, Result};
use crate::page::Page;

/// As many registers as are asked for at once.
pub(crate) const PAGE_SIZE: u64 = 1000;

/// How often in a row the reading goes back without finding anything new. The list has to change each time.
const RETURNS: u32 = 8;

/// How many requests in a row bring the reading no further. The end and all doubts about it take fewer.
const IDLE: u32 = 16;

/// More registers than any customer has: where a server that never ends is stopped.
const MOST_REGISTERS: u64 = 5_000_000;

/// More elements than these are not added to a list between two requests.
const FEW: u64 = 100;

/// An offset behind the end of every list.
const FAR: u64 = 1_000_000_000;

/// The state of reading one list: says which page comes next and what of it is new.
#[derive(Debug)]
pub(crate) struct Pager {
    limit: u64,
    step: Step,
    seen: Seen,
    first: Option<Mark>,
    last: Option<Mark>,
    /// A page began with another element than the first one.
    heeds_offset: bool,
    /// How many elements the first page had.
    first_page: u64,
    /// Where in the list the reading is: the offset of what follows `last`.
    count: u64,
    /// The furthest that it was.
    furthest: u64,
    /// The most elements that a page had.
    largest: u64,
    returns: u32,
    idle: u32,
    /// How many registers are too many.
    most: u64,
    /// The reading since the beginning, and the one before that came to the end.
    pass: Pass,
    last_pass: Option<Pass>,
    page: Progress,
}

/// What the page at hand is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    First,
    /// Begins with the last element read.
    Overlap,
    /// Begins behind the last element read. Where pages hold more than one element, it is only looked whether there is
    /// anything: a page that overlaps keeps the order.
    Behind {
        is_peek: bool,
    },
    /// `Behind` found nothing, or elements that stand elsewhere: does the last element still stand where it stood, alone?
    Confirm,
    /// `Behind` found more, up to these: does the last element still stand before them?
    Verify {
        last: Option<Mark>,
        count: u64,
    },
    /// Is `offset` ignored, or was so much added?
    ProbeFar,
    /// Is `offset` ignored, or was so much removed?
    ProbeNear,
    /// Begins with an element that was read before.
    Back {
        offset: u64,
    },
    Done,
}

/// What the page at hand has brought so far.
#[derive(Debug, Default)]
struct Progress {
    read: u64,
    /// Of them, those of whose like there was none before.
    new: u64,
    /// Of them, those that equal one before, but stand elsewhere: records without a serial number.
    equal: u64,
    first: Option<Mark>,
    last: Option<Mark>,
    /// It does not begin as it should, so nothing in it counts.
    is_unfit: bool,
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

impl Pager {
    /// A reader that remembers everything.
    pub(crate) fn new(limit: u64) -> Pager {
        Pager::remembering(limit, usize::MAX)
    }

    /// A reader that remembers the first `most` elements. When the list changes after so many, it is given up.
    pub(crate) fn remembering(limit: u64, most: usize) -> Pager {
        Pager {
            limit,
            step: Step::First,
            seen: Seen::up_to(most),
            first: None,
            last: None,
            heeds_offset: false,
            first_page: 0,
            count: 0,
            furthest: 0,
            // What a page is expected to have until one has come.
            largest: limit,
            returns: 0,
            idle: 0,
            most: MOST_REGISTERS,
            pass: Pass::default(),
            last_pass: None,
            page: Progress::default(),
        }
    }

    /// The page to ask for next; `None` when the list is complete.
    pub(crate) fn next(&self) -> Option<Page> {
        (self.step != Step::Done).then(|| Page::unchecked(self.limit, self.offset()))
    }

    /// How many elements were new so far.
    pub(crate) fn len(&self) -> u64 {
        self.seen.len()
    }

    /// Takes the next element of the page.
    pub(crate) fn element(&mut self, element: Identity<'_>) -> Verdict {
        let mark = self.seen.mark(element);
        if self.page.read == 0 {
            self.page.first = Some(mark);
            if !self.is_fit(element, mark) {
                self.page.is_unfit = true;
                return Verdict::Enough;
            }
        }
        let place = self.offset() + self.page.read;
        self.pass.take_in(place, mark);
        // It may be too far back to be remembered.
        let is_last = Some(mark) == self.last && place + 1 == self.count;
        self.page.read += 1;
        self.page.last = Some(mark);
        if is_last {
            return Verdict::Known;
        }
        if self.seen.insert(mark) {
            self.page.new += 1;
        } else if matches!(element, Identity::Text(_)) && place >= self.furthest {
            self.seen.count_equal();
            self.page.equal += 1;
        } else {
            return Verdict::Known;
        }
        Verdict::New
    }

    /// Ends the page, at its end or after [`Verdict::Enough`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`] when the list cannot be read to its end.
    pub(crate) fn end(&mut self) -> Result<()> {
        let page = std::mem::take(&mut self.page);
        let count = self.count;
        self.end_page(&page)?;
        let stands = page.new == 0 && self.count == count;
        self.idle = if stands { self.idle + 1 } else { 0 };
        if self.idle > IDLE {
            return Err(self.incomplete("the service answers otherwise each time"));
        }
        Ok(())
    }

    /// Whether this error may be what the server says of an offset behind the end: then the page is an empty one.
    pub(crate) fn is_beyond_end(&self, error: &Error) -> bool {
        let is_refusal = error
            .transport()
            .and_then(atol_transport::Error::status)
            .is_some_and(|status| matches!(status.as_u16(), 400 | 404 | 416));
        is_refusal && self.offset() > 0
    }

    fn end_page(&mut self, page: &Progress) -> Result<()> {
        let offset = self.offset();
        self.heeds_offset |= offset > 0 && page.first.is_some() && page.first != self.first;
        if page.new > 0 {
            self.returns = 0;
        }
        match std::mem::replace(&mut self.step, Step::Done) {
            // There is nothing, or all was removed.
            Step::First | Step::Back { offset: 0 } if page.read == 0 => Ok(()),
            Step::First => {
                self.first = page.first;
                self.first_page = page.read;
                self.go_on(offset, page)
            }
            Step::Behind { is_peek } => self.end_behind(is_peek, offset, page),
            Step::Confirm if page.first == self.last && page.read == 1 => self.end_at_last(),
            Step::Verify { last, count } if page.first == self.last && page.read == 1 => {
                (self.last, self.count) = (last, count);
                self.step = Step::Behind { is_peek: false };
                Ok(())
            }
            Step::ProbeFar if self.begins_anew(page) => {
                self.step = Step::ProbeNear;
                Ok(())
            }
            Step::ProbeNear if self.begins_anew(page) && !self.heeds_offset => self.end_without_offset(),
            Step::ProbeFar | Step::ProbeNear => self.go_back(self.count),
            Step::Back { .. } if page.read == 0 => self.go_back(0),
            _ if page.is_unfit && self.begins_anew(page) => self.suspect(offset),
            _ if page.read == 0 => self.go_back(offset),
            _ => self.go_on(offset, page),
        }
    }

    fn offset(&self) -> u64 {
        match self.step {
            Step::First | Step::Done => 0,
            Step::Overlap | Step::Confirm | Step::Verify { .. } => self.count.saturating_sub(1),
            Step::Behind { .. } => self.count,
            Step::Back { offset } => offset,
            Step::ProbeFar => FAR,
            Step::ProbeNear => 1,
        }
    }

    /// Whether the page may begin with this element.
    fn is_fit(&self, element: Identity<'_>, mark: Mark) -> bool {
        // A record without a serial number marks no place: there may be others like it.
        let is_known = matches!(element, Identity::Serial(_)) && self.seen.contains(mark);
        match self.step {
            Step::First | Step::Back { offset: 0 } => true,
            Step::Back { .. } => is_known,
            Step::Overlap | Step::Confirm | Step::Verify { .. } => {
                Some(mark) == self.last || Some(mark) != self.first && is_known
            }
            // Of what is not remembered nobody can say that it is new.
            Step::Behind { is_peek: false } => {
                Some(mark) != self.first && (self.seen.is_complete() || is_known)
            }
            Step::Behind { is_peek: true } | Step::ProbeFar | Step::ProbeNear | Step::Done => false,
        }
    }

    fn begins_anew(&self, page: &Progress) -> bool {
        page.first.is_some() && page.first == self.first
    }

    /// The page was fit: the reading is where it ended.
    fn go_on(&mut self, offset: u64, page: &Progress) -> Result<()> {
        self.count = offset + page.read;
        self.last = page.last;
        let is_further = self.count > self.furthest;
        self.take_in(page, self.count)?;
        // More places than registers: the server repeats itself.
        if page.new == 0 && page.read > 1 && self.count > self.seen.len() && is_further {
            return self.go_back(offset);
        }
        let is_short = page.read < self.largest || page.read == 1;
        self.largest = if offset == 0 { page.read } else { self.largest.max(page.read) };
        self.step = if is_short { Step::Behind { is_peek: page.read > 1 } } else { Step::Overlap };
        Ok(())
    }

    fn end_behind(&mut self, is_peek: bool, offset: u64, page: &Progress) -> Result<()> {
        let count = offset + page.read;
        let is_where_it_was = page.read > 0 && count <= self.furthest;
        self.take_in(page, count)?;
        self.step = if page.new + page.equal > 0 || is_where_it_was {
            Step::Verify { last: page.last, count }
        } else if page.is_unfit && !self.begins_anew(page) {
            if !is_peek {
                self.count_return()?;
            }
            Step::Overlap
        } else {
            Step::Confirm
        };
        Ok(())
    }

    /// The last element stands at the end, so `count` is what the list holds.
    fn end_at_last(&mut self) -> Result<()> {
        let is_unclear = self.count > self.seen.len() && self.seen.is_complete();
        if is_unclear && self.last_pass.replace(self.pass) != Some(self.pass) {
            // In other pieces, so that a server that takes turns between two orders cannot repeat itself.
            self.limit = (self.limit - self.limit / 4).max(2);
            return self.go_back(0);
        }
        Ok(())
    }

    fn take_in(&mut self, page: &Progress, count: u64) -> Result<()> {
        self.furthest = self.furthest.max(count);
        if self.seen.len() > self.most {
            return Err(self.incomplete("the list does not end"));
        }
        if page.new == 0 && page.equal > 0 {
            self.count_return()?;
        }
        Ok(())
    }

    /// A later page begins with the first element of the list.
    fn suspect(&mut self, offset: u64) -> Result<()> {
        if self.count != self.first_page {
            return self.go_back(offset);
        }
        self.count_return()?;
        self.step = if offset > FEW { Step::ProbeNear } else { Step::ProbeFar };
        Ok(())
    }

    /// The server ignores `offset`: nothing but the first page can be had.
    fn end_without_offset(&mut self) -> Result<()> {
        if self.count != self.limit {
            // It had room for more and gave no more: that was the whole list.
            return Ok(());
        }
        Err(self.incomplete("the service ignores `offset` and there may be more than one page"))
    }

    /// Goes back to where a known register may be: first by a page, then to the beginning.
    fn go_back(&mut self, offset: u64) -> Result<()> {
        self.count_return()?;
        if !self.seen.is_complete() {
            return Err(
                self.incomplete("it changed while it was being read, and it is too long to begin anew")
            );
        }
        let is_first_return = self.returns % 2 == 1;
        self.step =
            Step::Back { offset: if is_first_return { offset.saturating_sub(self.limit) } else { 0 } };
        Ok(())
    }

    fn count_return(&mut self) -> Result<()> {
        self.returns += 1;
        if self.returns > RETURNS {
            return Err(self.incomplete("it changed each time while it was being read"));
        }
        Ok(())
    }

    fn incomplete(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::Incomplete,
            format!("the list of registers is incomplete: {why}; {} registers were read", self.seen.len()),
        )
    }
}

#[cfg(test)]
mod tests;
