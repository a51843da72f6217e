//! Every column of every register, however wide.

use atol_monitor::Language;
use comfy_table::Cell;

use super::cell::{Cells, count, foreign, state};
use super::table::painted;
use super::{Listing, Screen, right};
use crate::judged::Judged;

/// The longest address, and any other text of the service, that is shown whole.
const LONGEST: usize = 120;

/// The columns of numbers and dates.
const NUMBERS: [usize; 9] = [7, 8, 9, 10, 12, 13, 14, 15, 16];

/// The table of `registers`, in their order.
pub(crate) fn wide(registers: &[Judged], cells: Cells<'_>, screen: Screen) -> String {
    let language = cells.language;
    let text = |text: &Option<String>| Cell::new(foreign(text.as_deref(), LONGEST));
    let mut listing = Listing::with_numbers(header(language), &NUMBERS);
    for Judged { kkt, assessment } in registers {
        let titles: Vec<_> = assessment.findings.iter().map(|finding| finding.title(language)).collect();
        listing.add(vec![
            Cell::new(state(assessment.severity, language)),
            Cell::new(foreign(Some(&kkt.serial_number), LONGEST)),
            text(&kkt.group_code),
            text(&kkt.device_number),
            text(&kkt.registration_number),
            text(&kkt.fiscal_storage_inn),
            text(&kkt.fiscal_storage_serial_number),
            right(cells.date_time(kkt.fiscalization_date)),
            right(cells.date_and_days(kkt.fiscal_storage_expiration)),
            right(count(kkt.signed_documents)),
            right(cells.percent(kkt.fiscal_storage_percentage_use)),
            Cell::new(cells.shift(kkt)),
            right(count(kkt.shift_number)),
            right(count(kkt.shift_receipt)),
            right(kkt.unsent_docs.unwrap_or_default()),
            right(
                kkt.first_unsent_doc_timestamp.map_or_else(|| "-".to_owned(), |at| cells.date_time(Some(at))),
            ),
            right(cells.date_time(kkt.timestamp)),
            Cell::new(cells.network_error(kkt, false)),
            text(&kkt.fiscal_storage_payment_address),
            Cell::new(titles.join("; ")),
        ]);
    }
    let labels = registers.iter().map(|register| (register.severity(), state(register.severity(), language)));
    painted(&listing, labels, screen)
}

fn header(language: Language) -> [&'static str; 20] {
    match language {
        Language::Ru => [
            "СОСТОЯНИЕ",
            "ЗАВ. НОМЕР",
            "ГРУППА",
            "УСТРОЙСТВО",
            "РНМ",
            "ИНН",
            "НОМЕР ФН",
            "ФН АКТИВИРОВАН",
            "СРОК ФН",
            "ДОКУМЕНТОВ",
            "ФН ЗАНЯТ",
            "СМЕНА",
            "№ СМЕНЫ",
            "ЗА СМЕНУ",
            "НЕ УШЛО",
            "НЕ УХОДИТ С",
            "ДАННЫЕ ОТ",
            "СЕТЬ",
            "АДРЕС",
            "ЧТО НЕ ТАК",
        ],
        _ => [
            "STATE",
            "SERIAL",
            "GROUP",
            "DEVICE",
            "REG NUMBER",
            "INN",
            "FN NUMBER",
            "FN ACTIVATED",
            "FN EXPIRES",
            "DOCUMENTS",
            "FN FILL",
            "SHIFT",
            "SHIFT NO",
            "IN SHIFT",
            "UNSENT",
            "UNSENT SINCE",
            "DATA OF",
            "NET",
            "ADDRESS",
            "WHAT IS WRONG",
        ],
    }
}
