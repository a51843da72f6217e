//! What the pages say, in both languages; findings bring their own texts.

use atol_monitor::Language;
use atol_monitor::health::{FindingKind, Severity};
use jiff::SignedDuration;

use super::super::filter::{BadParameter, Sort, State};
use super::format::Coarse;

/// The fixed texts of one language.
#[derive(Debug)]
pub(super) struct Words {
    language: Language,
    pub(super) title: &'static str,
    pub(super) skip: &'static str,
    pub(super) other_language: &'static str,
    pub(super) as_of: &'static str,
    pub(super) no_data: &'static str,
    pub(super) no_data_yet: &'static str,
    pub(super) no_accounts: &'static str,
    pub(super) no_accounts_here: &'static str,
    pub(super) failing: &'static str,
    pub(super) failing_since: &'static str,
    pub(super) shown_as_of: &'static str,
    pub(super) nothing_shown: &'static str,
    pub(super) offline: &'static str,
    pub(super) summary: &'static str,
    pub(super) timeline: &'static str,
    pub(super) timeline_note: &'static str,
    pub(super) nothing_due: &'static str,
    pub(super) already: &'static str,
    pub(super) today: &'static str,
    pub(super) next: &'static str,
    pub(super) registers: &'static str,
    pub(super) search: &'static str,
    pub(super) search_hint: &'static str,
    pub(super) state: &'static str,
    pub(super) any: &'static str,
    pub(super) problem: &'static str,
    pub(super) group: &'static str,
    pub(super) account: &'static str,
    pub(super) sort: &'static str,
    pub(super) show: &'static str,
    pub(super) reset: &'static str,
    pub(super) nobody: &'static str,
    pub(super) register: &'static str,
    pub(super) matter: &'static str,
    pub(super) fine: &'static str,
    pub(super) storage: &'static str,
    pub(super) used: &'static str,
    pub(super) unsent: &'static str,
    pub(super) shift: &'static str,
    pub(super) open: &'static str,
    pub(super) closed: &'static str,
    pub(super) news: &'static str,
    pub(super) unknown: &'static str,
    pub(super) pages: &'static str,
    pub(super) earlier: &'static str,
    pub(super) later: &'static str,
    pub(super) rejected: &'static str,
    pub(super) outdated: &'static str,
    pub(super) outdated_note: &'static str,
    pub(super) nameless: &'static str,
    pub(super) all: &'static str,
    pub(super) findings: &'static str,
    pub(super) attributes: &'static str,
    pub(super) raw: &'static str,
    pub(super) not_found: &'static str,
    pub(super) not_found_hint: &'static str,
    pub(super) bad_query: &'static str,
    pub(super) footer: &'static str,
    pub(super) zone: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
}

static EN: Words = Words {
    language: Language::En,
    title: "Cash registers",
    skip: "Skip to the registers",
    other_language: "Русский",
    as_of: "Data as of",
    no_data: "No data yet",
    no_data_yet: "The first answer of the service is awaited. The page shows it by itself.",
    no_accounts: "No accounts",
    no_accounts_here: "There are fewer accounts than processes to share them: this one has none to serve.",
    failing: "The service cannot be read",
    failing_since: "since",
    shown_as_of: "Below is what was known at",
    nothing_shown: "There is nothing to show yet.",
    offline: "This page no longer refreshes: its server does not answer. What it shows may be out of date.",
    summary: "Summary",
    timeline: "What stops, and when",
    timeline_note: "Registers that stop making receipts if nobody acts, by day",
    nothing_due: "Nothing stops in the next 30 days.",
    already: "by now",
    today: "today",
    next: "Next",
    registers: "Registers",
    search: "Search",
    search_hint: "number, address, INN, group",
    state: "State",
    any: "any",
    problem: "Problem",
    group: "Group",
    account: "Account",
    sort: "Order",
    show: "Show",
    reset: "Show all",
    nobody: "No register is like that.",
    register: "Register",
    matter: "What is the matter",
    fine: "nothing",
    storage: "Fiscal storage",
    used: "used",
    unsent: "Unsent",
    shift: "Shift",
    open: "open",
    closed: "closed",
    news: "Last news",
    unknown: "unknown",
    pages: "Pages",
    earlier: "Previous",
    later: "Next",
    rejected: "Records that could not be read",
    outdated: "Its last record could not be read",
    outdated_note: "Below is what was known before.",
    nameless: "without a serial number",
    all: "All registers",
    findings: "What is the matter",
    attributes: "Everything that is known",
    raw: "As the service wrote it",
    not_found: "There is no such register",
    not_found_hint: "It is not in the last list of the service. Check the number, leading zeros included.",
    bad_query: "This cannot be shown",
    footer: "For programs",
    zone: "Times: UTC",
    yes: "yes",
    no: "no",
};

