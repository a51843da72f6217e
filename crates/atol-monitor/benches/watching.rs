//! What watching and judging promise, as ratios to reading the same registers within one run: medians of interleaved pairs.
//! Fails when a promise is broken; `ATOL_BENCH_QUICK` only tries it out.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the table is the purpose, and the input is good"
)]

#[path = "../../atol-model/benches/support/mod.rs"]
mod plain;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use atol_monitor::health::Policy;
use atol_monitor::watch::{Moment, PollOutcome, Watcher};
use atol_monitor::{Kkt, KktList, snapshot};
use jiff::Timestamp;

fn main() -> ExitCode {
    let is_quick = std::env::var_os("ATOL_BENCH_QUICK").is_some();
    let (registers, pairs) = if is_quick { (1000, 1) } else { (100_000, 15) };
    let now: Timestamp = "2019-12-05T10:46:30Z".parse().unwrap();
    let policy = Policy::default();

    let before = plain::list(registers, 0);
    let after = later(&before);
    let (list_before, list_after) =
        (KktList::from_json(&before).unwrap(), KktList::from_json(&after).unwrap());
    let read = || drop(black_box(KktList::from_json(black_box(&after)).unwrap()));
    let diff = ratio(pairs, read, || {
        let diff = snapshot::diff(black_box(&list_before), black_box(&list_after));
        assert_eq!(black_box(diff).changed.len(), registers / 100);
    });

    let mut watcher = Watcher::new(policy.clone(), Duration::from_secs(3600));
    watcher.observe(PollOutcome::List(list_before.clone()), Moment::new(now, Duration::ZERO));
    let polls = std::cell::RefCell::new((watcher, vec![list_after.clone(); pairs]));
    let observe = ratio(pairs, read, || {
        let (watcher, lists) = &mut *polls.borrow_mut();
        let list = lists.pop().unwrap();
        drop(black_box(watcher.observe(PollOutcome::List(list), Moment::new(now, Duration::ZERO))));
    });

    // As in a list: what surrounds a single call weighs more than the call.
    let texts: Vec<String> = list_after.iter().take(1000).map(Kkt::to_json).collect();
    let read_each = || {
        for text in &texts {
            black_box(Kkt::from_json(black_box(text.as_bytes())).unwrap());
        }
    };
    let assess = ratio(pairs * 3, read_each, || {
        for kkt in list_after.iter().take(1000) {
            black_box(policy.assess(black_box(kkt), now));
        }
    });
    let well: Vec<Kkt> = list_after.iter().take(1000).map(well).collect();
    let assess_well = ratio(pairs * 3, read_each, || {
        for kkt in &well {
            let assessment = policy.assess(black_box(kkt), now);
            assert!(black_box(assessment).is_ok());
        }
    });

    println!("{:<58} {:>9} {:>9}", "time, as a part of that of reading", "measured", "promised");
    let are_kept = [
        promise(&format!("P11 differences of two lists of {registers}, 1 % changed"), diff, 0.5),
        promise("P12 health of a register with two findings", assess, 0.5),
        promise("P12 health of a register that is well", assess_well, 0.5),
    ];
    println!("    {:<54} {observe:>9.2}", "the whole watch: differences, health, counts");
    if is_quick || are_kept.into_iter().all(|is_kept| is_kept) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn promise(what: &str, measured: f64, at_most: f64) -> bool {
    println!("{what:<58} {measured:>9.2} {at_most:>9}");
    measured <= at_most
}

/// The list a minute later: every register was looked at again, one in a hundred has sold something.
fn later(list: &[u8]) -> Vec<u8> {
    let list = std::str::from_utf8(list).unwrap().replace("10:45:30", "10:46:30");
    let mut number = 0;
    let registers = list.split(r#""shiftReceipt":2278"#).collect::<Vec<_>>();
    let mut later = String::with_capacity(list.len());
    for (index, part) in registers.iter().enumerate() {
        if index > 0 {
            later.push_str(if number % 100 == 0 {
                r#""shiftReceipt":2279"#
            } else {
                r#""shiftReceipt":2278"#
            });
            number += 1;
        }
        later.push_str(part);
    }
    later.into_bytes()
}

/// The register as it would be if all were well with it.
fn well(kkt: &Kkt) -> Kkt {
    let mut kkt = kkt.clone();
    kkt.fiscal_storage_percentage_use = Some(20.0);
    "00107703864827".clone_into(&mut kkt.serial_number);
    kkt
}

/// What part of the time of `base` does `ours` take?
fn ratio(pairs: usize, base: impl Fn(), ours: impl Fn()) -> f64 {
    let mut ratios: Vec<f64> = (0..pairs)
        .map(|pair| {
            // Whoever comes second finds a warmer machine, so they take turns.
            let (base, ours) = if pair % 2 == 0 {
                let base = time(&base);
                (base, time(&ours))
            } else {
                let ours = time(&ours);
                (time(&base), ours)
            };
            ours.as_secs_f64() / base.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(pairs / 2).copied().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn time(work: &impl Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
