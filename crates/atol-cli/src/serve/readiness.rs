//! `/readyz`: whether there is something to show, and how old it is.

use std::fmt::Write as _;
use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::answer::{Answer, text};
use super::state::View;

/// Ready once every account has had a good poll, and with none at once: that waits for nothing. With `max_age=SECONDS` in
/// the query, only while each list is no older.
pub(crate) fn answer(view: &View, query: &str, now: Timestamp) -> Answer {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "max_age");
    let max_age = match asked.map(|(_, value)| value.parse().map(Duration::from_secs)) {
        None => None,
        Some(Ok(max_age)) => Some(max_age),
        Some(Err(_)) => {
            return text(StatusCode::BAD_REQUEST, "the parameter `max_age` is not a number of seconds");
        }
    };
    let mut is_ready = true;
    let mut lines = String::new();
    for account in view.accounts() {
        let name = atol_transport::error::Excerpt::of(&account.name, 64);
        let told = match account.last_success() {
            None => {
                is_ready = false;
                write!(lines, "\n{name}: no successful poll yet")
            }
            Some(at) => {
                let age = now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs();
                is_ready &= max_age.is_none_or(|max_age| age <= max_age);
                let fails = if account.is_up() { "" } else { "; the last poll failed" };
                write!(lines, "\n{name}: last successful poll {} s ago{fails}", age.as_secs())
            }
        };
        // A string takes whatever is written to it.
        let _ = told;
    }
    if view.accounts().len() == 0 {
        lines.push_str("\nno accounts: this process has none to serve");
    }
    let (status, word) =
        if is_ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    text(status, &format!("{word}{lines}"))
}
