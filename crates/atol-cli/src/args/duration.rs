//! Lengths of time as people write them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// `20` and `1.5` are seconds; `500ms`, `2m`, `1h 30m` and `2d` say what they are. A day has 24 hours.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse::<f64>().ok().map(Duration::try_from_secs_f64);
    let duration = match seconds {
        Some(duration) => duration.ok(),
        None => text
            .trim()
            .parse::<Span>()
            .ok()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
            .and_then(|duration| Duration::try_from(duration).ok()),
    };
    match duration {
        Some(duration) if !duration.is_zero() => Ok(duration),
        Some(_) => Err("use more than no time, such as 500ms or 20s".to_owned()),
        None => Err("write seconds (20, 1.5) or a number with its unit (500ms, 2m, 1h 30m, 2d)".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_fractions_and_units_are_understood() {
        for (text, milliseconds) in [
            ("20", 20_000),
            ("1.5", 1_500),
            ("500ms", 500),
            ("1m", 60_000),
            ("1h 30m", 5_400_000),
            ("2d", 172_800_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "soon", "-5", "-5s", "0", "0s", "inf", "nan", "1mo", "1e300"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
