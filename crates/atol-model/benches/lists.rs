//! That reading costs no more a register in a long list than in a short one.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::hint::black_box;
use std::process::ExitCode;
use std::rc::Rc;

use atol_bench::{PlainKkt, Table, Work, list};
use atol_model::KktList;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    table.curve("read", |registers| {
        let json: Rc<[u8]> = list(registers, 0).into();
        let ours = {
            let json = Rc::clone(&json);
            move || KktList::from_json(black_box(&json)).unwrap()
        };
        let plain = move || {
            let mut list: Vec<PlainKkt> = serde_json::from_slice(black_box(&json)).unwrap();
            list.shrink_to_fit();
            list
        };
        Work::new((kept(&ours), drop_of(ours)), (kept(&plain), drop_of(plain)))
    });
    table.finish()
}

/// How many bytes its result keeps.
fn kept<T>(make: impl Fn() -> T) -> u64 {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(make()));
    info.bytes_current.unsigned_abs()
}

/// Makes it and lets it go.
fn drop_of<T>(make: impl Fn() -> T) -> impl Fn() {
    move || drop(black_box(make()))
}
