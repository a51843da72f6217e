//! Whatever a body says under whatever status: data is data, and a failure can be shown.

#![no_main]

use atol_tests_fuzz::{can_be_shown, judged};
use bytes::Bytes;
use http::Response;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let Ok(answer) = Response::builder().status(status % 1000).body(Bytes::copy_from_slice(body)) else { return };
    match judged(answer) {
        Ok(data) => {
            assert!((200..300).contains(&(status % 1000)));
            assert_eq!(data, body);
        }
        Err(error) => {
            can_be_shown(&error);
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status % 1000));
        }
    }
});
