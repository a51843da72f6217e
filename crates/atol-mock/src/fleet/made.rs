//! Registers made from a seed, each worked out on demand.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use atol_model::Kkt;
use jiff::Timestamp;

use super::dice::{Dice, Purpose};
use super::organisation::Organisation;
use super::register::{self, Condition, Register};
use super::trouble::{Oddity, Trouble};

/// So many registers are enough to show every trouble and every oddity, and to be mostly well.
const SHOWCASE: usize = 20;

/// Up to so many registers the whole list is kept as text, some 60 MB. Of a larger fleet each page is made when it is
/// asked for, which takes a few microseconds a register.
const KEPT: usize = 100_000;

/// Registers made from a seed.
#[derive(Clone)]
pub(super) struct MadeFleet {
    seed: u64,
    size: usize,
    now: Timestamp,
    evolving: bool,
    organisations: Vec<Organisation>,
    showcase: [Condition; SHOWCASE],
    /// The whole list, once somebody asked for a part of it; unused while the fleet evolves and when it is large.
    list: OnceLock<SerialisedList>,
}

/// All elements with a comma behind each, and where each ends.
#[derive(Clone, Debug, Default)]
struct SerialisedList {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl MadeFleet {
    pub(super) fn new(seed: u64, size: usize, now: Timestamp) -> Self {
        let organisations = (size / 7).clamp(3, 1_000);
        Self {
            seed,
            size,
            now,
            evolving: false,
            organisations: (0..organisations)
                .map(|ordinal| Organisation::new(seed, ordinal as u64))
                .collect(),
            showcase: showcase(seed),
            list: OnceLock::new(),
        }
    }

    pub(super) fn evolve(&mut self) {
        self.evolving = true;
        self.list = OnceLock::new();
    }

    pub(super) fn len(&self) -> usize {
        self.size
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn serial(&self, position: usize) -> String {
        register::serial(self.seed, position as u64)
    }

    /// The place of the register with this serial number.
    pub(super) fn position(&self, serial: &str) -> Option<usize> {
        let index = register::index_of(self.seed, serial)?;
        usize::try_from(index).ok().filter(|position| *position < self.size)
    }

    pub(super) fn serials_with(&self, trouble: Trouble) -> Vec<String> {
        (0..self.size)
            .filter(|&position| self.condition(position).trouble == Some(trouble))
            .map(|position| self.serial(position))
            .collect()
    }

    pub(super) fn kkt(&self, position: usize, time: Timestamp) -> Kkt {
        let time = if self.evolving { time } else { self.now };
        self.register(position).at(time.as_second())
    }

    /// Writes the elements in this range, which the fleet has, with commas between them.
    pub(super) fn write_elements(&self, range: Range<usize>, time: Timestamp, out: &mut Vec<u8>) {
        if !self.evolving && self.size <= KEPT {
            self.list.get_or_init(|| SerialisedList::new(self)).write(range, out);
            return;
        }
        let first = range.start;
        for position in range {
            if position > first {
                out.push(b',');
            }
            out.extend_from_slice(self.kkt(position, time).to_json().as_bytes());
        }
    }

    fn register(&self, position: usize) -> Register {
        let index = position as u64;
        // One register each, then as it comes.
        let owner = if position < self.organisations.len() {
            position
        } else {
            let drawn =
                Dice::new(self.seed, Purpose::Organisation, !index).below(self.organisations.len() as u64);
            usize::try_from(drawn).unwrap_or(0)
        };
        Register::new(
            self.seed,
            index,
            &self.organisations[owner],
            self.condition(position),
            self.now.as_second(),
        )
    }

    fn condition(&self, position: usize) -> Condition {
        if let Some(condition) = self.showcase.get(position) {
            return *condition;
        }
        let mut dice = Dice::new(self.seed, Purpose::Layout, position as u64);
        match dice.below(100) {
            0..12 => Condition { trouble: Some(dice.pick(&TROUBLES)), oddity: None },
            12..14 => Condition { trouble: None, oddity: Some(Oddity::Nulls) },
            14..16 => Condition { trouble: None, oddity: Some(Oddity::ExtraMember) },
            _ => Condition::default(),
        }
    }
}

/// Troubles as often as they happen.
const TROUBLES: [Trouble; 12] = [
    Trouble::StorageExpiring,
    Trouble::StorageExpiring,
    Trouble::StorageExpired,
    Trouble::StorageFilling,
    Trouble::StorageFilling,
    Trouble::StorageFull,
    Trouble::LinkDown,
    Trouble::LinkDown,
    Trouble::UnsentOld,
    Trouble::UnsentBlocked,
    Trouble::Stale,
    Trouble::ShiftStuck,
];

/// The first registers of a fleet: everything once, in random order.
fn showcase(seed: u64) -> [Condition; SHOWCASE] {
    let mut conditions = [Condition::default(); SHOWCASE];
    let troubles = Trouble::ALL.iter().map(|&trouble| Condition { trouble: Some(trouble), oddity: None });
    let oddities =
        [Oddity::Nulls, Oddity::ExtraMember].map(|oddity| Condition { trouble: None, oddity: Some(oddity) });
    for (place, condition) in conditions.iter_mut().zip(troubles.chain(oddities)) {
        *place = condition;
    }
    Dice::new(seed, Purpose::Layout, u64::MAX).shuffle(&mut conditions);
    conditions
}

impl SerialisedList {
    fn new(fleet: &MadeFleet) -> Self {
        let mut list = Self { text: Vec::new(), ends: Vec::with_capacity(fleet.size) };
        for position in 0..fleet.size {
            list.text.extend_from_slice(fleet.kkt(position, fleet.now).to_json().as_bytes());
            list.text.push(b',');
            list.ends.push(list.text.len());
        }
        list
    }

    fn write(&self, range: Range<usize>, out: &mut Vec<u8>) {
        let end_of = |count: usize| count.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        let start = end_of(range.start).unwrap_or(0);
        // Without the last comma.
        let end = end_of(range.end).map_or(start, |end| end - 1);
        out.extend_from_slice(self.text.get(start..end).unwrap_or_default());
    }
}

impl fmt::Debug for MadeFleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeFleet")
            .field("seed", &self.seed)
            .field("size", &self.size)
            .field("now", &self.now)
            .field("evolving", &self.evolving)
            .finish_non_exhaustive()
    }
}
