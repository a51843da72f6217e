//! How single values are shown to people.

use atol_monitor::health::{Policy, Severity};
use atol_monitor::{Kkt, Language, OffsetTimestamp};
use atol_transport::error::Excerpt;
use jiff::Timestamp;

use crate::text::word;

/// What stands for a value that the service does not tell.
pub(crate) const NOT_TOLD: &str = "?";

/// Shows values in a language, with dates in the zone of a policy.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    pub(crate) language: Language,
}

impl Cells<'_> {
    /// `2026-12-20 (27 d)`: the date in the zone, and the days left by the calendar.
    pub(crate) fn date_and_days(&self, date: Option<OffsetTimestamp>) -> String {
        let Some(date) = date else { return NOT_TOLD.to_owned() };
        let days = self.policy.days_between(self.now, date.timestamp());
        format!("{} ({days} {})", self.date(date), word(self.language, "d", "д"))
    }

    pub(crate) fn date(&self, date: OffsetTimestamp) -> String {
        self.local(date, word(self.language, "%Y-%m-%d", "%d.%m.%Y"))
    }

    pub(crate) fn date_time(&self, date: Option<OffsetTimestamp>) -> String {
        let Some(date) = date else { return NOT_TOLD.to_owned() };
        self.local(date, word(self.language, "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"))
    }

    fn local(&self, date: OffsetTimestamp, form: &str) -> String {
        self.policy.local(date.timestamp()).to_zoned().strftime(form).to_string()
    }

    pub(crate) fn percent(&self, percent: Option<f64>) -> String {
        let Some(percent) = percent else { return NOT_TOLD.to_owned() };
        let shown = format!("{percent:.1} %");
        if self.language == Language::Ru { shown.replace('.', ",") } else { shown }
    }

    pub(crate) fn shift(&self, kkt: &Kkt) -> &'static str {
        match kkt.is_shift_opened {
            Some(true) => word(self.language, "open", "открыта"),
            Some(false) => word(self.language, "closed", "закрыта"),
            None => NOT_TOLD,
        }
    }

    /// The code with its meaning; that all went well may go without saying.
    pub(crate) fn network_error(&self, kkt: &Kkt, is_success_told: bool) -> String {
        match kkt.network_error_code {
            Some(code) if code.is_error() || is_success_told => {
                let meaning = word(self.language, code.description_en(), code.description_ru());
                format!("{}: {meaning}", code.code())
            }
            Some(code) => code.code().to_string(),
            None => NOT_TOLD.to_owned(),
        }
    }
}

/// A count, where it is told.
pub(crate) fn count(count: Option<u64>) -> String {
    count.map_or_else(|| NOT_TOLD.to_owned(), |count| count.to_string())
}

/// Text of the service: short, and harmless to a terminal.
pub(crate) fn foreign(text: Option<&str>, most: usize) -> String {
    text.map_or_else(|| NOT_TOLD.to_owned(), |text| Excerpt::of(text, most).to_string())
}

/// Trouble stands out without colour.
pub(crate) fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "ok",
        Severity::Warning => "!",
        Severity::Critical => "!!",
        Severity::Unknown => "?",
    }
}

/// The mark and the name of a severity.
pub(crate) fn state(severity: Severity, language: Language) -> String {
    match severity {
        Severity::Ok => severity.label(language).to_owned(),
        _ => format!("{} {}", mark(severity), severity.label(language).to_uppercase()),
    }
}
