//! Tables for people.

use atol_monitor::health::{Policy, Severity};
use atol_monitor::{Kkt, Language, OffsetTimestamp};
use atol_transport::error::Excerpt;
use comfy_table::{Cell, CellAlignment, Table, presets};
use jiff::Timestamp;

/// The longest name of a group that is shown whole.
const LONGEST_GROUP: usize = 24;

/// A line for each register, the worst first.
pub(crate) fn of(registers: &[Kkt], policy: &Policy, now: Timestamp) -> String {
    let mut rows: Vec<_> = registers.iter().map(|kkt| (policy.assess(kkt, now), kkt)).collect();
    rows.sort_by(|(one, first), (other, second)| {
        other.severity.cmp(&one.severity).then_with(|| first.serial_number.cmp(&second.serial_number))
    });
    let mut table = new(&[
        "STATE",
        "SERIAL",
        "GROUP",
        "FN EXPIRES",
        "FN FILL",
        "UNSENT",
        "NET",
        "SHIFT",
        "WHAT IS WRONG",
    ]);
    for (assessment, kkt) in rows {
        table.add_row([
            Cell::new(mark(assessment.severity)),
            text(&kkt.serial_number, LONGEST_GROUP),
            text(kkt.group_code.as_deref().unwrap_or("-"), LONGEST_GROUP),
            right(
                kkt.fiscal_storage_expiration.map_or("?".to_owned(), |date| date_and_days(date, now, policy)),
            ),
            right(
                kkt.fiscal_storage_percentage_use.map_or("?".to_owned(), |percent| format!("{percent:.1} %")),
            ),
            right(kkt.unsent_docs.unwrap_or_default().to_string()),
            right(kkt.network_error_code.map_or("?".to_owned(), |code| code.code().to_string())),
            Cell::new(match kkt.is_shift_opened {
                Some(true) => "open",
                Some(false) => "closed",
                None => "?",
            }),
            Cell::new(assessment.worst().map_or(String::new(), |finding| finding.title(Language::En))),
        ]);
    }
    finish(&table)
}

/// A table without lines, which pastes well and is easy on the eye.
fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

/// The table without the blanks that pad its last column.
fn finish(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Trouble stands out without colour.
fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "ok",
        Severity::Warning => "! WARNING",
        Severity::Critical => "!! CRITICAL",
        Severity::Unknown => "? UNKNOWN",
    }
}

/// Text of the service: short, and harmless to a terminal.
fn text(text: &str, most: usize) -> Cell {
    Cell::new(Excerpt::of(text, most))
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// `2026-12-20 (27 d)`: the date in the zone of the registers, and the days by the calendar.
fn date_and_days(date: OffsetTimestamp, now: Timestamp, policy: &Policy) -> String {
    let days = policy.days_between(now, date.timestamp());
    format!("{} ({days} d)", policy.local(date.timestamp()).to_zoned().date())
}

#[cfg(test)]
mod tests {
    use atol_monitor::NetworkErrorCode;

    use super::*;

    #[test]
    fn trouble_comes_first_and_numbers_stand_right() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<OffsetTimestamp>().unwrap();
        let register = |serial: &str, expires: &str, unsent: Option<u64>| {
            Kkt::builder(serial)
                .group_code("магазин-17")
                .fiscalization_date(at("2026-01-10T09:00:00+00:00"))
                .fiscal_storage_expiration(at(expires))
                .fiscal_storage_percentage_use(12.5)
                .signed_documents(31_250)
                .timestamp(at("2026-11-24T09:59:00+00:00"))
                .is_shift_opened(true)
                .shift_number(5)
                .shift_receipt(17)
                .unsent_docs(unsent)
                .first_unsent_doc_timestamp(unsent.map(|_| at("2026-11-01T09:00:00+00:00")))
                .network_error_code(NetworkErrorCode::NoError)
                .build()
        };
        let fleet = [
            register("00107703864827", "2027-11-02T21:00:00+00:00", None),
            register("00107703864828", "2026-12-19T21:00:00+00:00", None),
            register("00107703864829\u{1b}[31m", "2027-11-02T21:00:00+00:00", Some(1200)),
        ];
        insta::assert_snapshot!(of(&fleet, &Policy::default(), now));
    }
}
