//! What a register of a list takes of memory, counted. A benchmark of its own, because counting slows what is timed.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::process::ExitCode;

use atol_bench::Bound::AtMost;
use atol_bench::{Table, list};
use atol_model::KktList;

const REGISTERS: u32 = 10_000;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    let json = list(REGISTERS as usize, 0);
    let mut kept = None;
    let info = allocation_counter::measure(|| kept = Some(KktList::from_json(&json).unwrap()));
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    let (allocations, bytes) = (info.count_total as f64, info.bytes_current as f64);
    let each = |count: f64| Ok(count / f64::from(REGISTERS));
    table.count("P3", "allocations of a register", AtMost(8.0), || each(allocations));
    table.count("P3", "bytes of the heap of a register", AtMost(570.0), || each(bytes));
    drop(kept);
    table.finish()
}