static RU: Words = Words {
    language: Language::Ru,
    title: "Кассы",
    skip: "К списку касс",
    other_language: "English",
    as_of: "Данные на",
    no_data: "Данных пока нет",
    no_data_yet: "Ждём первый ответ сервиса. Страница покажет его сама.",
    no_accounts: "Учётных записей нет",
    no_accounts_here: "Учётных записей меньше, чем процессов, которые их делят: этому ничего не досталось.",
    failing: "Сервис не отвечает как надо",
    failing_since: "с",
    shown_as_of: "Ниже то, что было известно на",
    nothing_shown: "Показать пока нечего.",
    offline: "Страница больше не обновляется: её сервер не отвечает. То, что на ней, могло устареть.",
    summary: "Сводка",
    timeline: "Что и когда остановится",
    timeline_note: "Кассы, которые перестанут пробивать чеки, если ничего не делать, по дням",
    nothing_due: "В ближайшие 30 дней ничего не остановится.",
    already: "уже",
    today: "сегодня",
    next: "Ближайшие",
    registers: "Кассы",
    search: "Поиск",
    search_hint: "номер, адрес, ИНН, группа",
    state: "Состояние",
    any: "любое",
    problem: "Проблема",
    group: "Группа",
    account: "Учётная запись",
    sort: "Порядок",
    show: "Показать",
    reset: "Показать все",
    nobody: "Таких касс нет.",
    register: "Касса",
    matter: "Что не так",
    fine: "всё в порядке",
    storage: "ФН",
    used: "занято",
    unsent: "Не отправлено",
    shift: "Смена",
    open: "открыта",
    closed: "закрыта",
    news: "Последние данные",
    unknown: "неизвестно",
    pages: "Страницы",
    earlier: "Назад",
    later: "Дальше",
    rejected: "Записи, которые не удалось прочитать",
    outdated: "Последнюю запись о ней не удалось прочитать",
    outdated_note: "Ниже то, что было известно раньше.",
    nameless: "без заводского номера",
    all: "Все кассы",
    findings: "Что не так",
    attributes: "Всё, что известно",
    raw: "Как это написал сервис",
    not_found: "Такой кассы нет",
    not_found_hint: "Её нет в последнем списке сервиса. Проверьте номер, вместе с нулями в начале.",
    bad_query: "Это показать нельзя",
    footer: "Для программ",
    zone: "Время: UTC",
    yes: "да",
    no: "нет",
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Words {
        if language == Language::Ru { &RU } else { &EN }
    }

    pub(super) fn is_russian(&self) -> bool {
        self.language == Language::Ru
    }

    /// The language that the link at the top leads to.
    pub(super) fn other(&self) -> Language {
        if self.is_russian() { Language::En } else { Language::Ru }
    }

    /// What a state asks of its reader.
    pub(super) fn meaning(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Ok => self.one("nothing to do", "делать ничего не надо"),
            Severity::Unknown => self.one("could not be found out", "выяснить не удалось"),
            Severity::Warning => self.one("act in the next days", "заняться в ближайшие дни"),
            Severity::Critical => self.one("act now", "заняться сейчас"),
        }
    }

    pub(super) fn kind(&self, kind: FindingKind) -> &'static str {
        match kind {
            FindingKind::FiscalStorageExpiry => self.one("fiscal storage expires", "истекает срок ФН"),
            FindingKind::FiscalStorageFill => self.one("fiscal storage is full", "заполнена память ФН"),
            FindingKind::FiscalStorageForecast => self.one("fiscal storage fills up", "память ФН закончится"),
            FindingKind::UnsentDocuments => self.one("documents not sent", "документы не уходят в ОФД"),
            FindingKind::NetworkError => self.one("exchange with the OFD fails", "сбой обмена с ОФД"),
            FindingKind::StaleData => self.one("old data", "данные устарели"),
            FindingKind::FutureTimestamp => self.one("data from the future", "данные из будущего"),
            FindingKind::LongShift => self.one("shift open too long", "смена открыта слишком долго"),
            FindingKind::Identifiers => {
                self.one("registration data do not match", "регистрационные данные не сходятся")
            }
            FindingKind::TestFiscalStorage => self.one("test fiscal storage", "тестовый ФН"),
            _ => self.one("something else", "другое"),
        }
    }

    pub(super) fn state_option(&self, state: State) -> &'static str {
        match state {
            State::Trouble => self.one("not all well", "есть проблемы"),
            State::Only(severity) => severity.label(self.language),
        }
    }

    pub(super) fn sort_option(&self, sort: Sort) -> &'static str {
        match sort {
            Sort::Trouble => self.one("worst first", "по срочности"),
            Sort::Serial => self.one("by number", "по номеру"),
            Sort::Group => self.one("by group", "по группе"),
            Sort::Expiry => self.one("fiscal storage expires", "по сроку ФН"),
            Sort::Fill => self.one("fullest first", "по заполнению ФН"),
            Sort::Unsent => self.one("most unsent first", "по неотправленным"),
        }
    }

    pub(super) fn ago(&self, passed: SignedDuration) -> String {
        let (number, unit) = match Coarse::of(passed) {
            Coarse::Moments => return self.one("just now", "только что").to_owned(),
            Coarse::Minutes(number) => (number, self.one("min", "мин")),
            Coarse::Hours(number) => (number, self.one("h", "ч")),
            Coarse::Days(number) => (number, self.one("d", "дн.")),
        };
        format!("{number}\u{a0}{unit} {}", self.one("ago", "назад"))
    }

    /// `in 3 days`, `today`, `3 days ago`.
    pub(super) fn in_days(&self, days: i64) -> String {
        let count = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
        let noun = if self.is_russian() {
            plural(count, "день", "дня", "дней")
        } else if count == 1 {
            "day"
        } else {
            "days"
        };
        match (days, self.is_russian()) {
            (0, _) => self.today.to_owned(),
            (1.., true) => format!("через {count}\u{a0}{noun}"),
            (1.., false) => format!("in {count}\u{a0}{noun}"),
            (_, true) => format!("{count}\u{a0}{noun} назад"),
            (_, false) => format!("{count}\u{a0}{noun} ago"),
        }
    }

    pub(super) fn bad_parameter(&self, bad: &BadParameter) -> String {
        if self.is_russian() {
            format!("Параметр «{}» бывает только таким: {}", bad.name, bad.allowed.join(", "))
        } else {
            capital(&bad.to_string())
        }
    }

    /// `1–50 of 240`.
    pub(super) fn range(&self, first: &str, last: &str, total: &str) -> String {
        format!("{first}–{last} {} {total}", self.one("of", "из"))
    }

    /// `and 2 more`.
    pub(super) fn more(&self, count: usize) -> String {
        if self.is_russian() { format!("и ещё {count}") } else { format!("and {count} more") }
    }

    pub(super) fn one(&self, english: &'static str, russian: &'static str) -> &'static str {
        if self.is_russian() { russian } else { english }
    }
}

/// The same with a capital to begin with.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// The Russian form that goes with a number: 1 касса, 2 кассы, 5 касс.
pub(super) fn plural<'w>(count: usize, one: &'w str, few: &'w str, many: &'w str) -> &'w str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_forms() {
        let said = |language: Language| {
            [-21, -1, 0, 1, 3, 11, 22].map(|days| Words::of(language).in_days(days)).join(", ")
        };
        let all = Language::ALL.iter().map(|&language| said(language)).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(all.replace('\u{a0}', " "), @r"
        21 days ago, 1 day ago, today, in 1 day, in 3 days, in 11 days, in 22 days
        21 день назад, 1 день назад, сегодня, через 1 день, через 3 дня, через 11 дней, через 22 дня
        ");
    }
}
