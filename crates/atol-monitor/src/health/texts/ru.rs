//! The Russian sentences.

use atol_model::{NetworkErrorCode, OffsetTimestamp};

use super::{VENDOR_INVOICES_FROM_PERCENT, VENDOR_REPLACES_DAYS_BEFORE, is_blocked, quoted};
use crate::health::{Finding, FindingKind, IdentifierProblem, Observed, SHIFT_LIMIT, Threshold};

pub(super) fn title(finding: &Finding) -> String {
    match &finding.observed {
        Observed::FiscalStorageExpiry { expires, expired: true, .. } => {
            format!("срок ФН истёк {}", date(*expires))
        }
        Observed::FiscalStorageExpiry { days_left: 0, .. } => "срок ФН истекает сегодня".to_owned(),
        Observed::FiscalStorageExpiry { days_left, .. } => {
            format!("срок ФН истекает через {}", days(*days_left))
        }
        Observed::FiscalStorageFill { percent, .. } => {
            format!("память ФН заполнена на {} %", number(*percent))
        }
        Observed::FiscalStorageForecast { days_left: ..=0, .. } => "память ФН вот-вот закончится".to_owned(),
        Observed::FiscalStorageForecast { days_left, .. } => {
            format!("память ФН закончится примерно через {}", days(*days_left))
        }
        Observed::UnsentDocuments { count, age_seconds, .. } => {
            format!("{} в ОФД уже {}", not_sent(*count), span(*age_seconds))
        }
        Observed::NetworkError { code, .. } => {
            format!("сбой обмена с ОФД (ошибка {}): {}", code.code(), code.description_ru())
        }
        Observed::StaleData { age_seconds, .. } => format!("данные устарели: им {}", span(*age_seconds)),
        Observed::FutureTimestamp { ahead_seconds, .. } => {
            format!("данные из будущего: опережают наши часы на {}", span(*ahead_seconds))
        }
        Observed::OpenShift { number, open_seconds, .. } => {
            format!("смена {number} открыта не менее {}", span(*open_seconds))
        }
        Observed::Identifiers { .. } => "регистрационные данные не сходятся".to_owned(),
        Observed::TestFiscalStorage { .. } => "тестовый ФН на рабочей ККТ".to_owned(),
        Observed::Missing { field } => format!("{}: нет данных, поле {field} пустое", subject(finding.kind)),
        Observed::Implausible { field, .. } => {
            format!("{}: нет данных, в поле {field} невозможное значение", subject(finding.kind))
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
            "Сервис сформировал эти данные {}: {} назад{limit}. Что было с ККТ после этого, неизвестно. Проверьте в личном \
             кабинете АТОЛ Онлайн, что ККТ включена и на связи.",
            date_time(*formed),
            span(*age_seconds)
        ),
        Observed::FutureTimestamp { formed, ahead_seconds } => format!(
            "Сервис сообщает, что сформировал эти данные {}: это опережает наши часы на {}{limit}. Какие-то из часов идут \
             неверно, и, пока это не выяснено, нельзя полагаться ни на одно правило, которое считает время. Проверьте \
             часы этого компьютера.",
            date_time(*formed),
            span(*ahead_seconds)
        ),
        Observed::OpenShift { number, since, open_seconds } => {
            open_shift(*number, *since, *open_seconds, finding.deadline, &limit)
        }
        Observed::Identifiers { problems } => {
            let problems: Vec<_> = problems.iter().map(|&problem| identifier(problem)).collect();
            format!(
                "{}. Чеки могут быть учтены за другим налогоплательщиком, или ОФД их не примет. Сверьте РНМ, ИНН и заводской номер с \
                 карточкой регистрации ККТ в ФНС.",
                problems.join(". ")
            )
        }
        Observed::TestFiscalStorage { serial_number } => format!(
            "Номер ФН {} — это номер массогабаритного макета (МГМ) для проверок: его чеки недействительны. Проверьте, \
             рабочая ли это ККТ.",
            quoted(serial_number)
        ),
        Observed::Missing { field } => format!(
            "Сервис не заполнил поле {field}, поэтому проверить это не удалось: здесь может скрываться проблема. Посмотрите \
             эту ККТ в личном кабинете АТОЛ Онлайн."
        ),
        Observed::Implausible { field, value } => format!(
            "В поле {field} невозможное значение {}, поэтому проверить это не удалось: здесь может скрываться проблема. \
             Посмотрите эту ККТ в личном кабинете АТОЛ Онлайн.",
            quoted(value)
        ),
    }
}

