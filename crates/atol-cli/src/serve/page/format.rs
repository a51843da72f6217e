//! Values as people read them.

use std::fmt::Display;

use atol_monitor::Language;
use atol_transport::error::Excerpt;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Context;

/// The longest text of the service that is shown; more than any address.
const LONGEST: usize = 300;

const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_RU: [&str; 12] =
    ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];

/// Text of the service: short, with marks that turn text around or hide in it shown as what they are. The template
/// escapes it.
pub(super) fn foreign(text: &str) -> String {
    Excerpt::of(text, LONGEST).to_string()
}

impl Context<'_> {
    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.policy.local(at).to_zoned().date()
    }

    /// Dates from today to that moment; negative when it has passed.
    pub(super) fn days_until(&self, at: Timestamp) -> i64 {
        self.policy.days_between(self.now, at)
    }

    /// `24 Nov 2026`.
    pub(super) fn full_date(&self, at: Timestamp) -> String {
        let date = self.date(at);
        format!("{} {}", self.short_date(date), date.year())
    }

    /// `24 Nov`.
    pub(super) fn short_date(&self, date: Date) -> String {
        let months = if self.language == Language::Ru { &MONTHS_RU } else { &MONTHS_EN };
        let month = usize::try_from(date.month()).unwrap_or_default().wrapping_sub(1);
        format!("{} {}", date.day(), months.get(month).copied().unwrap_or_default())
    }

    /// `24 Nov 2026, 13:05`.
    pub(super) fn date_time(&self, at: Timestamp) -> String {
        format!("{}, {}", self.full_date(at), self.time(at))
    }

    /// `13:05`.
    pub(super) fn time(&self, at: Timestamp) -> String {
        let time = self.policy.local(at).to_zoned().time();
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// `+03:00`: by how much the times of the page are ahead of UTC.
    pub(super) fn zone(&self) -> String {
        self.policy.local(self.now).to_zoned().strftime("%:z").to_string()
    }

    /// `3 min ago`.
    pub(super) fn ago(&self, at: Timestamp) -> String {
        self.words().ago(self.now.duration_since(at))
    }

    /// `85.3 %`, with the language's own comma.
    pub(super) fn percent(&self, percent: f64) -> String {
        let text = format!("{percent:.1}\u{a0}%");
        if self.language == Language::Ru { text.replace('.', ",") } else { text }
    }
}

/// A number with its thousands apart.
pub(super) fn number(number: impl Display) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            // A narrow blank that no line breaks at.
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A moment for programs: the `datetime` of `<time>`.
pub(super) fn machine(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The largest whole unit of a length of time.
pub(super) enum Coarse {
    Moments,
    Minutes(i64),
    Hours(i64),
    Days(i64),
}

impl Coarse {
    pub(super) fn of(duration: SignedDuration) -> Coarse {
        match duration.as_secs() {
            ..60 => Coarse::Moments,
            seconds @ 60..3600 => Coarse::Minutes(seconds / 60),
            seconds @ 3600..172_800 => Coarse::Hours(seconds / 3600),
            seconds => Coarse::Days(seconds / 86_400),
        }
    }
}
