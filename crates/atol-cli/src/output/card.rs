//! One register, told in full: every field, and what is wrong with it.

use atol_monitor::Language;

use super::cell::{Cells, count, foreign, state};
use super::{Listing, Screen};
use crate::judged::Judged;
use crate::text::word;

/// The longest text of the service that is shown whole.
const LONGEST: usize = 200;

/// What there is to say of one register.
pub(crate) fn card(register: &Judged, cells: Cells<'_>, screen: Screen) -> String {
    let Judged { kkt, assessment } = register;
    let language = cells.language;
    let text = |text: &Option<String>| foreign(text.as_deref(), LONGEST);
    let unsent = match (kkt.unsent_docs, kkt.first_unsent_doc_timestamp) {
        (unsent, None) => unsent.unwrap_or_default().to_string(),
        (unsent, since @ Some(_)) => {
            format!("{} ({} {})", count(unsent), word(language, "since", "с"), cells.date_time(since))
        }
    };
    let fill = format!(
        "{} ({} {})",
        cells.percent(kkt.fiscal_storage_percentage_use),
        count(kkt.signed_documents),
        word(language, "documents", "док.")
    );
    // One attribute for two things: the number of the last document while the shift is open, the receipts of a closed one.
    let done = count(kkt.shift_receipt);
    let done = match kkt.is_shift_opened {
        Some(true) => format!("{} {done}", word(language, "document", "документ")),
        Some(false) => format!("{done} {}", word(language, "receipts", "чек.")),
        None => done,
    };
    let shift = format!("{} {} ({done})", count(kkt.shift_number), cells.shift(kkt));
    let values = [
        text(&kkt.group_code),
        text(&kkt.device_number),
        text(&kkt.registration_number),
        text(&kkt.fiscal_storage_inn),
        text(&kkt.fiscal_storage_payment_address),
        text(&kkt.fiscal_storage_serial_number),
        cells.date_time(kkt.fiscalization_date),
        cells.date_and_days(kkt.fiscal_storage_expiration),
        fill,
        shift,
        unsent,
        cells.network_error(kkt, true),
        cells.date_time(kkt.timestamp),
    ];
    let mut listing = Listing::without_header();
    for (name, value) in names(language).into_iter().zip(values) {
        listing.add([name.to_owned(), value]);
    }
    if let Some(width) = screen.width {
        listing.fit(width, &[]);
    }
    let serial = foreign(Some(&kkt.serial_number), LONGEST);
    let state_of = |severity| screen.painted(severity, &state(severity, language));
    let mut told = format!("{serial}  {}\n{listing}", state_of(assessment.severity));
    for finding in &assessment.findings {
        let label = state(finding.severity(), language);
        let title = screen.wrapped(&format!("{label}: {}", finding.title(language)), 0);
        let title = title.replacen(&label, &state_of(finding.severity()), 1);
        told.extend(["\n\n", &title, "\n", &screen.wrapped(&finding.explain(language), 0)]);
    }
    told
}

fn names(language: Language) -> [&'static str; 13] {
    match language {
        Language::Ru => [
            "Группа",
            "Устройство",
            "РНМ",
            "ИНН",
            "Адрес расчётов",
            "Номер ФН",
            "ФН активирован",
            "Срок ФН",
            "ФН занят",
            "Смена",
            "Не отправлено",
            "Обмен с ОФД",
            "Данные от",
        ],
        _ => [
            "Group",
            "Device",
            "Registration number",
            "INN",
            "Address",
            "FN number",
            "FN activated",
            "FN expires",
            "FN fill",
            "Shift",
            "Unsent documents",
            "Exchange with the OFD",
            "Data of",
        ],
    }
}
