//! What this crate promises of its speed, as ratios to the plainest serde derive within one run.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::hint::black_box;
use std::process::ExitCode;

use atol_bench::Bound::{self, AtLeast};
use atol_bench::{PlainKkt, REGISTERS, Table, list, ratio, warm_seconds};
use atol_model::{Kkt, KktList};

fn main() -> ExitCode {
    let mut table = Table::from_env();
    let size = if table.is_quick() {
        Size { registers: 100, pairs: 1 }
    } else {
        Size { registers: REGISTERS, pairs: 31 }
    };
    table.time("P1", "read a list: speed / the derive", AtLeast(1.2), || size.reading(0));
    table.time("P2", "… unknown members in 1 %: speed / the derive", AtLeast(1.15), || size.reading(100));
    table.time("P2", "… unknown members in all: speed / the derive", AtLeast(0.85), || size.reading(1));
    let promised: Bound = AtLeast(0.75);
    table.time("P4", "write a list: speed / the derive", promised, || {
        size.writing(|list| list.to_json().len())
    });
    table.time("P4", "write register by register: speed / the derive", promised, || {
        size.writing(|list| list.iter().map(Kkt::to_json).map(|json| json.len()).sum())
    });
    table.finish()
}

#[derive(Clone, Copy)]
struct Size {
    registers: usize,
    pairs: usize,
}

impl Size {
    /// How many times as fast as the derive is reading? Every so many registers have unknown members.
    fn reading(self, unknown: usize) -> f64 {
        let json = list(self.registers, unknown);
        1.0 / ratio(
            self.pairs,
            || {
                warm_seconds(|| {
                    drop(black_box(serde_json::from_slice::<Vec<PlainKkt>>(black_box(&json)).unwrap()));
                })
            },
            || warm_seconds(|| drop(black_box(KktList::from_json(black_box(&json)).unwrap()))),
        )
    }

    fn writing(self, write: impl Fn(&KktList) -> usize) -> f64 {
        let json = list(self.registers, 0);
        let plain: Vec<PlainKkt> = serde_json::from_slice(&json).unwrap();
        let ours = KktList::from_json(&json).unwrap();
        1.0 / ratio(
            self.pairs,
            || warm_seconds(|| drop(black_box(serde_json::to_string(black_box(&plain)).unwrap()))),
            || {
                warm_seconds(|| {
                    black_box(write(black_box(&ours)));
                })
            },
        )
    }
}
