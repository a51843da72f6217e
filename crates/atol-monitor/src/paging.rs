//! Reads a whole list page by page, right whatever the server does with `limit` and `offset`.
//!
//! Nothing is known of the service's paging (its default and largest `limit`, whether a page may be short, what lies
//! behind the end). Assumed is that what stays in the list keeps its order, and that what leaves it does not come back
//! while it is read. Two rules follow.
//!
//! # Going on
//!
//! **A page may be read when it begins with a register that is known**, because whatever was in the list all the time and
//! is not known yet stands behind it. So each page but the first is asked for one element earlier than needed. When it
//! begins with something else, elements were removed before it, and the reading goes back; what is known already is
//! passed over.
//!
//! # The end
//!
//! **The list is complete when nothing stood behind n places, and n different registers were seen before that and again
//! after it.** At that moment they were all there and left no room for another. This needs no order and no overlap, so it
//! holds where those tell nothing:
//!
//! - The server hands out single registers, so that no page shows two neighbours. Those that stay are found in their order
//!   nevertheless: were one found before another that stands in front of it, one of those found even earlier would have
//!   to stand behind both, and so on until there is no earlier one. When the second look differs, the list is given up:
//!   what is found late would be told out of order.
//! - The server keeps no order. More places than registers tell so; then the reading begins anew and asks for everything
//!   at once. Only a register that one page has twice stands there twice. When different pages have it, that cannot be
//!   told from a changing order, and a list that cannot be had in one page is given up.
//!
//! **A server that hands out a hundred registers at once** does not go on to hand out single ones while more follow. There
//! nothing follows the last one if it stands where it stood, alone, and the second look at a long list is spared.
//!
//! **A refusal is not yet an end.** An offset behind it may be refused (400, 404, 416), and so may any other for reasons
//! of the server's own. So the last one has to be found alone, and of a list in small pages the end is looked for twice,
//! with all of the list before, between and after: whichever of the two refusals was an end, all was there at that moment.
//!
//! # Servers without an end
//!
//! Some answer a page, their first or last, for whatever lies behind the end. An offset behind every list tells, and no
//! moment shows their end, so they are trusted to hand out no single registers, too. Those that ignore `offset` are among
//! them: their second page begins with the first element of the list. After changes so may that of others; the offset 1
//! tells them apart, and an offset of one page those that know no others.
//!
//! # What cannot be told
//!
//! - That a server ignores `offset`, if only behind the end, and holds something back although `limit` leaves room for it.
//! - That a server which handed out a hundred registers, or has no end, cuts a page down to a single one although more
//!   follow.
//! - That registers which had left the list are back, just in time to be seen again.
//! - That a server which hands out a single register and refuses to go on has more; nor one that refuses both looks behind
//!   what is not the end.
//! - That a server which rounds offsets down to whole pages, and answers the first page behind the end, has a second one of
//!   less than the limit.
//! - Records without a serial number from each other, and a register from itself where it stands twice: in a list that
//!   changes meanwhile one of them may be taken for the other, and what stands between them be passed over. Where such a
//!   list is longer than is remembered, what stands twice may come twice.

mod end;
mod habits;
mod pass;
mod seen;
mod step;

