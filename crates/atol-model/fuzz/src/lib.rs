//! What must hold of anything that was read or refused, whichever target met it.

use atol_model::{Error, Kkt};
use serde_json::Value;

/// A register goes to JSON and comes back the same, by whichever way out.
pub fn comes_back(kkt: &Kkt) {
    assert!(!kkt.serial_number.trim().is_empty(), "a register without a serial number");
    let json = kkt.to_json();
    let back = Kkt::from_json(json.as_bytes()).expect("what was written can be read");
    assert_eq!(&back, kkt);
    assert_eq!(back.to_json(), json, "written once more it is the same text");
    assert_eq!(serde_json::to_string(kkt).expect("a register is JSON"), json);
    assert_eq!(kkt.to_value(), serde_json::from_str::<Value>(&json).expect("JSON is a value"));
}

/// An error can be shown anywhere: one line of bearable length without characters that steer a terminal.
pub fn can_be_shown(error: &Error) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.chars().count() < 1_000, "{text}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert_eq!(error.line().is_some(), error.column().is_some());
    assert!(
        usize::from(error.is_syntax()) + usize::from(error.is_data()) + usize::from(error.is_service()) == 1
    );
}
