//! The `Retry-After` header: how long the service asks to wait.

use std::time::{Duration, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;

/// The longest wait that is passed on. Whoever adds it to an instant must not overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// How far ahead of `Date` a date in `Retry-After` may lie. If it is further, one of the two is wrong, and the
/// clock of this machine decides.
const LONGEST_AFTER_DATE: u64 = 24 * 3600;

/// Reads how long the answer asks to wait, in seconds or as a date; the longest if there are several.
///
/// A date is compared with the answer's own `Date`, so that a wrong clock on this machine does no harm, and
/// with `now` when there is none. `None` for everything illegible, which is to say: no wish was uttered.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    headers
        .get_all(RETRY_AFTER)
        .iter()
        .filter_map(|value| {
            let value = std::str::from_utf8(value.as_bytes()).ok()?.trim_ascii();
            in_seconds(value).or_else(|| until(value, headers, now))
        })
        .max()
        .map(|wait| wait.min(LONGEST))
}

fn in_seconds(value: &str) -> Option<Duration> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits that do not fit are a very long time, not a mistake to be passed over.
    Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

fn until(value: &str, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let target = unix_seconds(value)?;
    let sent = headers.get(DATE).and_then(|date| unix_seconds(std::str::from_utf8(date.as_bytes()).ok()?));
    let now = match sent {
        Some(sent) if target.saturating_sub(sent) <= LONGEST_AFTER_DATE => sent,
        _ => u64::try_from(now.as_second()).unwrap_or(0),
    };
    Some(Duration::from_secs(target.saturating_sub(now)))
}

fn unix_seconds(date: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const NOW: &str = "2026-11-24T10:00:00Z";

    fn asked(retry_after_header: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after_header).unwrap());
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        retry_after(&headers, NOW.parse().unwrap()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds() {
        let year = Some(LONGEST.as_secs());
        let cases = [
            ("0", Some(0)),
            ("5", Some(5)),
            (" 5 ", Some(5)),
            ("0005", Some(5)),
            ("3600", Some(3600)),
            ("18446744073709551615", year),
            ("18446744073709551616", year),
            ("99999999999999999999999999999999", year),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("5s", None),
            ("0x10", None),
            ("", None),
            ("soon", None),
        ];
        for (header, expected) in cases {
            assert_eq!(asked(header, None), expected, "Retry-After: {header}");
        }
    }

    #[test]
    fn k04_dates_are_compared_with_the_answers_own_unless_it_lies() {
        let target = "Tue, 24 Nov 2026 10:00:30 GMT";
        let cases = [
            // Without a Date the clock of this machine decides.
            (target, None, Some(30)),
            ("Tuesday, 24-Nov-26 10:00:30 GMT", None, Some(30)),
            ("Tue Nov 24 10:00:30 2026", None, Some(30)),
            ("Tue, 24 Nov 2026 09:00:00 GMT", None, Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", None, Some(LONGEST.as_secs())),
            // With one, the service's clock does: this machine's is 400 days off here.
            ("Wed, 29 Dec 2027 10:00:45 GMT", Some("Wed, 29 Dec 2027 10:00:00 GMT"), Some(45)),
            (target, Some("Tue, 24 Nov 2026 10:00:25 GMT"), Some(5)),
            // A Date that makes no sense is passed over.
            (target, Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some(30)),
            (target, Some("yesterday"), Some(30)),
            // Dates that do not exist.
            ("Tue, 31 Nov 2026 10:00:30 GMT", None, None),
            ("Tue, 24 Nov 2026 25:00:30 GMT", None, None),
            ("2026-11-24T10:00:30Z", None, None),
        ];
        for (header, date, expected) in cases {
            assert_eq!(asked(header, date), expected, "Retry-After: {header}, Date: {date:?}");
        }
    }

    #[test]
    fn k03_a_clock_before_1970_asks_for_no_more_than_the_longest_wait() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Tue, 24 Nov 2026 10:00:30 GMT"));
        let before = "1903-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after(&headers, before), Some(LONGEST));
        headers.insert(DATE, HeaderValue::from_static("Tue, 24 Nov 2026 10:00:00 GMT"));
        assert_eq!(retry_after(&headers, before), Some(Duration::from_secs(30)));
    }

    #[test]
    fn the_longest_of_several_wishes_counts_and_illegible_ones_do_not() {
        let mut headers = HeaderMap::new();
        for value in ["7", "soon", "30", "5"] {
            headers.append(RETRY_AFTER, HeaderValue::from_static(value));
        }
        assert_eq!(retry_after(&headers, NOW.parse().unwrap()), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&HeaderMap::new(), NOW.parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_header_panics_or_asks_for_more_than_a_year(
            wish in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "[0-9]{1,40}".prop_map(String::into_bytes),
                "[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
                    .prop_map(String::into_bytes),
            ],
            date in proptest::option::of("[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"),
            now in any::<i32>(),
        ) {
            let mut headers = HeaderMap::new();
            if let Ok(wish) = HeaderValue::from_bytes(&wish) {
                headers.insert(RETRY_AFTER, wish);
            }
            if let Some(date) = date {
                headers.insert(DATE, HeaderValue::from_str(&date).unwrap());
            }
            let now = Timestamp::from_second(i64::from(now)).unwrap();
            if let Some(wait) = retry_after(&headers, now) {
                prop_assert!(wait <= LONGEST);
            }
        }
    }
}
