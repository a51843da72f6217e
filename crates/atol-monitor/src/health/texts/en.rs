//! The English sentences.

use atol_model::{NetworkErrorCode, OffsetTimestamp};

use super::{VENDOR_INVOICES_FROM_PERCENT, VENDOR_REPLACES_DAYS_BEFORE, is_blocked, number, quoted};
use crate::health::{Finding, FindingKind, IdentifierProblem, Observed, SHIFT_LIMIT, Threshold};

pub(super) fn title(finding: &Finding) -> String {
    match &finding.observed {
        Observed::FiscalStorageExpiry { expires, expired: true, .. } => {
            format!("fiscal storage expired on {}", date(*expires))
        }
        Observed::FiscalStorageExpiry { days_left: 0, .. } => "fiscal storage expires today".to_owned(),
        Observed::FiscalStorageExpiry { days_left, .. } => {
            format!("fiscal storage expires in {}", days(*days_left))
        }
        Observed::FiscalStorageFill { percent, .. } => {
            format!("fiscal storage is {} % full", number(*percent))
        }
        Observed::FiscalStorageForecast { days_left: ..=0, .. } => {
            "fiscal storage is about to be full".to_owned()
        }
        Observed::FiscalStorageForecast { days_left, .. } => {
            format!("fiscal storage will be full in about {}", days(*days_left))
        }
        Observed::UnsentDocuments { count, age_seconds, .. } => {
            format!("{} unsent for {}", documents(*count), span(*age_seconds))
        }
        Observed::NetworkError { code, .. } => {
            format!("exchange with the OFD fails (error {}): {}", code.code(), code.description_en())
        }
        Observed::StaleData { age_seconds, .. } => format!("data is {} old", span(*age_seconds)),
        Observed::FutureTimestamp { ahead_seconds, .. } => {
            format!("data is from the future, {} ahead of our clock", span(*ahead_seconds))
        }
        Observed::OpenShift { number, open_seconds, .. } => {
            format!("shift {number} open for at least {}", span(*open_seconds))
        }
        Observed::Identifiers { .. } => "registration data does not match".to_owned(),
        Observed::TestFiscalStorage { .. } => "test fiscal storage in production".to_owned(),
        Observed::Missing { field } => format!("{} unknown: no {field}", subject(finding.kind)),
        Observed::Implausible { field, .. } => {
            format!("{} unknown: impossible {field}", subject(finding.kind))
        }
    }
}

pub(super) fn explain(finding: &Finding) -> String {
    let limit = finding.threshold.map(limit).unwrap_or_default();
    match &finding.observed {
        Observed::FiscalStorageExpiry { expires, days_left, expired } => {
            expiry(*expires, *days_left, *expired, &limit)
        }
        Observed::FiscalStorageFill { percent, signed_documents } => {
            fill(*percent, *signed_documents, &limit)
        }
        Observed::FiscalStorageForecast { full, expires, percent, documents_per_day, .. } => {
            forecast(*percent, *full, *expires, *documents_per_day, &limit)
        }
        Observed::UnsentDocuments { oldest, age_seconds, .. } => {
            unsent_documents(*oldest, *age_seconds, finding.deadline, &limit)
        }
        Observed::NetworkError { code, count, lasting_seconds } => {
            network_error(*code, *count, *lasting_seconds, finding.deadline, &limit)
        }
        Observed::StaleData { formed, age_seconds } => format!(
            "The service formed this data on {}, {} ago{limit}. What has happened to the register since then is not \
             known. Check in ATOL Online's account that the register is switched on and connected.",
            date_time(*formed),
            span(*age_seconds)
        ),
        Observed::FutureTimestamp { formed, ahead_seconds } => format!(
            "The service says that it formed this data on {}, {} ahead of our clock{limit}. One of the two clocks is \
             wrong, and until that is settled no rule that counts time can be relied on. Check this machine's clock.",
            date_time(*formed),
            span(*ahead_seconds)
        ),
        Observed::OpenShift { number, since, open_seconds } => {
            open_shift(*number, *since, *open_seconds, finding.deadline, &limit)
        }
        Observed::Identifiers { problems } => {
            let problems: Vec<_> = problems.iter().map(|&problem| identifier(problem)).collect();
            format!(
                "{}. Receipts may be booked for the wrong taxpayer or be refused by the OFD. Compare РНМ, ИНН and factory \
                 number with the registration card of the tax service.",
                problems.join(". ")
            )
        }
        Observed::TestFiscalStorage { serial_number } => format!(
            "The number {} of the fiscal storage (ФН) is that of a dummy for tests (МГМ): its receipts are not valid. \
             Check that the register is meant for production.",
            quoted(serial_number)
        ),
        Observed::Missing { field } => format!(
            "The service left the field {field} empty, so this rule could not be applied: a problem may be hidden. Check \
             the register in ATOL Online's account."
        ),
        Observed::Implausible { field, value } => format!(
            "The field {field} holds {}, which cannot be, so this rule could not be applied: a problem may be hidden. \
             Check the register in ATOL Online's account.",
            quoted(value)
        ),
    }
}

