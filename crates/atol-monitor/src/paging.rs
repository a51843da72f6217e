//! Reads a whole list page by page, right whatever the server does with `limit` and `offset`.
//!
//! Nothing is known of the service's paging (its default and largest `limit`, whether a page may be short, what lies
//! behind the end), so nothing is assumed. Each page but the first begins with the last register of the page before:
//! when it does not, registers were added or removed in between and the reading starts over. The list has ended when
//! nothing follows its last register, asked in two ways, because a server may hand out single registers.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Result};
use crate::page::Page;

/// As many registers as are asked for at once.
pub(crate) const PAGE_SIZE: u64 = 1000;

/// How often the reading starts over when the list changes under it.
const RESTARTS: u32 = 3;

/// More registers than any customer has: where a server that never ends is stopped.
const MOST_REGISTERS: usize = 5_000_000;

/// The state of reading one list: says which page comes next and what of it is new.
#[derive(Debug)]
pub(crate) struct Pager {
    limit: u64,
    step: Step,
    seen: HashSet<String>,
    first_page: Vec<String>,
    last: Option<String>,
    /// How many elements came in this round, the offset of what follows.
    count: u64,
    restarts: u32,
}

/// What the next page is for.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    First,
    /// Begins with the last register read.
    Overlap,
    /// Begins behind the last register read.
    Behind,
    /// `Behind` found more behind `last`, the element before `count`: is that still where it was?
    Verify {
        last: Option<String>,
        count: u64,
    },
    Done,
}

/// What a page brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// These elements of the page (by index) are new.
    New(Vec<usize>),
    /// The list changed under the reader: neither this page nor anything before it counts.
    StartOver,
}

impl Pager {
    pub(crate) fn new(limit: u64) -> Pager {
        Pager {
            limit,
            step: Step::First,
            seen: HashSet::new(),
            first_page: Vec::new(),
            last: None,
            count: 0,
            restarts: 0,
        }
    }

    /// The page to ask for next; `None` when the list is complete.
    pub(crate) fn next(&self) -> Option<Page> {
        let offset = match self.step {
            Step::First => 0,
            Step::Overlap => self.count.saturating_sub(1),
            Step::Behind => self.count,
            Step::Verify { count, .. } => count.saturating_sub(1),
            Step::Done => return None,
        };
        Some(Page::unchecked(self.limit, offset))
    }

    /// Takes a page in: the identities of its elements, in order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`] when the list cannot be read to its end.
    pub(crate) fn take(&mut self, page: &[String]) -> Result<Verdict> {
        match std::mem::replace(&mut self.step, Step::Done) {
            Step::First => {
                self.first_page = page.to_vec();
                if page.is_empty() {
                    return Ok(Verdict::New(Vec::new()));
                }
                self.step = Step::Overlap;
                self.add(page, 0)
            }
            Step::Overlap => self.take_overlap(page),
            Step::Behind => self.take_behind(page),
            Step::Verify { last, .. } if page.first() == last.as_ref() => {
                self.step = Step::Overlap;
                Ok(Verdict::New(Vec::new()))
            }
            Step::Verify { .. } => self.start_over(),
            Step::Done => Ok(Verdict::New(Vec::new())),
        }
    }

    fn take_overlap(&mut self, page: &[String]) -> Result<Verdict> {
        if page.first() == self.last.as_ref() && !page.is_empty() {
            self.step = if page.len() == 1 { Step::Behind } else { Step::Overlap };
            return self.add(page, 1);
        }
        // The first page once more: the server ignores `offset`.
        if page == self.first_page && self.count == page.len() as u64 {
            if self.count != self.limit {
                // It had room for more and gave no more: that was the whole list.
                return Ok(Verdict::New(Vec::new()));
            }
            return Err(self.incomplete("the service ignores `offset` and there may be more than one page"));
        }
        self.start_over()
    }

    fn take_behind(&mut self, page: &[String]) -> Result<Verdict> {
        if page.is_empty() || page == self.first_page {
            return Ok(Verdict::New(Vec::new()));
        }
        self.step = Step::Verify { last: self.last.clone(), count: self.count };
        self.add(page, 0)
    }

    /// Takes in all but the first `known` elements.
    fn add(&mut self, page: &[String], known: usize) -> Result<Verdict> {
        let new: Vec<usize> = page
            .iter()
            .enumerate()
            .skip(known)
            .filter(|(_, element)| self.seen.insert((*element).clone()))
            .map(|(index, _)| index)
            .collect();
        let is_repetition = new.is_empty() && page.len() > known;
        if is_repetition {
            return self.start_over();
        }
        self.count += (page.len() - known) as u64;
        self.last = page.last().cloned().or(self.last.take());
        if self.seen.len() > MOST_REGISTERS {
            return Err(self.incomplete("the list does not end"));
        }
        Ok(Verdict::New(new))
    }

