//! Which elements of a list were there already, in a few bytes each.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// What tells an element from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Identity<'a> {
    /// A register's serial number.
    Serial(&'a str),
    /// The whole text of a record that has none. Such records may well be equal: think of `null`.
    Text(&'a str),
}

/// An identity in eight bytes. Two of a million registers share one with a chance of 1 to 37 million, and the key is
/// drawn anew for each list, so it would not happen again.
pub(super) type Mark = u64;

/// The elements that came so far.
#[derive(Debug)]
pub(super) struct Seen {
    key: RandomState,
    marks: HashSet<Mark, BuildHasherDefault<AsItIs>>,
    most: usize,
    is_complete: bool,
    /// Different elements, and equal ones at different places.
    len: u64,
}

impl Seen {
    /// Remembers the first `most` elements.
    pub(super) fn up_to(most: usize) -> Seen {
        Seen { key: RandomState::new(), marks: HashSet::default(), most, is_complete: true, len: 0 }
    }

    pub(super) fn mark(&self, element: Identity<'_>) -> Mark {
        self.key.hash_one(element)
    }

    /// Whether it is remembered.
    pub(super) fn contains(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    /// Remembers an element as long as there is room; whether it is new, as far as is remembered.
    pub(super) fn insert(&mut self, mark: Mark) -> bool {
        let has_room = self.marks.len() < self.most;
        let is_new = if has_room { self.marks.insert(mark) } else { !self.marks.contains(&mark) };
        if is_new {
            self.len += 1;
            self.is_complete &= has_room;
        }
        is_new
    }

    /// Counts an element that equals one of those before.
    pub(super) fn count_equal(&mut self) {
        self.len += 1;
    }

    /// Whether everything that came is remembered.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// How many elements came.
    pub(super) fn len(&self) -> u64 {
        self.len
    }
}

/// A mark is a hash already.
#[derive(Debug, Default, Clone, Copy)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Not used for marks, and right all the same.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
