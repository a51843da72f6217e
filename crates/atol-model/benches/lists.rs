//! That reading costs no more a register in a long list than in a short one.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::hint::black_box;
use std::process::ExitCode;

use atol_bench::{PlainKkt, Table, Work, list};
use atol_model::KktList;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    table.curve("read", |registers| {
        let json = list(registers, 0);
        let plain = json.clone();
        let mut kept = None;
        let info = allocation_counter::measure(|| kept = Some(KktList::from_json(&json).unwrap()));
        Work::new(
            move || drop(black_box(KktList::from_json(black_box(&json)).unwrap())),
            move || drop(black_box(serde_json::from_slice::<Vec<PlainKkt>>(black_box(&plain)).unwrap())),
            usize::try_from(info.bytes_current).unwrap(),
        )
    });
    table.finish()
}
