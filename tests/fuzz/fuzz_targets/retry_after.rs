//! `Retry-After` and `Date`: no text of theirs makes a wait of more than what anybody can mean, nor any trouble.

#![no_main]

use std::time::Duration;

use atol_tests_fuzz::{can_be_shown, judged};
use bytes::Bytes;
use http::{HeaderValue, Response};
use libfuzzer_sys::fuzz_target;

/// A year: the longest wait that is passed on.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

fuzz_target!(|input: (&[u8], &[u8])| {
    let (retry_after, date) = input;
    let (Ok(retry_after), Ok(date)) = (HeaderValue::from_bytes(retry_after), HeaderValue::from_bytes(date)) else {
        return;
    };
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    answer.headers_mut().insert("retry-after", retry_after);
    answer.headers_mut().insert("date", date);
    let error = judged(answer).expect_err("429 is no success");
    can_be_shown(&error);
    assert!(error.retry_after().is_none_or(|wait| wait <= LONGEST), "{error:?}");
});
