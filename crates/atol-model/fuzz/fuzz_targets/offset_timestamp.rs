//! `OffsetTimestamp`: what is read prints back as it came, and is the instant that jiff reads.

#![no_main]

use atol_model::OffsetTimestamp;
use atol_model_fuzz::can_be_shown;
use jiff::Timestamp;
use jiff::tz::{self, Offset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<OffsetTimestamp>() {
        Ok(date) => {
            assert_eq!(date.to_string(), text);
            assert_eq!(text.parse::<Timestamp>().expect("jiff reads it, too"), date.timestamp());
            assert_eq!(
                OffsetTimestamp::parse_assuming(text, tz::offset(3)).expect("a zone is no harm"),
                date
            );
            through_serde(date);
        }
        Err(error) => can_be_shown(&error),
    }
    for offset in [Offset::UTC, tz::offset(3), Offset::MIN, Offset::MAX] {
        match OffsetTimestamp::parse_assuming(text, offset) {
            Ok(date) => {
                assert_eq!(date.to_string(), text);
                through_serde(date);
            }
            Err(error) => can_be_shown(&error),
        }
    }
});

/// Through JSON the instant and its offset come back, whatever the notation.
fn through_serde(date: OffsetTimestamp) {
    let json = serde_json::to_string(&date).expect("a date is JSON");
    let back: OffsetTimestamp = serde_json::from_str(&json).expect("what was written can be read");
    assert_eq!((back.timestamp(), back.offset()), (date.timestamp(), date.offset()));
}