fn expiry(expires: OffsetTimestamp, days_left: i64, is_expired: bool, limit: &str) -> String {
    let what_to_do = if days_left > VENDOR_REPLACES_DAYS_BEFORE {
        "АТОЛ Онлайн заменяет ФН за 4 календарных дня до этого, если замена оплачена: проверьте, что она заказана \
         и оплачена."
    } else {
        "АТОЛ Онлайн должен был заменить ФН за 4 календарных дня до этого: проверьте оплату замены и обратитесь в \
         поддержку АТОЛ Онлайн."
    };
    if is_expired {
        format!(
            "Срок действия ФН истёк {}. Чеки не пробиваются: ошибка 120 «Закончен срок эксплуатации ФН». \
             {what_to_do}",
            date_time(expires)
        )
    } else {
        format!(
            "ФН действует до {}, осталось календарных дней: {days_left}{limit}. После этого чеки не будут пробиваться: \
             ошибка 120 «Закончен срок эксплуатации ФН». {what_to_do}",
            date_time(expires)
        )
    }
}

fn fill(percent: f64, signed_documents: Option<u64>, limit: &str) -> String {
    let signed = signed_documents.map(|count| format!(", подписано документов: {count}")).unwrap_or_default();
    let invoice = if percent >= VENDOR_INVOICES_FROM_PERCENT {
        "Начиная с 80 % АТОЛ Онлайн должен был выставить счёт за новый ФН: проверьте, что он оплачен."
    } else {
        "Счёт за новый ФН АТОЛ Онлайн выставляет начиная с 80 %."
    };
    format!(
        "Память ФН заполнена на {} %{limit}{signed}. Когда она закончится, чеки не будут пробиваться: ошибка 121 «Архив \
         ФН переполнен» или 137 «Ресурс хранения ФД исчерпан». {invoice}",
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
    let rate = documents_per_day.map(|count| format!(" (документов в день: {count})")).unwrap_or_default();
    let expires =
        expires.map(|at| format!(", раньше окончания срока действия {}", date(at))).unwrap_or_default();
    format!(
        "Память ФН заполнена на {} %. При средней скорости с момента активации{rate} она закончится примерно \
         {}{limit}{expires}. Тогда чеки не будут пробиваться: ошибка 121 «Архив ФН переполнен». Закажите новый ФН в АТОЛ \
         Онлайн, не дожидаясь окончания срока.",
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
            "Отведённые законом 30 дней прошли: чеки не пробиваются, ошибка 140 «Исчерпан ресурс ожидания \
             передачи сообщения в ФН», и смену нельзя закрыть, пока документы не отправлены."
                .to_owned()
        }
        Some(deadline) => format!(
            "Не позднее {} ФН заблокируется: чеки не будут пробиваться, ошибка 140 «Исчерпан ресурс ожидания \
             передачи сообщения в ФН», и смену нельзя будет закрыть.",
            date_time(deadline)
        ),
        None => String::new(),
    };
    format!(
        "Первый документ, не подтверждённый ОФД, от {}: {} назад{limit}. {blocked} Проверьте связь ККТ с ОФД и \
         действует ли договор с ОФД.",
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
    let count = count.map(|count| format!(", ждут отправки документов: {count}")).unwrap_or_default();
    let lasting = match (lasting_seconds.map(span), deadline) {
        (Some(lasting), Some(_)) => format!(". Ничего не уходит уже {lasting}{limit}"),
        (Some(lasting), None) => format!(". Обмен не удаётся не менее {lasting}{limit}"),
        (None, _) => String::new(),
    };
    let deadline = match deadline.map(date_time) {
        Some(at) if is_blocked(lasting_seconds) => format!(" ККТ заблокирована с {at} или раньше."),
        Some(at) => format!(" Если так пойдёт и дальше, ККТ заблокируется не позднее {at}."),
        None => String::new(),
    };
    format!(
        "Последний обмен с ОФД завершился ошибкой {} ({}){count}{lasting}. {}{deadline}",
        code.code(),
        code.description_ru(),
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
        "Прошло 24 часа: чеки не пробиваются, ошибка 68 «Смена превысила 24 часа».".to_owned()
    } else {
        let at = deadline.map(|at| format!(" (не позднее {})", date_time(at))).unwrap_or_default();
        format!(
            "Через 24 часа после открытия{at} чеки не будут пробиваться: ошибка 68 «Смена превысила 24 часа»."
        )
    };
    format!(
        "Смена {number} впервые замечена открытой {} и открыта не менее {}{limit}. {blocked} Закройте смену.",
        date_time(since),
        span(open_seconds)
    )
}

fn subject(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::FiscalStorageExpiry => "срок действия ФН",
        FindingKind::FiscalStorageFill => "заполнение ФН",
        FindingKind::FiscalStorageForecast => "прогноз заполнения ФН",
        FindingKind::UnsentDocuments => "возраст неотправленных документов",
        FindingKind::NetworkError => "обмен с ОФД",
        FindingKind::StaleData | FindingKind::FutureTimestamp => "возраст данных",
        FindingKind::LongShift => "длительность смены",
        FindingKind::Identifiers => "регистрационные данные",
        FindingKind::TestFiscalStorage => "вид ФН",
    }
}

