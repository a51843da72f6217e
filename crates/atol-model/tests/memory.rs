//! What a register takes of memory, counted: promised are at most 8 allocations and 570 bytes of the heap.

use std::mem::size_of;

use atol_model::{Kkt, KktList};

const REGISTERS: u32 = 1_000;

#[test]
fn a_register_of_a_list_takes_seven_allocations_and_half_a_kilobyte() {
    let json = atol_bench::list(1_000, 0);
    let mut kept = None;
    let info = allocation_counter::measure(|| kept = Some(KktList::from_json(&json)));
    assert_eq!(kept.and_then(Result::ok).map(|list| list.len()), Some(1_000));

    // Seven texts, and for the whole list the vector and its last trimming.
    assert!(info.count_total <= u64::from(7 * REGISTERS + 4), "{info:?}");
    let bytes = info.bytes_current / i64::from(REGISTERS);
    assert!(bytes <= 570, "{bytes} bytes a register");
    // Nothing is kept but the struct and its seven texts, 91 bytes in all.
    assert_eq!(bytes, i64::try_from(size_of::<Kkt>()).unwrap_or_default() + 91);
}