fn expiry(expires: OffsetTimestamp, days_left: i64, is_expired: bool, limit: &str) -> String {
    let what_to_do = if days_left > VENDOR_REPLACES_DAYS_BEFORE {
        "ATOL Online replaces it 4 calendar days before that if the replacement is paid for: check that it is \
         ordered and paid."
    } else {
        "ATOL Online should have replaced it 4 calendar days before that: check that the replacement is paid \
         for, and contact ATOL Online's support."
    };
    if is_expired {
        format!(
            "The fiscal storage (ФН) expired on {}. Receipts fail with error 120 (fiscal storage has expired). \
             {what_to_do}",
            date_time(expires)
        )
    } else {
        format!(
            "The fiscal storage (ФН) is valid until {}; days left on the calendar: {days_left}{limit}. After that \
             receipts fail with error 120 (fiscal storage has expired). {what_to_do}",
            date_time(expires)
        )
    }
}

fn fill(percent: f64, signed_documents: Option<u64>, limit: &str) -> String {
    let signed =
        signed_documents.map(|count| format!(", {} signed", documents(Some(count)))).unwrap_or_default();
    let invoice = if percent >= VENDOR_INVOICES_FROM_PERCENT {
        "From 80 % on ATOL Online should have invoiced you for a new one: check that the invoice is paid."
    } else {
        "ATOL Online invoices you for a new one from 80 % on."
    };
    format!(
        "{} % of the memory of the fiscal storage (ФН) is in use{limit}{signed}. When it is full, receipts fail \
         with error 121 (archive of the fiscal storage is full) or 137 (no space for documents). {invoice}",
        number(percent)
    )
}

fn forecast(
    percent: f64,
    full: OffsetTimestamp,
    expires: Option<OffsetTimestamp>,
    documents_per_day: Option<u64>,
    limit: &str,
) -> String {
    let rate =
        documents_per_day.map(|count| format!(" ({} a day)", documents(Some(count)))).unwrap_or_default();
    let expires = expires.map(|at| format!(", before it expires on {}", date(at))).unwrap_or_default();
    format!(
        "{} % of the memory of the fiscal storage (ФН) is in use. At the mean rate since its activation{rate} it \
         will be full about {}{limit}{expires}. Then receipts fail with error 121 (archive of the fiscal storage \
         is full). Order a new one from ATOL Online without waiting for the expiry.",
        number(percent),
        date(full)
    )
}

fn unsent_documents(
    oldest: OffsetTimestamp,
    age_seconds: u64,
    deadline: Option<OffsetTimestamp>,
    limit: &str,
) -> String {
    let blocked = match deadline {
        Some(_) if is_blocked(Some(age_seconds)) => {
            "The 30 days that the law allows are over: receipts fail with error 140 (waited too long for \
             documents to be sent) and the shift cannot be closed until they are sent."
                .to_owned()
        }
        Some(deadline) => format!(
            "Not later than {} the fiscal storage stops: receipts fail with error 140 (waited too long for \
             documents to be sent) and the shift cannot be closed.",
            date_time(deadline)
        ),
        None => String::new(),
    };
    format!(
        "The first document that the OFD has not confirmed is of {}, {} ago{limit}. {blocked} Check the \
         register's connection to the OFD and that the contract with the OFD is in force.",
        date_time(oldest),
        span(age_seconds)
    )
}