/// What to look at first, by the phase in which the exchange failed.
pub(super) fn advice(code: NetworkErrorCode) -> &'static str {
    match code {
        NetworkErrorCode::NoPhysicalLink => "Проверьте кабель, модем и питание.",
        NetworkErrorCode::NoConnection => "Проверьте DNS, шлюз, межсетевой экран, адрес и порт ОФД.",
        NetworkErrorCode::ReceiptTimeout => {
            "ОФД отвечает медленно или отказывает: проверьте договор с ОФД и РНМ."
        }
        NetworkErrorCode::InvalidSessionHeader => "Проверьте настройки ОФД и прокси-сервер между ККТ и ОФД.",
        NetworkErrorCode::OfdProcessNotInitialized => {
            "Возможно, ККТ перезапускается или не зарегистрирована в ОФД."
        }
        _ => "Проверьте связь ККТ с ОФД.",
    }
}

fn identifier(problem: IdentifierProblem) -> &'static str {
    match problem {
        IdentifierProblem::InnFormat => "ИНН состоит не из 10 и не из 12 цифр",
        IdentifierProblem::InnChecksum => "Контрольное число ИНН неверно",
        IdentifierProblem::RegistrationNumberFormat => "РНМ состоит не из 16 цифр",
        IdentifierProblem::RegistrationNumberChecksum => "РНМ не соответствует этим ИНН и заводскому номеру",
        IdentifierProblem::SerialNumberFormat => "Заводской номер длиннее 20 знаков",
    }
}

fn limit(threshold: Threshold) -> String {
    match threshold {
        Threshold::Days(count) => format!(" (порог: {})", days(count.into())),
        Threshold::Percent(percent) => format!(" (порог: {} %)", number(percent)),
        Threshold::Seconds(seconds) => format!(" (порог: {})", span(seconds)),
    }
}

fn not_sent(count: Option<u64>) -> String {
    let Some(count) = count else {
        return "документы не уходят".to_owned();
    };
    let words = match form(count) {
        Form::One => "документ не уходит",
        Form::Few => "документа не уходят",
        Form::Many => "документов не уходят",
    };
    format!("{count} {words}")
}

fn days(count: i64) -> String {
    let noun = match form(count.unsigned_abs()) {
        Form::One => "день",
        Form::Few => "дня",
        Form::Many => "дней",
    };
    format!("{count} {noun}")
}

/// Which form of a noun goes with a number.
enum Form {
    /// 1, 21, 101 день
    One,
    /// 2, 34, 103 дня
    Few,
    /// 0, 5, 11, 112 дней
    Many,
}

fn form(count: u64) -> Form {
    match (count % 10, count % 100) {
        (_, 11..=14) => Form::Many,
        (1, _) => Form::One,
        (2..=4, _) => Form::Few,
        _ => Form::Many,
    }
}

fn number(percent: f64) -> String {
    super::number(percent).replace('.', ",")
}

fn span(seconds: u64) -> String {
    super::span(seconds, ["д", "ч", "мин", "с"])
}

fn date(at: OffsetTimestamp) -> String {
    super::date_time(at, "%d.%m.%Y")
}

fn date_time(at: OffsetTimestamp) -> String {
    super::date_time(at, "%d.%m.%Y %H:%M (%:z)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_numbers() {
        let forms: Vec<_> = [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 122].map(days).into();
        insta::assert_snapshot!(forms.join(", "), @"0 дней, 1 день, 2 дня, 4 дня, 5 дней, 11 дней, 12 дней, 14 дней, 21 день, 22 дня, 25 дней, 101 день, 111 дней, 122 дня");
        let documents: Vec<_> = [1, 3, 12, 21].map(|count| not_sent(Some(count))).into();
        insta::assert_snapshot!(documents.join(", "), @"1 документ не уходит, 3 документа не уходят, 12 документов не уходят, 21 документ не уходит");
    }
}
