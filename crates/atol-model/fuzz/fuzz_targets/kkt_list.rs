//! `KktList::from_json`: every element is either a register or rejected, as it would be alone.

#![no_main]

use atol_model::{Kkt, KktList};
use atol_model_fuzz::{can_be_shown, comes_back};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let list = match KktList::from_json(json) {
        Ok(list) => list,
        Err(error) => return can_be_shown(&error),
    };
    list.iter().for_each(comes_back);
    let elements = list.len() + list.rejected().len();
    assert!(list.rejected().is_sorted_by(|one, next| one.index < next.index));
    assert!(list.rejected().last().is_none_or(|last| last.index < elements));
    for rejected in list.rejected() {
        let alone = Kkt::from_element(rejected.raw.as_bytes()).expect_err("it was rejected");
        assert_eq!(rejected.error.kind(), alone.kind());
        assert!(rejected.error.path().starts_with(&format!("[{}]", rejected.index)));
        can_be_shown(&rejected.error);
    }
    // The good ones by themselves take the fast path and stay what they are.
    let back = KktList::from_json(list.to_json().as_bytes()).expect("what was written can be read");
    assert_eq!(back[..], list[..]);
    assert!(back.rejected().is_empty());
});
