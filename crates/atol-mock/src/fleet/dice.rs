//! The random numbers of the fleet: the same for a seed for ever, and for any register without those before it.

/// A stream of numbers that depends on nothing but what it was made with.
///
/// The algorithm (splitmix64) is written out here because a fleet must stay the same whatever versions of libraries it
/// is built with.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

/// What the numbers are for. Each purpose has its own stream, so that a new one does not disturb the others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Layout = 1,
    Organisation,
    Register,
    Serial,
    Day,
    Outage,
}

impl Dice {
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut dice = Self(seed ^ (purpose as u64).wrapping_mul(0xA24B_AED4_963E_E407));
        dice.0 = dice.next() ^ index.wrapping_mul(0x9FB2_1C65_1E98_DF25);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when the bound is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low.saturating_add_unsigned(self.below((high - low).unsigned_abs() + 1))
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub(super) fn pick<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        items[self.index(N)]
    }

    /// Puts the items in random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    /// A number below `len`, which is not 0.
    fn index(&mut self, len: usize) -> usize {
        // What is below a `usize` fits into one.
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_seed_never_change() {
        let mut dice = Dice::new(7, Purpose::Register, 3);
        let drawn: Vec<_> = (0..5).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, [504, 367, 952, 388, 68]);
    }

    #[test]
    fn both_ends_of_a_range_come_up() {
        let mut dice = Dice::new(1, Purpose::Day, 0);
        let drawn: Vec<_> = (0..100).map(|_| dice.between(-1, 1)).collect();
        for number in -1..=1 {
            assert!(drawn.contains(&number), "{number} never came up");
        }
    }
}