    fn start_over(&mut self) -> Result<Verdict> {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Err(self.incomplete("it changed each time while it was being read"));
        }
        *self = Pager { restarts: self.restarts, ..Pager::new(self.limit) };
        Ok(Verdict::StartOver)
    }

    fn incomplete(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::Incomplete,
            format!("the list of registers is incomplete: {why}; {} registers were read", self.seen.len()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(size: usize) -> Vec<String> {
        (0..size).map(|number| format!("{number:014}")).collect()
    }

    /// Reads a whole list from a server; the number of requests comes along.
    fn read(limit: u64, mut server: impl FnMut(usize, usize) -> Vec<String>) -> (Result<Vec<String>>, u32) {
        let number = |number: Option<u64>| usize::try_from(number.unwrap()).unwrap();
        let mut pager = Pager::new(limit);
        let (mut all, mut requests) = (Vec::new(), 0);
        while let Some(asked) = pager.next() {
            requests += 1;
            assert!(requests < 20_000, "no end in sight");
            let page = server(number(asked.limit()), number(asked.offset()));
            match pager.take(&page) {
                Ok(Verdict::New(new)) => all.extend(new.into_iter().map(|index| page[index].clone())),
                Ok(Verdict::StartOver) => all.clear(),
                Err(error) => return (Err(error), requests),
            }
        }
        (Ok(all), requests)
    }

    fn slice(list: &[String], limit: usize, offset: usize) -> Vec<String> {
        list.iter().skip(offset).take(limit).cloned().collect()
    }

    #[test]
    fn an_empty_list_takes_one_request() {
        let (read, pages) = read(10, |_, _| Vec::new());
        assert_eq!((read.unwrap(), pages), (Vec::new(), 1));
    }

    #[test]
    fn a_server_that_ignores_offset_and_cuts_at_the_limit_is_incomplete() {
        let all = list(25);
        let (read, _) = read(10, |limit, _| slice(&all, limit, 0));
        assert_eq!(
            read.unwrap_err().to_string(),
            "the list of registers is incomplete: the service ignores `offset` and there may be more than one page; 10 registers were read"
        );
    }

    #[test]
    fn a_server_that_ignores_both_gives_everything_at_once() {
        let all = list(25);
        let (read, pages) = read(10, |_, _| all.clone());
        assert_eq!((read.unwrap(), pages), (all, 2));
    }

    #[test]
    fn a_list_without_an_end_is_given_up() {
        let (read, _) = read(1_000_000, |limit, offset| {
            (offset..offset + limit).map(|number| format!("{number:x}")).collect()
        });
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
    }

    #[test]
    fn a_server_that_repeats_a_page_for_ever_is_given_up() {
        let all = list(25);
        let (read, _) = read(10, |limit, offset| slice(&all, limit, offset.min(5)));
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
    }

    proptest! {
        #[test]
        fn a_list_that_stands_still_is_read_exactly(
            size in 0_usize..500,
            limit in 1_u64..100,
            cap in 1_usize..120,
            shorter in proptest::collection::vec(1_usize..100, 1..20),
        ) {
            let all = list(size);
            let mut calls = 0;
            let (read, _) = read(limit, |limit, offset| {
                calls += 1;
                slice(&all, limit.min(cap).min(shorter[calls % shorter.len()]), offset)
            });
            prop_assert_eq!(read.unwrap(), all);
        }

        /// What was there all the time is in the result, or there is none.
        #[test]
        fn a_list_that_changes_is_read_without_gaps_or_given_up(
            size in 1_usize..300,
            limit in 1_u64..50,
            changes in proptest::collection::vec((0_usize..300, any::<bool>(), 0_usize..12), 0..8),
        ) {
            let mut all = list(size);
            let (mut calls, mut removed, mut next) = (0, HashSet::new(), changes.clone().into_iter().peekable());
            let (read, _) = read(limit, |limit, offset| {
                calls += 1;
                while let Some((place, is_insert, _)) = next.next_if(|&(_, _, at)| at <= calls) {
                    if is_insert {
                        all.insert(place % (all.len() + 1), format!("new-{calls}-{place}"));
                    } else if !all.is_empty() {
                        removed.insert(all.remove(place % all.len()));
                    }
                }
                slice(&all, limit, offset)
            });
            match read {
                Ok(read) => {
                    let unique: HashSet<_> = read.iter().cloned().collect();
                    prop_assert_eq!(unique.len(), read.len(), "repeats");
                    for serial in list(size).iter().filter(|serial| !removed.contains(*serial)) {
                        prop_assert!(unique.contains(serial), "{} is lost", serial);
                    }
                }
                Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Incomplete),
            }
        }
    }
}
