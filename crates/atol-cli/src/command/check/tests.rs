//! What a check prints, and that parsers of performance data take it.

use std::time::Duration;

use atol_monitor::Kkt;
use atol_monitor::Language;
use atol_monitor::health::{FindingKind, Policy, Severity};

use super::report::Report;
use super::survey::Survey;
use crate::judged::Judged;
use crate::text::text;

const NOW: &str = "2026-11-24T10:00:00Z";

fn survey(policy: &Policy) -> Survey {
    let at = |text: &str| text.parse::<atol_monitor::OffsetTimestamp>().unwrap();
    let kkt = |serial: &str| {
        Kkt::builder(serial)
            .group_code("магазин|17")
            .fiscalization_date(at("2026-01-10T09:00:00+00:00"))
            .fiscal_storage_expiration(at("2027-11-02T21:00:00+00:00"))
            .fiscal_storage_percentage_use(12.5)
            .signed_documents(31_250)
            .timestamp(at("2026-11-24T09:59:00+00:00"))
            .is_shift_opened(false)
            .network_error_code(atol_monitor::NetworkErrorCode::NoError)
    };
    let now = NOW.parse().unwrap();
    let registers = [
        kkt("00107703864827"),
        kkt("00107703864828").fiscal_storage_expiration(at("2026-12-19T21:00:00+00:00")),
        kkt("00107703864829")
            .unsent_docs(1200)
            .first_unsent_doc_timestamp(Some(at("2026-11-01T09:00:00+00:00"))),
    ]
    .map(|builder| Judged::new(builder.build(), policy, now));
    Survey {
        registers: registers.into(),
        unreadable: vec![("00107703864830".to_owned(), text!("no `timestamp`", "нет `timestamp`"))],
        now,
    }
}

fn policy() -> Policy {
    Policy::builder().disable(FindingKind::Identifiers).build().unwrap()
}

fn report(language: Language) -> String {
    let policy = policy();
    Report::new(&survey(&policy), &policy, language, Duration::from_millis(123)).to_string()
}

#[test]
fn one_line_tells_all_and_more_lines_tell_which() {
    insta::assert_snapshot!(report(Language::En));
}

#[test]
fn texts_are_russian_and_status_words_are_not() {
    insta::assert_snapshot!(report(Language::Ru));
}

#[test]
fn the_worst_register_decides_and_a_fleet_without_registers_is_unknown() {
    let policy = policy();
    let mut survey = survey(&policy);
    assert_eq!(survey.severity(), Severity::Critical);
    survey.registers.truncate(1);
    assert_eq!(survey.severity(), Severity::Unknown);
    survey.unreadable.clear();
    assert_eq!(survey.severity(), Severity::Ok);
    survey.registers.clear();
    assert_eq!(survey.severity(), Severity::Unknown);
    let report = Report::new(&survey, &policy, Language::En, Duration::ZERO).to_string();
    assert!(report.starts_with("ATOL UNKNOWN - there are no such registers | "), "{report}");
    parse_perfdata(report.split_once(" | ").unwrap().1);
}

#[test]
fn performance_data_follows_the_grammar_of_the_guidelines() {
    let report = report(Language::En);
    let line = report.lines().next().unwrap();
    assert_eq!(report.matches('|').count(), 1, "{report}");
    let metrics = parse_perfdata(line.split_once(" | ").unwrap().1);
    let metric = |label: &str| metrics.iter().find(|metric| metric.0 == label).unwrap().clone();
    assert_eq!(
        metric("fs_days_left"),
        ("fs_days_left".into(), "26".into(), String::new(), vec!["30:".into(), "4:".into()])
    );
    let age = metric("unsent_age");
    assert_eq!((age.1.as_str(), age.2.as_str(), age.3[1].as_str()), ("1990800", "s", "1728000"));
}

#[test]
fn a_rule_that_is_out_of_force_has_no_limits() {
    let policy = Policy::builder().disable(FindingKind::FiscalStorageExpiry).build().unwrap();
    let report = Report::new(&survey(&policy), &policy, Language::En, Duration::ZERO).to_string();
    assert!(report.contains(" 'fs_days_left'=26 "), "{report}");
}

type ParsedMetric = (String, String, String, Vec<String>);

/// Reads `'label'=value[UOM];[warn];[crit];[min];[max]` items, and panics at whatever the guidelines do not allow.
fn parse_perfdata(text: &str) -> Vec<ParsedMetric> {
    text.split(' ').map(parse_metric).collect()
}

fn parse_metric(item: &str) -> ParsedMetric {
    let (label, rest) = item.split_once('=').unwrap();
    let label = label.strip_prefix('\'').and_then(|label| label.strip_suffix('\'')).unwrap_or(label);
    assert!(!label.is_empty() && !label.contains(['\'', '=', ' ']), "{item}");
    let mut parts = rest.split(';');
    let value = parts.next().unwrap();
    let digits = value.find(|char: char| !matches!(char, '0'..='9' | '.' | '-')).unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    if value != "U" {
        number.parse::<f64>().unwrap();
        assert!(matches!(unit, "" | "s" | "us" | "ms" | "%" | "B" | "KB" | "MB" | "TB" | "c"), "{item}");
    }
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    assert!(parts.len() <= 4, "{item}");
    for range in parts.iter().take(2).filter(|range| !range.is_empty()) {
        let range = range.strip_prefix('@').unwrap_or(range);
        let (start, end) = range.split_once(':').unwrap_or(("0", range));
        assert!(start == "~" || start.parse::<f64>().is_ok(), "{item}");
        assert!(end.is_empty() || end.parse::<f64>().is_ok(), "{item}");
    }
    for bound in parts.iter().skip(2).filter(|bound| !bound.is_empty()) {
        bound.parse::<f64>().unwrap();
    }
    (label.to_owned(), number.to_owned(), unit.to_owned(), parts)
}
