//! Scaling: what a register takes, in lists of a hundred to a million.

use crate::Bound::AtMost;
use crate::{Table, ratio, seconds};

/// How long the lists are.
const SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// As many registers are dealt with at least in one measurement, so that it is long enough to mean something.
const REGISTERS: usize = 200_000;

/// How far from the middle the ends of a curve may lie.
const SPREAD: f64 = 0.15;

/// What is done with a list of one length.
pub struct Work<'a> {
    /// What is measured.
    ours: Box<dyn FnMut() + 'a>,
    /// What meets the same caches: the plainest code that reads or writes the same memory.
    yardstick: Box<dyn FnMut() + 'a>,
    /// What it keeps or makes, in bytes.
    bytes: f64,
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<'a> Work<'a> {
    /// Work that makes or keeps so many bytes, beside what meets the same caches.
    pub fn new(ours: impl FnMut() + 'a, yardstick: impl FnMut() + 'a, bytes: usize) -> Work<'a> {
        Work { ours: Box::new(ours), yardstick: Box::new(yardstick), bytes: float(bytes) }
    }
}

impl Table {
    /// P16: a curve over lists of every length. Flat has to be the time, as a multiple of that of the yardstick, which
    /// meets the same caches, and so the memory.
    pub fn curve<'a>(&mut self, name: &str, mut work: impl FnMut(usize) -> Work<'a>) {
        const ID: &str = "P16";
        if !self.wants(ID) {
            return;
        }
        let (sizes, pairs) = if self.is_quick() { (&SIZES[..2], 1) } else { (&SIZES[..], 7) };
        let (mut times, mut bytes) = (Vec::new(), Vec::new());
        for &size in sizes {
            let Work { mut ours, mut yardstick, bytes: made } = work(size);
            let rounds = if self.is_quick() { 1 } else { (REGISTERS / size).max(1) };
            let run = |work: &mut dyn FnMut()| seconds(|| (0..rounds).for_each(|_| work()));
            let mut quickest = f64::INFINITY;
            times.push(ratio(
                pairs,
                || run(&mut *yardstick),
                || {
                    let seconds = run(&mut *ours);
                    quickest = quickest.min(seconds);
                    seconds
                },
            ));
            let registers = float(size);
            bytes.push(made / registers);
            self.point(name, size, quickest / float(rounds) / registers * 1e9, made / registers);
        }
        self.time(ID, &format!("{name}: spread of the time, beyond cache effects"), AtMost(SPREAD), || {
            spread(&times)
        });
        self.count(ID, &format!("{name}: spread of the memory"), AtMost(SPREAD), || Ok(spread(&bytes)));
    }
}

/// How far the ends lie from the middle between them.
fn spread(values: &[f64]) -> f64 {
    let (low, high) =
        values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
    (high - low) / (high + low)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn float(number: usize) -> f64 {
    number as f64
}
