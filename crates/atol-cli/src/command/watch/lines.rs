//! Events as lines that a person can read.

use std::time::Duration;

use atol_monitor::Language;
use atol_monitor::health::{Finding, Policy, Severity};
use atol_monitor::watch::{Closure, Fleet, WatchEvent};
use jiff::Timestamp;

use super::attributes;
use super::reasons::Reasons;
use crate::failure::Failure;
use crate::output::{Screen, foreign, state};
use crate::text::{Text, text, word};

/// The longest name of the service's that is shown whole.
const LONGEST_NAME: usize = 40;

/// How many of many serial numbers are named.
const MOST_NAMES: usize = 5;

/// Writes events as lines.
pub(super) struct Lines<'a> {
    pub(super) policy: &'a Policy,
    pub(super) language: Language,
    pub(super) screen: Screen,
    /// Why polls failed.
    pub(super) reasons: Reasons,
    /// Whether counters are news.
    pub(super) all_changes: bool,
}

impl Lines<'_> {
    /// The lines of an event; some are no news to a person and have none. `fleet` knows the registers' groups.
    pub(super) fn of(&self, event: &WatchEvent, fleet: &Fleet<'_>) -> Vec<String> {
        let at = event.at();
        let plain = |text: String| vec![self.line(at, None, &text)];
        let graded = |severity, text: String| vec![self.line(at, Some(severity), &text)];
        let name = |serial: &str| named(serial, fleet);
        let en = self.language != Language::Ru;
        match event {
            WatchEvent::Snapshot { registers, unreadable, .. } => {
                let count = registers.len() + unreadable.len();
                let begin = if en { format!("registers: {count}") } else { format!("ККТ: {count}") };
                let mut lines = plain(begin);
                lines.extend(unreadable.iter().map(|kkt| {
                    let serial = kkt.serial_number.as_deref().unwrap_or("?");
                    self.line(at, Some(Severity::Unknown), &self.unreadable(&name(serial), &kkt.reason))
                }));
                lines
            }
            WatchEvent::Added { kkt, .. } => {
                plain(format!("{}: {}", name(&kkt.serial_number), self.word("new register", "новая ККТ")))
            }
            WatchEvent::Changed { kkt, attributes, .. } => {
                let changes: Vec<_> = attributes
                    .iter()
                    .filter(|change| self.all_changes || !attributes::is_routine(change))
                    .map(|change| attributes::shown(change, self))
                    .collect();
                if changes.is_empty() {
                    return Vec::new();
                }
                plain(format!("{}: {}", name(&kkt.serial_number), changes.join("; ")))
            }
            WatchEvent::Removed { serial_number, .. } => {
                let gone = self.word("no longer in the list", "больше нет в списке");
                plain(format!("{}: {gone}", named(serial_number, fleet)))
            }
            WatchEvent::Unreadable { serial_number, error, .. } => {
                let name = name(serial_number.as_deref().unwrap_or("?"));
                graded(Severity::Unknown, self.unreadable(&name, &error.summary))
            }
            WatchEvent::Readable { serial_number, since, .. } => {
                let (name, lasted) = (name(serial_number), self.between(*since, at));
                let again = self.word("can be read again, after", "снова читается, спустя");
                graded(Severity::Ok, format!("{name}: {again} {lasted}"))
            }
            WatchEvent::FindingOpened { finding, .. } => {
                graded(finding.severity(), self.finding(finding, fleet))
            }
            WatchEvent::FindingChanged { finding, was, .. } => {
                let (was, before) = (was.label(self.language), self.word("was", "было"));
                graded(finding.severity(), format!("{} ({before}: {was})", self.finding(finding, fleet)))
            }
            WatchEvent::FindingClosed { finding, because, .. } => {
                let over = match because {
                    Closure::Removed => self.word("register removed", "ККТ удалена"),
                    _ => self.word("over", "прошло"),
                };
                graded(Severity::Ok, format!("{} ({over})", self.finding(finding, fleet)))
            }
            WatchEvent::PollFailed { since, failures, error, .. } => {
                self.poll_failed(at, *since, *failures, &self.reasons.explain(error))
            }
            WatchEvent::Recovered { since, failures, .. } => {
                let lasted = self.between(*since, at);
                let again = if en {
                    format!("answers again, after {lasted} (failures: {failures})")
                } else {
                    format!("сервис снова отвечает, спустя {lasted} (неудач: {failures})")
                };
                graded(Severity::Ok, again)
            }
            WatchEvent::NoNews { serial_numbers, .. } => {
                let silent = self.word("no news of", "нет вестей:");
                graded(Severity::Unknown, format!("{silent} {}", self.names(serial_numbers)))
            }
            WatchEvent::NewsAgain { serial_numbers, .. } => {
                let heard = self.word("news again of", "снова есть вести:");
                graded(Severity::Ok, format!("{heard} {}", self.names(serial_numbers)))
            }
            WatchEvent::ClockSkew { ahead_seconds: 0, .. } => {
                let right =
                    self.word("this machine's clock is right again", "часы этого компьютера снова верны");
                graded(Severity::Ok, right.to_owned())
            }
            WatchEvent::ClockSkew { ahead_seconds, .. } => {
                let off = span(Duration::from_secs(ahead_seconds.unsigned_abs()), self.language);
                let wrong = match (en, *ahead_seconds > 0) {
                    (true, true) => format!("this machine's clock is {off} slow"),
                    (true, false) => format!("this machine's clock is {off} fast"),
                    (false, true) => format!("часы этого компьютера отстают на {off}"),
                    (false, false) => format!("часы этого компьютера спешат на {off}"),
                };
                graded(Severity::Warning, wrong)
            }
            _ => Vec::new(),
        }
    }

    fn poll_failed(&self, at: Timestamp, since: Timestamp, failures: u32, failure: &Failure) -> Vec<String> {
        let since = self.date_time(since);
        let Text { en, ru } = failure.what();
        let failed = text!(
            "the poll failed (since {since}, failures: {failures}): {en}",
            "опрос не удался (с {since}, неудач: {failures}): {ru}"
        );
        let mut lines = vec![self.line(at, Some(Severity::Unknown), failed.to(self.language))];
        lines.extend(failure.advice().map(|advice| {
            let (begin, advice) = (self.word("what to do", "что делать"), advice.to(self.language));
            self.line(at, None, &format!("{begin}: {advice}"))
        }));
        lines
    }

    pub(super) fn date_time(&self, at: Timestamp) -> String {
        let form = self.word("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S");
        self.policy.local(at).to_zoned().strftime(form).to_string()
    }

    fn line(&self, at: Timestamp, severity: Option<Severity>, text: &str) -> String {
        let label = severity.map(|severity| state(severity, self.language)).unwrap_or_default();
        let widths = Severity::ALL.map(|severity| state(severity, self.language).chars().count());
        let width = widths.into_iter().max().unwrap_or_default();
        let blanks = " ".repeat(width - label.chars().count());
        let label = severity.map(|severity| self.screen.painted(severity, &label)).unwrap_or_default();
        let at = self.date_time(at);
        let text = self.screen.wrapped(text, at.len() + 2 + width + 2);
        format!("{at}  {label}{blanks}  {text}")
    }

    fn finding(&self, finding: &Finding, fleet: &Fleet<'_>) -> String {
        let id = finding.id().as_str();
        let serial = id.rsplit_once('/').map_or(id, |(serial, _)| serial);
        format!("{}: {}", named(serial, fleet), finding.title(self.language))
    }

    fn unreadable(&self, name: &str, why: &str) -> String {
        let cannot = self.word("cannot be read", "не читается");
        format!("{name}: {cannot}: {}", foreign(Some(why), usize::MAX))
    }

    /// Some of the names, and how many more there are.
    fn names(&self, serial_numbers: &[String]) -> String {
        let names: Vec<_> = serial_numbers
            .iter()
            .take(MOST_NAMES)
            .map(|serial| foreign(Some(serial), LONGEST_NAME))
            .collect();
        let more = serial_numbers.len().saturating_sub(MOST_NAMES);
        match (names.is_empty(), more) {
            (true, _) => self.word("the whole fleet", "все ККТ").to_owned(),
            (false, 0) => names.join(", "),
            (false, more) => format!("{} (+{more})", names.join(", ")),
        }
    }

    fn between(&self, since: Timestamp, at: Timestamp) -> String {
        span(at.duration_since(since).try_into().unwrap_or_default(), self.language)
    }

    fn word(&self, en: &'static str, ru: &'static str) -> &'static str {
        word(self.language, en, ru)
    }
}

/// The serial number with its group.
fn named(serial: &str, fleet: &Fleet<'_>) -> String {
    let group = fleet.register(serial).and_then(|register| register.last()?.group_code.as_deref());
    let serial = foreign(Some(serial), LONGEST_NAME);
    match group {
        Some(group) => format!("{serial} ({})", foreign(Some(group), LONGEST_NAME)),
        None => serial,
    }
}

/// A length of time in whole seconds: `1 h 5 min 3 s`.
pub(super) fn span(time: Duration, language: Language) -> String {
    let seconds = time.as_secs();
    let parts = [
        (seconds / 3600, word(language, "h", "ч")),
        (seconds / 60 % 60, word(language, "min", "мин")),
        (seconds % 60, word(language, "s", "с")),
    ];
    let told: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if told.is_empty() { format!("0 {}", parts[2].1) } else { told.join(" ") }
}
