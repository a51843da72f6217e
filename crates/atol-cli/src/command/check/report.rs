//! What a check prints.

use std::cmp::Reverse;
use std::fmt;
use std::time::Duration;

use atol_monitor::Language;
use atol_monitor::health::{Policy, Severity};

use super::perfdata::Perfdata;
use super::survey::Survey;
use crate::judged::Judged;
use crate::output::foreign;
use crate::text::word;

/// The longest name of the service's that is shown whole.
const LONGEST_NAME: usize = 40;

/// How many registers are told of one by one: monitoring systems cut long output, and people read less still.
const MOST_LINES: usize = 50;

/// The status line, the performance data, and a line for each register that is not well.
pub(super) struct Report {
    status: &'static str,
    summary: String,
    perfdata: Perfdata,
    lines: Vec<String>,
}

impl Report {
    pub(super) fn new(survey: &Survey, policy: &Policy, language: Language, elapsed: Duration) -> Report {
        let lines = lines(survey, language);
        let summary = match (survey.nothing(), lines.first()) {
            (Some(nothing), _) => nothing.to(language).to_owned(),
            (None, None) => counts(survey, language),
            (None, Some(worst)) => format!("{}; {worst}", counts(survey, language)),
        };
        Report {
            status: label(survey.severity()),
            summary,
            perfdata: Perfdata::new(survey, policy, elapsed),
            lines: shortened(lines, language),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ATOL {} - {} | {}", self.status, without_bars(&self.summary), self.perfdata)?;
        for line in &self.lines {
            write!(f, "\n{}", without_bars(line))?;
        }
        Ok(())
    }
}

/// A bar begins the performance data, so none may stand in the text.
pub(super) fn without_bars(text: &str) -> String {
    text.replace('|', "¦")
}

/// The words of the guidelines, which programs look for, in every language.
fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "OK",
        Severity::Warning => "WARNING",
        Severity::Critical => "CRITICAL",
        Severity::Unknown => "UNKNOWN",
    }
}

fn counts(survey: &Survey, language: Language) -> String {
    let all = survey.len();
    let head = match (language, all) {
        (Language::Ru, _) => format!("ККТ: {all}"),
        (_, 1) => "1 register".to_owned(),
        _ => format!("{all} registers"),
    };
    let states: Vec<_> = Severity::ALL
        .into_iter()
        .rev()
        .filter(|&severity| survey.count(severity) > 0)
        .map(|severity| {
            let (count, label) = (survey.count(severity), severity.label(language));
            match language {
                // In Russian the word would have to agree with the number.
                Language::Ru => format!("{label}: {count}"),
                _ => format!("{count} {label}"),
            }
        })
        .collect();
    format!("{head} ({})", states.join(", "))
}

/// A line for each register that is not well, the worst first.
fn lines(survey: &Survey, language: Language) -> Vec<String> {
    let mut troubled: Vec<&Judged> =
        survey.registers.iter().filter(|register| register.severity() != Severity::Ok).collect();
    troubled.sort_by_key(|register| &register.kkt.serial_number);
    let troubled = troubled.into_iter().map(|register| (register.severity(), line(register, language)));
    let unreadable = survey
        .unreadable
        .iter()
        .map(|(serial, why)| (Severity::Unknown, format!("[UNKNOWN] {serial}: {}", why.to(language))));
    let mut lines: Vec<_> = troubled.chain(unreadable).collect();
    lines.sort_by_key(|(severity, _)| Reverse(*severity));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(register: &Judged, language: Language) -> String {
    let serial = foreign(Some(&register.kkt.serial_number), LONGEST_NAME);
    let group = match &register.kkt.group_code {
        Some(group) => format!(" ({})", foreign(Some(group), LONGEST_NAME)),
        None => String::new(),
    };
    let titles: Vec<_> = register.assessment.findings.iter().map(|finding| finding.title(language)).collect();
    format!("[{}] {serial}{group}: {}", label(register.severity()), titles.join("; "))
}

fn shortened(mut lines: Vec<String>, language: Language) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        let and = word(language, "more: atol list --problems", "ещё: atol list --problems");
        lines.push(format!("… {more} {and}"));
    }
    lines
}