use self::habits::Habits;
use self::pass::Pass;
pub(crate) use self::seen::Identity;
use self::seen::{Mark, Seen, Sight};
pub(crate) use self::step::Verdict;
use self::step::{Progress, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::page::Page;

/// As many registers as are asked for at once.
pub(crate) const PAGE_SIZE: u64 = 1000;

/// How often in a row the reading goes back without finding anything new. The list has to change each time, or to repeat
/// itself.
const RETURNS: u32 = 8;

/// How many requests in a row bring the reading no further. The end and all doubts about it take fewer.
const IDLE: u32 = 16;

/// More registers than any customer has: where a server that never ends is stopped.
const MOST_REGISTERS: u64 = 5_000_000;

/// As many are asked for at once where more are refused.
const FEW: u64 = 100;

/// An offset behind the end of every list.
const FAR: u64 = 1_000_000_000;

/// The state of reading one list: says which page comes next and what of it is new.
#[derive(Debug)]
pub(crate) struct Pager {
    limit: u64,
    step: Step,
    seen: Seen,
    habits: Habits,
    last: Option<Mark>,
    /// Where in the list the reading is: the offset of what follows `last`.
    count: u64,
    /// The furthest that it was.
    furthest: u64,
    /// Each page began with an element that was known. Otherwise the server hands out single ones.
    is_chained: bool,
    /// The list is asked for in one page, because it repeats itself.
    asks_for_all: bool,
    /// What was last asked for behind the last element was refused.
    is_refused_behind: bool,
    returns: u32,
    idle: u32,
    /// How many registers are too many.
    most: u64,
    /// The reading since the beginning.
    pass: Pass,
    page: Progress,
    /// What came instead of the last page.
    refusal: Option<Error>,
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
            habits: Habits::default(),
            last: None,
            count: 0,
            furthest: 0,
            is_chained: true,
            asks_for_all: false,
            is_refused_behind: false,
            returns: 0,
            idle: 0,
            most: MOST_REGISTERS,
            pass: Pass::default(),
            page: Progress::default(),
            refusal: None,
        }
    }

    /// The page to ask for next; `None` when the list is complete.
    pub(crate) fn next(&self) -> Option<Page> {
        (!matches!(self.step, Step::Done)).then(|| Page::unchecked(self.limit, self.offset()))
    }

    /// How many elements were new so far.
    pub(crate) fn len(&self) -> u64 {
        self.seen.len()
    }

    /// Takes the next element of the page.
    pub(crate) fn element(&mut self, element: Identity<'_>) -> Verdict {
        let mark = self.seen.mark(element);
        if let Step::Again { pass, .. } = &mut self.step {
            if pass.places() == self.pass.places() {
                return Verdict::Enough;
            }
            pass.take_in(pass.places(), mark, Sight::InEarlierReading);
            self.page.read += 1;
            return Verdict::Known;
        }
        if self.page.read == 0 {
            self.page.first = Some(mark);
            self.page.goes_on = self.goes_on(element, mark);
            self.page.is_unfit = !self.is_fit(element, mark);
            if self.page.is_unfit {
                return Verdict::Enough;
            }
        }
        let place = self.offset() + self.page.read;
        self.page.read += 1;
        self.page.last = Some(mark);
        // It may be too far back to be remembered.
        if Some(mark) == self.last && place + 1 == self.count && !self.seen.contains(mark) {
            return Verdict::Known;
        }
        let sight = self.seen.insert(mark);
        let is_mended = self.seen.mends(element, mark, sight);
        let is_nameless = matches!(element, Identity::Nameless);
        self.pass.take_in(place, mark, if is_nameless { Sight::New } else { sight });
        if sight == Sight::New {
            self.page.new += 1;
        } else if is_mended || is_nameless && place >= self.furthest {
            self.seen.count_equal();
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
        self.refusal = None;
        self.end_request()
    }

    /// After a page, or a refusal of it.
    fn end_request(&mut self) -> Result<()> {
        let page = std::mem::take(&mut self.page);
        self.seen.begin_page();
        let place = (self.count, self.pass.places());
        let is_second_look = matches!(self.step, Step::Again { .. });
        let (offset, step) = (self.offset(), std::mem::replace(&mut self.step, Step::Done));
        self.step = self.end_page(step, offset, &page)?;
        let stands = page.new == 0 && (self.count, self.pass.places()) == place;
        if !stands {
            self.idle = 0;
        } else if !is_second_look {
            // That is as long as the list.
            self.idle += 1;
        }
        if self.idle > IDLE {
            return Err(self.incomplete("the service answers otherwise each time"));
        }
        Ok(())
    }

    /// What comes after a page that was for this step and began at `offset`.
    fn end_page(&mut self, step: Step, offset: u64, page: &Progress) -> Result<Step> {
        let begins_anew = self.habits.begins_anew(page);
        self.habits.heeds_offset |= offset > 0 && page.first.is_some() && !begins_anew;
        if page.new > 0 {
            self.returns = 0;
        }
        let is_last_alone = page.first == self.last && page.read == 1;
        match step {
            // There is nothing, or all was removed.
            Step::First | Step::Back { offset: 0 } if page.read == 0 && !self.asks_for_all => Ok(Step::Done),
            Step::Behind { once_more, .. } => self.end_behind(once_more, offset, page),
            Step::Overlap { sees_more: true } if is_last_alone => Ok(self.end_alone()),
            Step::Confirm if is_last_alone && self.pass.has_repeats() => self.begin_anew(),
            Step::Confirm if is_last_alone && (self.habits.hands_out_many || self.habits.is_endless) => {
                Ok(Step::Done)
            }
            Step::Confirm if is_last_alone && self.is_refused_behind => Ok(Step::again(false)),
            Step::Confirm if is_last_alone => Ok(Step::ProbeFar { is_confirmed: true }),
            Step::Again { pass, is_last } => self.end_again(pass, is_last, page),
            Step::ProbeFar { is_confirmed } if is_confirmed || begins_anew => {
                self.habits.is_endless = page.first.is_some();
                match page.first {
                    None => self.go_back(self.count),
                    Some(_) => Ok(if is_confirmed { Step::Done } else { Step::ProbeNear }),
                }
            }
            Step::ProbeNear if begins_anew && !self.habits.heeds_offset => self.end_without_offset(),
            Step::ProbeNext if begins_anew => Ok(Step::Done),
            Step::ProbeFar { .. } | Step::ProbeNear | Step::ProbeNext => self.go_back(self.count),
            _ if page.is_unfit && begins_anew => self.suspect(offset),
            _ if page.read == 0 => self.go_back(offset),
            _ => self.go_on(offset, page),
        }
    }

    fn offset(&self) -> u64 {
        match &self.step {
            Step::First | Step::Done => 0,
            Step::Overlap { .. } | Step::Confirm => self.count.saturating_sub(1),
            Step::Behind { .. } => self.count,
            Step::Again { pass, .. } => pass.places(),
            Step::Back { offset } => *offset,
            Step::ProbeFar { .. } => FAR,
            Step::ProbeNear => 1,
            Step::ProbeNext => self.limit,
        }
    }

    /// Whether the page may begin with this element.
    fn is_fit(&self, element: Identity<'_>, mark: Mark) -> bool {
        // A record without a serial number marks no place: there may be others like it.
        let is_known = !matches!(element, Identity::Nameless) && self.seen.contains(mark);
        match self.step {
            Step::First | Step::Back { offset: 0 } => true,
            Step::Back { .. } => is_known,
            Step::Overlap { .. } | Step::Confirm => {
                // What is not remembered may stand behind what is.
                Some(mark) == self.last
                    || Some(mark) != self.habits.first && self.seen.is_complete() && is_known
            }
            // Of what is not remembered nobody can say that it is new.
            Step::Behind { reads, .. } => reads && self.page.goes_on && (self.seen.is_complete() || is_known),
            Step::Again { .. } | Step::ProbeFar { .. } | Step::ProbeNear | Step::ProbeNext | Step::Done => {
                false
            }
        }
    }

    /// Whether this element may follow the last one: it was not in this reading, or the reading was here before.
    fn goes_on(&self, element: Identity<'_>, mark: Mark) -> bool {
        let is_elsewhere = matches!(self.seen.sight(mark), Sight::InThisReading | Sight::InThisPage);
        let may_be =
            !is_elsewhere || self.count < self.pass.places() || matches!(element, Identity::Nameless);
        may_be && Some(mark) != self.habits.first
    }

    /// The page was fit: the reading is where it ended.
    fn go_on(&mut self, offset: u64, page: &Progress) -> Result<Step> {
        self.count = offset + page.read;
        self.last = page.last;
        let is_further = self.count > self.furthest;
        self.take_in(page)?;
        // The server repeats itself.
        if page.new == 0 && page.read > 1 && is_further && self.pass.has_repeats() {
            return self.go_back(offset);
        }
        let is_short = self.habits.observe(offset, self.limit, page);
        Ok(if is_short { Step::behind(false) } else { Step::Overlap { sees_more: false } })
    }

    fn take_in(&mut self, page: &Progress) -> Result<()> {
        let is_further = self.count > self.furthest;
        self.furthest = self.furthest.max(self.count);
        if self.seen.len() > self.most {
            return Err(self.incomplete("the list does not end"));
        }
        // The same element at ever further places may go on for ever.
        let is_all_one = is_further && page.read > 1 && page.first == page.last;
        if page.new == 0 && is_all_one {
            self.count_return()?;
        }
        Ok(())
    }

    /// Goes back to where a known register may be: first by a page, then to the beginning.
    fn go_back(&mut self, offset: u64) -> Result<Step> {
        self.count_return()?;
        self.return_to(if self.returns % 2 == 1 { offset.saturating_sub(self.limit) } else { 0 })
    }

    /// What was seen is not what there is.
    fn begin_anew(&mut self) -> Result<Step> {
        self.count_return()?;
        if self.pass.has_repeats() && self.returns > 1 {
            // Nothing moves within a page.
            self.asks_for_all = true;
            self.limit = self.limit.max(self.pass.places() + 1);
        }
        self.return_to(0)
    }

    fn return_to(&mut self, offset: u64) -> Result<Step> {
        if !self.seen.is_complete() {
            return Err(
                self.incomplete("it changed while it was being read, and it is too long to begin anew")
            );
        }
        if offset == 0 {
            self.pass = Pass::default();
            self.seen.begin_reading();
        }
        Ok(Step::Back { offset })
    }

    fn count_return(&mut self) -> Result<()> {
        self.returns += 1;
        if !self.is_chained {
            return Err(self.incomplete("the service hands out single registers, and other ones each time"));
        }
        if self.returns > RETURNS {
            return Err(match &self.refusal {
                Some(refusal) => {
                    self.incomplete(&format!("the service refuses pages that there should be ({refusal})"))
                }
                None => self.incomplete("it changed each time while it was being read"),
            });
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
