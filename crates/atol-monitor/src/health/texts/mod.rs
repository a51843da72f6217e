//! What people read about a finding. The shared parts are here, the sentences in a file for each language.

mod en;
mod ru;

use atol_model::{NetworkErrorCode, OffsetTimestamp};
use jiff::tz::TimeZone;

use super::{BLOCKED_AFTER, Finding};
use crate::Language;

/// ATOL Online sends an invoice for a new ФН from this fill on. Source: help.atol.online/article/20054.
const VENDOR_INVOICES_FROM_PERCENT: f64 = 80.0;

/// ATOL Online replaces a ФН (when that is paid for) this many calendar days before it expires. Source: the same article.
const VENDOR_REPLACES_DAYS_BEFORE: i64 = 4;

pub(super) fn title(finding: &Finding, language: Language) -> String {
    match language {
        Language::En => en::title(finding),
        Language::Ru => ru::title(finding),
    }
}

pub(super) fn explain(finding: &Finding, language: Language) -> String {
    match language {
        Language::En => en::explain(finding),
        Language::Ru => ru::explain(finding),
    }
}

/// What to look at first when the exchange with the ОФД ends with this code; nothing when it went well.
///
/// ```
/// use atol_monitor::health::network_error_advice;
/// use atol_monitor::{Language, NetworkErrorCode};
///
/// let advice = network_error_advice(NetworkErrorCode::NoPhysicalLink, Language::En);
/// assert_eq!(advice, Some("Check cable, modem and power."));
/// assert_eq!(network_error_advice(NetworkErrorCode::NoError, Language::En), None);
/// ```
pub fn network_error_advice(code: NetworkErrorCode, language: Language) -> Option<&'static str> {
    code.is_error().then(|| match language {
        Language::En => en::advice(code),
        Language::Ru => ru::advice(code),
    })
}

/// Whether documents have waited for so long that the register is blocked.
fn is_blocked(seconds: Option<u64>) -> bool {
    seconds.is_some_and(|seconds| seconds >= BLOCKED_AFTER.as_secs())
}

/// A length of time in its two greatest units, rounded down: `4 d 5 h`, `21 h`, `45 min`.
fn span(seconds: u64, [day, hour, minute, second]: [&str; 4]) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} {second}"),
        (0, 0, _) => format!("{minutes} {minute}"),
        (0, _, 0) => format!("{hours} {hour}"),
        (0, _, _) => format!("{hours} {hour} {minutes} {minute}"),
        (_, 0, _) => format!("{days} {day}"),
        (_, _, _) => format!("{days} {day} {hours} {hour}"),
    }
}

/// Date, time and offset. Seconds are left out: no deadline is known to the second.
fn date_time(at: OffsetTimestamp, format: &str) -> String {
    at.timestamp().to_zoned_datetime(TimeZone::fixed(at.offset())).strftime(format).to_string()
}

/// A per cent value without needless zeros.
fn number(percent: f64) -> String {
    // Rounded down, not to show a limit as reached that is not. The little on top is for 80.1, of which a hundred times is
    // less than 8010.
    let rounded = (percent * 100.0 + 1e-6).floor() / 100.0;
    if rounded.is_finite() { rounded.to_string() } else { percent.to_string() }
}

/// Text of the service: short, and without characters that could play tricks with a terminal.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 64;
    let mut quoted: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        quoted.push('…');
    }
    quoted
}
