//! A line for each register, as wide as the terminal allows.

use atol_monitor::Language;
use atol_monitor::health::{Assessment, Severity};
use comfy_table::Cell;

use super::cell::{Cells, NOT_TOLD, foreign, mark, state};
use super::{Listing, Screen, right};
use crate::judged::Judged;
use crate::text::word;

/// The longest name of a group, and of a serial number, that is shown whole.
const LONGEST_NAME: usize = 24;

/// On a screen narrower than this the mark alone tells the state.
const NARROW: u16 = 110;

/// The columns that a narrow screen goes without, the first of them first: exchange, shift, group, unsent, fill.
const OPTIONAL: [usize; 5] = [6, 7, 2, 5, 4];

/// The columns of numbers: expiry, fill, unsent, exchange.
const NUMBERS: [usize; 4] = [3, 4, 5, 6];

/// The table of `registers`, in their order.
pub(crate) fn table(registers: &[Judged], cells: Cells<'_>, screen: Screen) -> String {
    let language = cells.language;
    let short = screen.width.is_some_and(|width| width < NARROW);
    let label = |severity| if short { mark(severity).to_owned() } else { state(severity, language) };
    let mut listing = Listing::with_numbers(header(language, short), &NUMBERS);
    for Judged { kkt, assessment } in registers {
        listing.add([
            Cell::new(label(assessment.severity)),
            Cell::new(foreign(Some(&kkt.serial_number), LONGEST_NAME)),
            Cell::new(foreign(kkt.group_code.as_deref(), LONGEST_NAME)),
            right(cells.date_and_days(kkt.fiscal_storage_expiration)),
            right(cells.percent(kkt.fiscal_storage_percentage_use)),
            right(kkt.unsent_docs.unwrap_or_default()),
            right(kkt.network_error_code.map_or_else(|| NOT_TOLD.to_owned(), |code| code.code().to_string())),
            Cell::new(cells.shift(kkt)),
            Cell::new(headline(assessment, language)),
        ]);
    }
    if let Some(width) = screen.width {
        listing.fit(width, &OPTIONAL);
    }
    painted(
        &listing,
        registers.iter().map(|register| (register.severity(), label(register.severity()))),
        screen,
    )
}

fn header(language: Language, short: bool) -> [&'static str; 9] {
    let state = if short { "" } else { word(language, "STATE", "СОСТОЯНИЕ") };
    match language {
        Language::Ru => {
            [state, "ЗАВ. НОМЕР", "ГРУППА", "СРОК ФН", "ФН ЗАНЯТ", "НЕ УШЛО", "СЕТЬ", "СМЕНА", "ЧТО НЕ ТАК"]
        }
        _ => [state, "SERIAL", "GROUP", "FN EXPIRES", "FN FILL", "UNSENT", "NET", "SHIFT", "WHAT IS WRONG"],
    }
}

/// The worst of it, and how much more there is.
fn headline(assessment: &Assessment, language: Language) -> String {
    let title = assessment.worst().map(|finding| finding.title(language)).unwrap_or_default();
    match assessment.findings.len() {
        0 | 1 => title,
        count => format!("{title} (+{})", count - 1),
    }
}

/// The lines with the state of each row in its colour. A row begins where the first column is not blank.
pub(super) fn painted(
    listing: &Listing,
    rows: impl Iterator<Item = (Severity, String)>,
    screen: Screen,
) -> String {
    let mut rows = rows.peekable();
    let mut lines = Vec::new();
    for (index, line) in listing.lines().enumerate() {
        let painted = match rows.peek() {
            Some((severity, label)) if index > 0 => line
                .strip_prefix(label.as_str())
                .map(|rest| format!("{}{rest}", screen.painted(*severity, label))),
            _ => None,
        };
        if painted.is_some() {
            rows.next();
        }
        lines.push(painted.unwrap_or(line));
    }
    lines.join("\n")
}
