//! `Kkt::from_json`: what is read means what the text says and comes back; what is refused can be told.

#![no_main]

use atol_model::Kkt;
use atol_model_fuzz::{can_be_shown, comes_back};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|json: &[u8]| {
    match Kkt::from_json(json) {
        Ok(kkt) => {
            comes_back(&kkt);
            assert_eq!(kkt.to_value(), said(json));
        }
        Err(error) => can_be_shown(&error),
    }
});

/// The object in the words of an independent reader, without the envelope and without what means nothing when it is null.
fn said(json: &[u8]) -> Value {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut value: Value = serde_json::from_slice(json).expect("what was read is JSON");
    if value.get("serialNumber").is_none() {
        value = value["data"].take();
    }
    for name in ["unsentDocs", "firstUnsetDocTimestamp", "firstUnsentDocTimestamp"] {
        if value.get(name).is_some_and(Value::is_null) {
            value.as_object_mut().expect("a register is an object").remove(name);
        }
    }
    value
}
