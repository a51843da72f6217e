//! Which elements of a list were there already, in a few bytes each.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// What tells an element from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity<'a> {
    /// A register's serial number.
    Serial(&'a str),
    /// The serial number of a record that cannot be read. It hides no register of that number that can.
    Rejected(&'a str),
    /// A record without a serial number. The service may write it otherwise in its next answer, so nothing but their place
    /// tells such records from each other.
    Nameless,
}

/// An identity in eight bytes. Two of a million registers share one with a chance of 1 to 37 million, and the key is
/// drawn anew for each list, so it would not happen again.
pub(super) type Mark = u64;

/// Whether and when an element was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    New,
    /// Last when the list was read before.
    InEarlierReading,
    /// In an earlier page of this reading.
    InThisReading,
    /// In this page, which shows what the list was at one moment.
    InThisPage,
}

/// The elements that came so far.
#[derive(Debug)]
pub(super) struct Seen {
    key: RandomState,
    /// Each with the page that had it last.
    marks: HashMap<Mark, u32, BuildHasherDefault<AsItIs>>,
    /// Those of them of which no record could be read.
    broken: HashSet<Mark>,
    most: usize,
    is_complete: bool,
    /// Different elements, and equal ones at different places.
    len: u64,
    page: u32,
    /// The first page of this reading.
    first_page: u32,
}

impl Seen {
    /// Remembers the first `most` elements.
    pub(super) fn up_to(most: usize) -> Seen {
        Seen {
            key: RandomState::new(),
            marks: HashMap::default(),
            broken: HashSet::new(),
            most,
            is_complete: true,
            len: 0,
            page: 0,
            first_page: 0,
        }
    }

    pub(super) fn mark(&self, element: Identity<'_>) -> Mark {
        self.key.hash_one(match element {
            Identity::Serial(serial) | Identity::Rejected(serial) => Some(serial),
            Identity::Nameless => None,
        })
    }

    /// Whether it is remembered.
    pub(super) fn contains(&self, mark: Mark) -> bool {
        self.marks.contains_key(&mark)
    }

    /// When it was there, as far as is remembered.
    pub(super) fn sight(&self, mark: Mark) -> Sight {
        self.marks.get(&mark).map_or(Sight::New, |&page| self.sight_in(page))
    }

    fn sight_in(&self, page: u32) -> Sight {
        if page == self.page {
            Sight::InThisPage
        } else if page >= self.first_page {
            Sight::InThisReading
        } else {
            Sight::InEarlierReading
        }
    }

    /// Remembers an element as long as there is room; when it was there before, as far as is remembered.
    pub(super) fn insert(&mut self, mark: Mark) -> Sight {
        let has_room = self.marks.len() < self.most;
        if let Some(page) = self.marks.get_mut(&mark) {
            let page = std::mem::replace(page, self.page);
            return self.sight_in(page);
        }
        if has_room {
            self.marks.insert(mark, self.page);
        }
        self.len += 1;
        self.is_complete &= has_room;
        Sight::New
    }

    /// Whether this is the first record of its number that can be read, behind some that cannot.
    pub(super) fn mends(&mut self, element: Identity<'_>, mark: Mark, sight: Sight) -> bool {
        match element {
            // Mostly there are none, and no hash has to be made.
            Identity::Serial(_) => !self.broken.is_empty() && self.broken.remove(&mark),
            Identity::Rejected(_) if sight == Sight::New && self.contains(mark) => {
                self.broken.insert(mark);
                false
            }
            Identity::Rejected(_) | Identity::Nameless => false,
        }
    }

    /// What comes now is of another page.
    pub(super) fn begin_page(&mut self) {
        self.page = self.page.saturating_add(1);
    }

    /// What comes now is of another reading.
    pub(super) fn begin_reading(&mut self) {
        self.first_page = self.page;
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
