//! Everything that is known of a register, attribute by attribute.

use atol_monitor::{Kkt, Language, OffsetTimestamp};
use jiff::Timestamp;
use maud::{Markup, html};

use super::format::{foreign, machine, number};
use super::{Context, table};

/// All attributes in the order in which people ask for them, and those that this version does not know.
pub(super) fn attributes(context: &Context<'_>, kkt: &Kkt) -> Markup {
    let rows = identity(context, kkt)
        .into_iter()
        .chain(storage(context, kkt))
        .chain(exchange(context, kkt))
        .chain(shift(context, kkt));
    html! {
        dl.attributes {
            @for Row { name, label, value } in rows { div { dt { (label) " " code { (name) } } dd { (value) } } }
            @for (name, value) in kkt.extra.iter() {
                div { dt { code { bdi { (foreign(name)) } } } dd { bdi { (foreign(value)) } } }
            }
        }
    }
}

/// An attribute: its name in JSON, what people call it, its value.
struct Row {
    name: &'static str,
    label: &'static str,
    value: Markup,
}

fn row(name: &'static str, label: &'static str, value: Markup) -> Row {
    Row { name, label, value }
}

fn identity(context: &Context<'_>, kkt: &Kkt) -> [Row; 6] {
    let words = context.words();
    let serial = html! { bdi { (foreign(&kkt.serial_number)) } };
    [
        row("serialNumber", words.one("Factory number", "Заводской номер"), serial),
        row(
            "registrationNumber",
            words.one("Registration number (РНМ)", "Регистрационный номер (РНМ)"),
            text(context, kkt.registration_number.as_deref()),
        ),
        row(
            "deviceNumber",
            words.one("Number at ATOL Online", "Номер в АТОЛ Онлайн"),
            text(context, kkt.device_number.as_deref()),
        ),
        row("groupCode", words.group, text(context, kkt.group_code.as_deref())),
        row(
            "fiscalStoragePaymentAddress",
            words.one("Place of settlement", "Место расчётов"),
            text(context, kkt.fiscal_storage_payment_address.as_deref()),
        ),
        row(
            "fiscalStorageINN",
            words.one("Taxpayer (ИНН)", "ИНН"),
            text(context, kkt.fiscal_storage_inn.as_deref()),
        ),
    ]
}

fn storage(context: &Context<'_>, kkt: &Kkt) -> [Row; 5] {
    let words = context.words();
    let used = html! {
        @match kkt.fiscal_storage_percentage_use {
            Some(percent) => (table::fill(context, words, percent)),
            None => (unknown(context)),
        }
    };
    [
        row(
            "fiscalStorageSerialNumber",
            words.one("Fiscal storage (ФН)", "Номер ФН"),
            text(context, kkt.fiscal_storage_serial_number.as_deref()),
        ),
        row(
            "fiscalizationDate",
            words.one("ФН activated", "ФН активирован"),
            time(context, kkt.fiscalization_date),
        ),
        row(
            "fiscalStorageExpiration",
            words.one("ФН expires", "Срок действия ФН"),
            time(context, kkt.fiscal_storage_expiration),
        ),
        row(
            "signedDocuments",
            words.one("Documents signed", "Подписано документов"),
            count(context, kkt.signed_documents),
        ),
        row("fiscalStoragePercentageUse", words.one("Memory of the ФН", "Память ФН"), used),
    ]
}

fn exchange(context: &Context<'_>, kkt: &Kkt) -> [Row; 4] {
    let words = context.words();
    let first = match kkt.first_unsent_doc_timestamp {
        None => html! { span.quiet { "—" } },
        at => time(context, at),
    };
    let error = html! {
        @match &kkt.network_error_code {
            Some(code) => {
                (code.code()) " — "
                (if context.language == Language::Ru { code.description_ru() } else { code.description_en() })
            }
            None => (unknown(context)),
        }
    };
    [
        row("timestamp", words.one("Data formed", "Данные сформированы"), time(context, kkt.timestamp)),
        row(
            "unsentDocs",
            words.one("Unsent documents", "Не отправлено в ОФД"),
            count(context, Some(kkt.unsent_docs.unwrap_or(0))),
        ),
        row("firstUnsetDocTimestamp", words.one("The first of them", "Первый из них"), first),
        row("networkErrorCode", words.one("Last exchange with the OFD", "Последний обмен с ОФД"), error),
    ]
}

fn shift(context: &Context<'_>, kkt: &Kkt) -> [Row; 3] {
    let words = context.words();
    let open = match kkt.is_shift_opened {
        Some(true) => html! { (words.yes) },
        Some(false) => html! { (words.no) },
        None => unknown(context),
    };
    [
        row("isShiftOpened", words.one("Shift open", "Смена открыта"), open),
        row("shiftNumber", words.one("Shift number", "Номер смены"), count(context, kkt.shift_number)),
        row(
            "shiftReceipt",
            words.one("Receipts of the shift", "Чеков в смене"),
            count(context, kkt.shift_receipt),
        ),
    ]
}

fn text(context: &Context<'_>, text: Option<&str>) -> Markup {
    match text {
        Some(text) => html! { bdi { (foreign(text)) } },
        None => unknown(context),
    }
}

fn count(context: &Context<'_>, count: Option<u64>) -> Markup {
    match count {
        Some(count) => html! { (number(count)) },
        None => unknown(context),
    }
}

fn time(context: &Context<'_>, at: Option<OffsetTimestamp>) -> Markup {
    match at.map(OffsetTimestamp::timestamp) {
        Some(at) => html! {
            time datetime=(machine(at)) { (context.date_time(at)) } " " span.quiet { (distance(context, at)) }
        },
        None => unknown(context),
    }
}

/// `3 min ago` of what has been, `in 3 days` of what will be.
fn distance(context: &Context<'_>, at: Timestamp) -> String {
    if at <= context.now { context.ago(at) } else { context.words().in_days(context.days_until(at)) }
}

fn unknown(context: &Context<'_>) -> Markup {
    html! { span.quiet { (context.words().unknown) } }
}
