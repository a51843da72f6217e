//! Scaling: what a register takes, in lists of a hundred to a million.

use std::io::Write as _;

use crate::Bound::AtMost;
use crate::pairs::{interleaved, median, seconds};
use crate::table::Table;

/// How long the lists are.
const SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// As many registers are dealt with at least in one measurement, so that it is long enough to mean something.
const REGISTERS: usize = 200_000;

/// How often each length is measured; odd, so that there is one in the middle.
const ROUNDS: usize = 7;

/// How far from the middle the ends of a curve may lie.
const SPREAD: f64 = 0.15;

/// What is done with a list of one length, and the plainest code that walks through the same memory.
pub struct Work<'a> {
    ours: Task<'a>,
    yardstick: Task<'a>,
}

/// One of the two, with the bytes that it keeps or makes.
struct Task<'a> {
    run: Box<dyn FnMut() + 'a>,
    bytes: u64,
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work")
            .field("ours", &self.ours.bytes)
            .field("yardstick", &self.yardstick.bytes)
            .finish_non_exhaustive()
    }
}

impl<'a> Work<'a> {
    /// Both, each with the bytes that it keeps or makes.
    pub fn new(ours: (u64, impl FnMut() + 'a), yardstick: (u64, impl FnMut() + 'a)) -> Work<'a> {
        Work { ours: Task::new(ours), yardstick: Task::new(yardstick) }
    }
}

impl<'a> Task<'a> {
    fn new((bytes, run): (u64, impl FnMut() + 'a)) -> Task<'a> {
        Task { run: Box::new(run), bytes }
    }

    /// How many seconds it takes, so many times.
    fn seconds(&mut self, times: usize) -> f64 {
        seconds(|| (0..times).for_each(|_| (self.run)()))
    }
}

/// A point of a curve in the making.
struct Length<'a> {
    registers: usize,
    work: Work<'a>,
    /// Ours in each round, in seconds a register.
    times: Vec<f64>,
    /// The same as multiples of the yardstick's.
    multiples: Vec<f64>,
}

impl Length<'_> {
    fn measure(&mut self, round: usize) {
        let Work { ours, yardstick } = &mut self.work;
        let times = (REGISTERS / self.registers).max(1);
        let (yardstick, ours) = interleaved(round, || yardstick.seconds(times), || ours.seconds(times));
        self.times.push(ours / float(times * self.registers));
        self.multiples.push(ours / yardstick);
    }
}

/// A point of a curve: what a register takes in a list of so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) registers: usize,
    pub(crate) nanoseconds: f64,
    /// The time as a multiple of the yardstick's.
    pub(crate) multiple: f64,
    pub(crate) bytes: f64,
}

impl Table {
    /// P16: a curve over lists of every length. Flat has to be the time of a register, as a multiple of what the yardstick
    /// takes, which meets the same caches and page faults; and so must its memory not rise.
    pub fn curve<'a>(&mut self, name: &str, mut work: impl FnMut(usize) -> Work<'a>) {
        const ID: &str = "P16";
        if !self.wants(ID) {
            return;
        }
        let (sizes, rounds) = if self.is_quick() { (&SIZES[..2], 1) } else { (&SIZES[..], ROUNDS) };
        let mut lengths: Vec<Length<'_>> = sizes
            .iter()
            .map(|&registers| Length {
                registers,
                work: work(registers),
                times: Vec::new(),
                multiples: Vec::new(),
            })
            .collect();
        // Whatever else the machine does in the meantime shall fall on all lengths alike.
        progress(&format!("     {name} "));
        for round in 0..rounds {
            for length in &mut lengths {
                length.measure(round);
            }
            progress(".");
        }
        progress("\n");
        let (mut times, mut memory) = (Vec::new(), Vec::new());
        for Length { registers, work, times: each, multiples } in lengths {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let (ours, yardstick) = (work.ours.bytes as f64, work.yardstick.bytes as f64);
            let point = Point {
                registers,
                nanoseconds: median(each) * 1e9,
                multiple: median(multiples),
                bytes: ours / float(registers),
            };
            times.push(point.multiple);
            memory.push(ours / yardstick);
            self.point(name, point);
        }
        self.time(ID, &format!("{name}: spread of the time"), AtMost(SPREAD), || spread(&times));
        // That of a short list may weigh more: what is kept for any list is shared by few.
        self.count(ID, &format!("{name}: rise of the memory"), AtMost(SPREAD), || Ok(rise(&memory)));
    }
}

/// Somebody waits for it, some minutes long.
#[expect(clippy::print_stdout, reason = "a person reads it")]
fn progress(sign: &str) {
    print!("{sign}");
    // A lost sign of life is no reason to stop.
    let _ = std::io::stdout().flush();
}

/// How far the ends lie from the middle between them.
fn spread(values: &[f64]) -> f64 {
    let (low, high) =
        values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
    (high - low) / (high + low)
}

/// How far one lies above an earlier one, from the middle between them.
fn rise(values: &[f64]) -> f64 {
    let mut lowest = f64::INFINITY;
    let above = |&value: &f64| {
        lowest = lowest.min(value);
        (value - lowest) / (value + lowest)
    };
    values.iter().map(above).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn float(number: usize) -> f64 {
    number as f64
}
