//! A list that changes while it is read.

use std::collections::HashSet;
use std::iter::Peekable;
use std::vec::IntoIter;

use proptest::prelude::*;

use super::list;

/// Where a list changes.
#[derive(Debug, Clone, Copy)]
enum Spot {
    Anywhere(usize),
    /// As far from the place that is asked for.
    Asked(isize),
    /// As far from the end.
    End(usize),
    /// As far from the last change.
    Last(isize),
}

/// A change of the list, so many requests after the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    spot: Spot,
    is_insert: bool,
    after: usize,
}

/// Several at once, between any two requests, and such as make up for each other.
pub(super) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let spot = prop_oneof![
        2 => (0_usize..5000).prop_map(Spot::Anywhere),
        2 => (0_usize..4).prop_map(Spot::Anywhere),
        2 => (-3_isize..4).prop_map(Spot::Asked),
        1 => (0_usize..3).prop_map(Spot::End),
        2 => (-1_isize..2).prop_map(Spot::Last),
    ];
    let after = prop_oneof![4 => 0_usize..3, 1 => 0_usize..20];
    let change =
        (spot, any::<bool>(), after).prop_map(|(spot, is_insert, after)| Change { spot, is_insert, after });
    proptest::collection::vec(change, 0..20)
}

/// A list with changes to come. What is inserted is new each time.
pub(super) struct Changing {
    all: Vec<String>,
    size: usize,
    removed: HashSet<String>,
    changes: Peekable<IntoIter<Change>>,
    waited: usize,
    last: usize,
    inserted: usize,
}

impl Changing {
    pub(super) fn new(size: usize, changes: Vec<Change>) -> Changing {
        Changing {
            all: list(size),
            size,
            removed: HashSet::new(),
            changes: changes.into_iter().peekable(),
            waited: 0,
            last: 0,
            inserted: 0,
        }
    }

    /// The list at the next request, which is for this place.
    pub(super) fn at(&mut self, asked: usize) -> &[String] {
        while let Some(change) = self.changes.next_if(|change| change.after <= self.waited) {
            self.waited = 0;
            let places = self.all.len() + usize::from(change.is_insert);
            if places == 0 {
                continue;
            }
            let place = match change.spot {
                Spot::Anywhere(place) => place % places,
                Spot::Asked(far) => asked.saturating_add_signed(far),
                Spot::End(far) => places.saturating_sub(1 + far),
                Spot::Last(far) => self.last.saturating_add_signed(far),
            };
            self.last = place.min(places - 1);
            if change.is_insert {
                self.inserted += 1;
                self.all.insert(self.last, format!("new-{}", self.inserted));
            } else {
                self.removed.insert(self.all.remove(self.last));
            }
        }
        self.waited += 1;
        &self.all
    }

    /// What was there all the time.
    pub(super) fn stayed(&self) -> Vec<String> {
        list(self.size).into_iter().filter(|serial| !self.removed.contains(serial)).collect()
    }

    /// Whether it was there at some time.
    pub(super) fn had(&self, serial: &str) -> bool {
        match serial.strip_prefix("new-") {
            Some(number) => number.parse().is_ok_and(|number| (1..=self.inserted).contains(&number)),
            None => serial.parse().is_ok_and(|number| (0..self.size).contains(&number)),
        }
    }
}
