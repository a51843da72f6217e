//! What people see: at 80 and 160 columns, in English and Russian, with and without colour.

use atol_monitor::health::Policy;
use atol_monitor::{Kkt, Language, NetworkErrorCode, OffsetTimestamp};

use super::*;
use crate::args::SortKey;
use crate::judged::sort;
use crate::text::word;

/// Registers in every state, and one that tries to upset the terminal.
fn fleet(policy: &Policy) -> Vec<Judged> {
    let at = |text: &str| text.parse::<OffsetTimestamp>().unwrap();
    let kkt = |serial: &str, group: &str| {
        Kkt::builder(serial)
            .group_code(group)
            .device_number("KKT024219")
            .registration_number("0000000003027865")
            .fiscal_storage_inn("3026455760")
            .fiscal_storage_serial_number("9282000100000001")
            .fiscal_storage_payment_address("г. Томск, пр. Ленина, 1")
            .fiscalization_date(at("2026-01-10T09:00:00+00:00"))
            .fiscal_storage_expiration(at("2027-11-02T21:00:00+00:00"))
            .fiscal_storage_percentage_use(12.5)
            .signed_documents(31_250)
            .timestamp(at("2026-11-24T09:59:00+00:00"))
            .is_shift_opened(true)
            .shift_number(5)
            .shift_receipt(17)
            .network_error_code(NetworkErrorCode::NoError)
    };
    let mut fleet: Vec<_> = [
        kkt("00107703864827", "shop-17"),
        kkt("00107703864828", "магазин-17").fiscal_storage_expiration(at("2026-12-19T21:00:00+00:00")),
        kkt("1\u{1b}[31m", "evil\u{202e}\nname")
            .unsent_docs(1200)
            .first_unsent_doc_timestamp(Some(at("2026-11-01T09:00:00+00:00")))
            .network_error_code(NetworkErrorCode::NoConnection),
        Kkt::builder("00107703864830"),
    ]
    .map(|builder| Judged::new(builder.build(), policy, now()))
    .into();
    sort(&mut fleet, SortKey::State);
    fleet
}

fn now() -> jiff::Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn screen(width: u16) -> Screen {
    Screen { width: Some(width), colour: false }
}

/// Draws what is asked for with the fleet above.
fn drawn(language: Language, draw: impl FnOnce(&[Judged], Cells<'_>) -> String) -> String {
    let policy = Policy::default();
    draw(&fleet(&policy), Cells { policy: &policy, now: now(), language })
}

/// The width of a line on a terminal: every character of ours takes one column.
fn columns(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn a_table_fits_80_columns() {
    let table = drawn(Language::En, |fleet, cells| table(fleet, cells, screen(80)));
    assert!(table.lines().all(|line| columns(line) <= 80), "{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn a_table_fits_80_columns_in_russian() {
    let table = drawn(Language::Ru, |fleet, cells| table(fleet, cells, screen(80)));
    assert!(table.lines().all(|line| columns(line) <= 80), "{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn a_table_uses_160_columns() {
    insta::assert_snapshot!(drawn(Language::En, |fleet, cells| table(fleet, cells, screen(160))));
}

#[test]
fn a_table_uses_160_columns_in_russian() {
    let table = drawn(Language::Ru, |fleet, cells| table(fleet, cells, screen(160)));
    assert!(table.lines().all(|line| columns(line) <= 160), "{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn a_pipe_gets_every_column_in_one_line_each() {
    let pipe = Screen { width: None, colour: false };
    let table = drawn(Language::En, |fleet, cells| table(fleet, cells, pipe));
    assert_eq!(table.lines().count(), 5, "{table}");
}

#[test]
fn colours_show_the_state_and_change_nothing_else() {
    let plain = drawn(Language::En, |fleet, cells| table(fleet, cells, screen(80)));
    let colour = Screen { width: Some(80), colour: true };
    let coloured = drawn(Language::En, |fleet, cells| table(fleet, cells, colour));
    let row = coloured.lines().nth(1).unwrap();
    assert!(row.starts_with("\u{1b}[1m\u{1b}[31m!!\u{1b}[0m "), "{row:?}");
    assert_eq!(coloured.matches("\u{1b}[0m").count(), 4, "{coloured:?}");
    let stripped = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[33m", "\u{1b}[35m", "\u{1b}[32m"]
        .iter()
        .fold(coloured, |text, code| text.replace(code, ""));
    assert_eq!(stripped, plain);
}

#[test]
fn nothing_of_the_service_reaches_the_terminal_raw() {
    for form in [table, wide] {
        let shown = drawn(Language::En, |fleet, cells| form(fleet, cells, screen(160)));
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    }
    let shown = drawn(Language::En, |fleet, cells| card(&fleet[0], cells, screen(80)));
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn wide_shows_every_column() {
    insta::assert_snapshot!(drawn(Language::En, |fleet, cells| wide(fleet, cells, screen(80))));
}

#[test]
fn one_register_is_told_in_full() {
    insta::assert_snapshot!(drawn(Language::En, |fleet, cells| card(&fleet[1], cells, screen(80))));
}

#[test]
fn one_register_is_told_in_full_in_russian() {
    insta::assert_snapshot!(drawn(Language::Ru, |fleet, cells| card(&fleet[1], cells, screen(80))));
}

#[test]
fn the_last_document_of_an_open_shift_is_no_count_of_receipts() {
    let policy = Policy::default();
    let shift = |is_open: bool, language| {
        let kkt = Kkt::builder("1").is_shift_opened(is_open).shift_number(126).shift_receipt(2278).build();
        let cells = Cells { policy: &policy, now: now(), language };
        let told = card(&Judged::new(kkt, &policy, now()), cells, screen(120));
        told.lines()
            .find_map(|line| line.strip_prefix(word(language, "Shift", "Смена")))
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(shift(true, Language::En), "126 open (document 2278)");
    assert_eq!(shift(true, Language::Ru), "126 открыта (документ 2278)");
    assert_eq!(shift(false, Language::En), "126 closed (2278 receipts)");
    assert_eq!(shift(false, Language::Ru), "126 закрыта (2278 чек.)");
}