fn network_error(
    code: NetworkErrorCode,
    count: Option<u64>,
    lasting_seconds: Option<u64>,
    deadline: Option<OffsetTimestamp>,
    limit: &str,
) -> String {
    let lasting = match (lasting_seconds.map(span), deadline) {
        (Some(lasting), Some(_)) => format!("; nothing has got through for {lasting}{limit}"),
        (Some(lasting), None) => format!("; exchanges have failed for at least {lasting}{limit}"),
        (None, _) => String::new(),
    };
    let deadline = match deadline.map(date_time) {
        Some(at) if is_blocked(lasting_seconds) => {
            format!(" The register has been blocked since {at} or earlier.")
        }
        Some(at) => format!(" If this goes on, the register is blocked not later than {at}."),
        None => String::new(),
    };
    let wait = if count == Some(1) { "waits" } else { "wait" };
    format!(
        "The last exchange with the OFD ended with error {} ({}) and {} {wait}{lasting}. {}{deadline}",
        code.code(),
        code.description_en(),
        documents(count),
        advice(code)
    )
}

fn open_shift(
    number: u64,
    since: OffsetTimestamp,
    open_seconds: u64,
    deadline: Option<OffsetTimestamp>,
    limit: &str,
) -> String {
    let blocked = if open_seconds >= SHIFT_LIMIT.as_secs() {
        "The 24 hours are over: receipts fail with error 68 (shift is longer than 24 hours) until it is closed."
            .to_owned()
    } else {
        let at = deadline.map(|at| format!(", not later than {},", date_time(at))).unwrap_or_default();
        format!("After 24 hours{at} receipts fail with error 68 (shift is longer than 24 hours).")
    };
    format!(
        "Shift {number} was first seen open on {} and has been open for at least {}{limit}. {blocked} Close the \
         shift.",
        date_time(since),
        span(open_seconds)
    )
}

fn subject(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::FiscalStorageExpiry => "expiry of the fiscal storage",
        FindingKind::FiscalStorageFill => "fill of the fiscal storage",
        FindingKind::FiscalStorageForecast => "fill forecast of the fiscal storage",
        FindingKind::UnsentDocuments => "age of unsent documents",
        FindingKind::NetworkError => "exchange with the OFD",
        FindingKind::StaleData | FindingKind::FutureTimestamp => "age of the data",
        FindingKind::LongShift => "length of the shift",
        FindingKind::Identifiers => "validity of the registration data",
        FindingKind::TestFiscalStorage => "kind of the fiscal storage",
    }
}

/// What to look at first, by the phase in which the exchange failed.
pub(super) fn advice(code: NetworkErrorCode) -> &'static str {
    match code {
        NetworkErrorCode::NoPhysicalLink => "Check cable, modem and power.",
        NetworkErrorCode::NoConnection => {
            "Check DNS, gateway and firewall, and the address and port of the OFD."
        }
        NetworkErrorCode::ReceiptTimeout => {
            "The OFD is slow or refuses: check the contract with the OFD and the РНМ."
        }
        NetworkErrorCode::InvalidSessionHeader => "Check the settings of the OFD and any proxy in between.",
        NetworkErrorCode::OfdProcessNotInitialized => {
            "The register may be starting, or is not registered with the OFD."
        }
        _ => "Check the connection between the register and the OFD.",
    }
}

fn identifier(problem: IdentifierProblem) -> &'static str {
    match problem {
        IdentifierProblem::InnFormat => "The ИНН does not consist of 10 or 12 digits",
        IdentifierProblem::InnChecksum => "The check number of the ИНН is wrong",
        IdentifierProblem::RegistrationNumberFormat => "The РНМ does not consist of 16 digits",
        IdentifierProblem::RegistrationNumberChecksum => {
            "The РНМ does not belong to this ИНН and this factory number"
        }
        IdentifierProblem::SerialNumberFormat => "The factory number is longer than 20 characters",
    }
}

fn limit(threshold: Threshold) -> String {
    match threshold {
        Threshold::Days(count) => format!(" (limit: {})", days(count.into())),
        Threshold::Percent(percent) => format!(" (limit: {} %)", number(percent)),
        Threshold::Seconds(seconds) => format!(" (limit: {})", span(seconds)),
    }
}

fn documents(count: Option<u64>) -> String {
    match count {
        Some(1) => "1 document".to_owned(),
        Some(count) => format!("{count} documents"),
        None => "documents".to_owned(),
    }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

fn span(seconds: u64) -> String {
    super::span(seconds, ["d", "h", "min", "s"])
}

fn date(at: OffsetTimestamp) -> String {
    super::date_time(at, "%Y-%m-%d")
}

fn date_time(at: OffsetTimestamp) -> String {
    super::date_time(at, "%Y-%m-%d %H:%M (%:z)")
}
