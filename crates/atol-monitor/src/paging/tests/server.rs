//! A server that pages as it likes.

use proptest::prelude::*;

use super::{number, slice};

/// What a server does for an offset behind the end of the list.
#[derive(Debug, Clone, Copy)]
enum Beyond {
    Empty,
    Refused,
    FirstPage,
    LastPage,
}

/// A server that may do as it likes within what a page is.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) ignores_limit: bool,
    pub(super) ignores_offset: bool,
    cap: usize,
    /// Pages may be shorter than they could be, in turn.
    shorter: Vec<usize>,
    beyond: Beyond,
    /// The request that is refused, whatever it is for.
    stray: Option<usize>,
    /// Offsets that are no multiple of the limit are refused.
    wants_multiples: bool,
    calls: usize,
    shown: Shown,
}

/// What a server has shown of its ways.
#[derive(Debug, Clone, Default)]
struct Shown {
    hands_out_many: bool,
    /// What the first page began with.
    first: Option<String>,
    heeds_offset: bool,
    hands_out_singles: bool,
}

impl Server {
    pub(super) fn page(&mut self, all: &[String], limit: usize, offset: usize) -> Option<Vec<String>> {
        let length = self.length(limit);
        if self.stray == Some(self.calls) || self.wants_multiples && !offset.is_multiple_of(limit) {
            return None;
        }
        let offset = if self.ignores_offset { 0 } else { offset };
        let page = if offset < all.len() || all.is_empty() {
            slice(all, length, offset)
        } else {
            match self.beyond {
                Beyond::Empty => Vec::new(),
                Beyond::Refused => return None,
                Beyond::FirstPage => slice(all, length, 0),
                Beyond::LastPage => slice(all, length, all.len().saturating_sub(length)),
            }
        };
        self.shown.hands_out_many |= page.len() >= 100;
        let first = page.first().cloned();
        self.shown.heeds_offset |= self.calls > 1 && first != self.shown.first;
        self.shown.first = first.filter(|_| self.calls == 1).or(self.shown.first.take());
        self.shown.hands_out_singles |= page.len() == 1 && limit > 1 && offset + 1 < all.len();
        Some(page)
    }

    /// How long a page may be. Who has handed out a hundred, or has a page for every offset, hands out no single elements.
    fn length(&mut self, limit: usize) -> usize {
        let no_singles = self.shown.hands_out_many || self.is_endless() || self.wants_multiples;
        let least = if no_singles { 2 } else { 1 };
        let shorter = self.shorter[self.calls % self.shorter.len()].max(least);
        self.calls += 1;
        let limit = if self.ignores_limit { usize::MAX } else { limit };
        limit.min(self.cap).min(shorter)
    }

    /// Whether it may refuse what is there.
    pub(super) fn refuses(&self) -> bool {
        self.stray.is_some() || self.wants_multiples
    }

    /// Whether it has handed out a single element although more were asked for and followed.
    pub(super) fn hands_out_singles(&self) -> bool {
        self.shown.hands_out_singles
    }

    /// Whether each page has begun like the first one, whatever the offset was.
    pub(super) fn seems_deaf(&self) -> bool {
        !self.shown.heeds_offset
    }

    /// Whether it answers something for every offset.
    pub(super) fn is_endless(&self) -> bool {
        self.ignores_offset || matches!(self.beyond, Beyond::FirstPage | Beyond::LastPage)
    }
}

pub(super) fn server() -> impl Strategy<Value = Server> {
    let beyond = prop_oneof![
        3 => Just(Beyond::Empty),
        1 => Just(Beyond::Refused),
        1 => Just(Beyond::FirstPage),
        1 => Just(Beyond::LastPage),
    ];
    let shorter = prop_oneof![
        2 => Just(vec![usize::MAX]),
        1 => proptest::collection::vec(prop_oneof![1 => 1_usize..4, 4 => 1_usize..300], 1..20),
        1 => proptest::collection::vec(1_usize..6, 1..20),
    ];
    let cap = prop_oneof![1 => number(300), 1 => Just(usize::MAX)];
    let stray = proptest::option::weighted(0.1, 2_usize..30);
    let ignores = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.1));
    (ignores, cap, shorter, beyond, stray, proptest::bool::weighted(0.05)).prop_map(
        |((ignores_limit, ignores_offset), cap, shorter, beyond, stray, wants_multiples)| {
            // To ignore `offset` and to hold something back cannot be told from having no more.
            let holds_back = ignores_offset;
            let cap = if wants_multiples { cap.max(2) } else { cap };
            Server {
                ignores_limit,
                ignores_offset,
                cap: if holds_back { usize::MAX } else { cap },
                shorter: if holds_back { vec![usize::MAX] } else { shorter },
                beyond,
                stray,
                wants_multiples,
                calls: 0,
                shown: Shown::default(),
            }
        },
    )
}
