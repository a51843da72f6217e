//! What this crate promises of its speed, as ratios to the plainest serde derive within one run: medians of interleaved
//! pairs, so that a busy machine slows both alike. Fails when a promise is broken; `ATOL_BENCH_QUICK` only tries it out.
//! What a register takes of memory is counted by a test, `tests/memory.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the table is the purpose, and the input is good"
)]

mod support;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use atol_model::{Kkt, KktList};
use support::{PlainKkt, REGISTERS, list};

fn main() -> ExitCode {
    let is_quick = std::env::var_os("ATOL_BENCH_QUICK").is_some();
    let (registers, pairs) = if is_quick { (100, 1) } else { (REGISTERS, 31) };
    let promises = [
        reading("P1 read a list", registers, 0, pairs, 1.2),
        reading("P2 … unknown members in 1 %", registers, 100, pairs, 1.15),
        reading("P2 … unknown members in all", registers, 1, pairs, 0.85),
        writing("P4 write a list", registers, pairs, |list| list.to_json().len()),
        writing("P4 write register by register", registers, pairs, |list| {
            list.iter().map(Kkt::to_json).map(|json| json.len()).sum()
        }),
    ];
    println!("{:<34} {:>9} {:>9}", "times as fast as the derive", "measured", "promised");
    for Promise { what, measured, at_least } in &promises {
        println!("{what:<34} {measured:>9.2} {at_least:>9}");
    }
    let are_kept = promises.iter().all(|promise| promise.measured >= promise.at_least);
    if is_quick || are_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Promise {
    what: &'static str,
    measured: f64,
    at_least: f64,
}

fn reading(what: &'static str, registers: usize, unknown: usize, pairs: usize, at_least: f64) -> Promise {
    let json = list(registers, unknown);
    let measured = ratio(
        pairs,
        || drop(black_box(serde_json::from_slice::<Vec<PlainKkt>>(black_box(&json)).unwrap())),
        || drop(black_box(KktList::from_json(black_box(&json)).unwrap())),
    );
    Promise { what, measured, at_least }
}

fn writing(what: &'static str, registers: usize, pairs: usize, write: impl Fn(&KktList) -> usize) -> Promise {
    let json = list(registers, 0);
    let plain: Vec<PlainKkt> = serde_json::from_slice(&json).unwrap();
    let ours = KktList::from_json(&json).unwrap();
    let measured = ratio(
        pairs,
        || drop(black_box(serde_json::to_string(black_box(&plain)).unwrap())),
        || {
            black_box(write(black_box(&ours)));
        },
    );
    Promise { what, measured, at_least: 0.75 }
}

/// How many times as fast as `plain` is `ours`?
fn ratio(pairs: usize, plain: impl Fn(), ours: impl Fn()) -> f64 {
    let mut ratios: Vec<f64> = (0..pairs)
        .map(|pair| {
            // Whoever comes second finds a warmer machine, so they take turns.
            let (plain, ours) = if pair % 2 == 0 {
                let plain = time(&plain);
                (plain, time(&ours))
            } else {
                let ours = time(&ours);
                (time(&plain), ours)
            };
            plain.as_secs_f64() / ours.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(pairs / 2).copied().unwrap_or_default()
}

/// How long it takes. Done once before, so that it does not pay for the memory that the other one left behind.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn time(work: &impl Fn()) -> Duration {
    work();
    let start = Instant::now();
    work();
    start.elapsed()
}
