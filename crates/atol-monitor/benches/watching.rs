//! What watching and judging promise, as ratios to reading the same registers within one run.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use atol_bench::Bound::AtMost;
use atol_bench::{Table, list, ratio, seconds};
use atol_monitor::health::Policy;
use atol_monitor::watch::{Moment, PollOutcome, Watcher};
use atol_monitor::{Kkt, KktList, snapshot};
use jiff::Timestamp;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    let (registers, pairs) = if table.is_quick() { (1000, 1) } else { (100_000, 15) };
    let now: Timestamp = "2019-12-05T10:46:30Z".parse().unwrap();
    let policy = Policy::default();

    let before = list(registers, 0);
    let after = later(&before);
    let (list_before, list_after) =
        (KktList::from_json(&before).unwrap(), KktList::from_json(&after).unwrap());
    let read = || seconds(|| drop(black_box(KktList::from_json(black_box(&after)).unwrap())));
    table.time("P11", "differences of two lists of 100 000: time / reading one", AtMost(0.5), || {
        ratio(pairs, read, || {
            seconds(|| {
                let diff = snapshot::diff(black_box(&list_before), black_box(&list_after));
                assert_eq!(black_box(diff).changed.len(), registers / 100);
            })
        })
    });
    if table.wants("P11") {
        let mut watcher = Watcher::new(policy.clone(), Duration::from_secs(3600));
        watcher.observe(PollOutcome::List(list_before.clone()), Moment::new(now, Duration::ZERO));
        let mut lists = vec![list_after.clone(); pairs];
        let observe = ratio(pairs, read, || {
            let list = PollOutcome::List(lists.pop().unwrap());
            seconds(|| drop(black_box(watcher.observe(list, Moment::new(now, Duration::ZERO)))))
        });
        if !table.is_quick() {
            table.note("P11", "the whole watch, with health and counts: the same", observe);
        }
    }

    // As in a list: what surrounds a single call weighs more than the call.
    let texts: Vec<String> = list_after.iter().take(1000).map(Kkt::to_json).collect();
    let read_each = || {
        seconds(|| {
            for text in &texts {
                black_box(Kkt::from_json(black_box(text.as_bytes())).unwrap());
            }
        })
    };
    let assess = |registers: &[Kkt]| {
        seconds(|| {
            for kkt in registers {
                black_box(policy.assess(black_box(kkt), now));
            }
        })
    };
    let well: Vec<Kkt> = list_after.iter().take(1000).map(well).collect();
    assert!(well.iter().all(|kkt| policy.assess(kkt, now).is_ok()));
    table.time("P12", "health of a register with two findings: time / reading it", AtMost(0.5), || {
        ratio(pairs * 3, read_each, || assess(&list_after[..1000]))
    });
    table.time("P12", "health of a register that is well: time / reading it", AtMost(0.5), || {
        ratio(pairs * 3, read_each, || assess(&well))
    });
    table.finish()
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
