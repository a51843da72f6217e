//! The one sentence for whoever has one glance.

use super::words::{Words, capital, plural};

/// What is counted of a fleet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    pub(super) total: usize,
    pub(super) critical: usize,
    pub(super) warning: usize,
    pub(super) unknown: usize,
    /// Accounts of which there is no list, or none that is fresh.
    pub(super) unread: usize,
}

/// How many registers need somebody, the urgent ones first; what is not known is never called well.
pub(super) fn headline(words: &Words, tally: &Tally) -> String {
    let Tally { total, critical, warning, unknown, unread } = *tally;
    if critical + warning + unknown + unread == 0 {
        return match total {
            0 => words.one("The account has no registers", "В учётной записи нет касс").to_owned(),
            _ => format!("{}: {}", registers(words, total), words.one("all is well", "всё в порядке")),
        };
    }
    let need = |count| {
        let verb = plural(count, "требует внимания", "требуют внимания", "требуют внимания");
        let (one, many) = ("needs you", "need you");
        let verb = if words.is_russian() {
            verb
        } else if count == 1 {
            one
        } else {
            many
        };
        format!("{} {verb}", registers(words, count))
    };
    let soon = words.one("in the next days", "в ближайшие дни");
    let mut parts = Vec::new();
    if critical > 0 {
        parts.push(format!("{} {}", need(critical), words.one("now", "сейчас")));
    }
    if warning > 0 {
        parts.push(match (critical, words.is_russian()) {
            (0, _) => format!("{} {soon}", need(warning)),
            (_, true) => format!("ещё\u{a0}{warning}\u{a0}— {soon}"),
            (_, false) => format!("{warning}\u{a0}more {soon}"),
        });
    }
    if unknown > 0 {
        let is_russian = words.is_russian();
        parts.push(if is_russian {
            format!("неизвестно:\u{a0}{unknown}")
        } else {
            format!("{unknown}\u{a0}unknown")
        });
    }
    if unread > 0 {
        parts.push(match (words.is_russian(), unread) {
            (true, _) => format!("не прочитано учётных записей:\u{a0}{unread}"),
            (false, 1) => "1\u{a0}account not read".to_owned(),
            (false, _) => format!("{unread}\u{a0}accounts not read"),
        });
    }
    capital(&parts.join(", "))
}

/// `3 registers`.
fn registers(words: &Words, count: usize) -> String {
    let noun = match (words.is_russian(), count) {
        (true, _) => plural(count, "касса", "кассы", "касс"),
        (false, 1) => "register",
        (false, _) => "registers",
    };
    format!("{count}\u{a0}{noun}")
}

#[cfg(test)]
mod tests {
    use atol_monitor::Language;

    use super::*;

    #[test]
    fn the_headline_says_what_to_do_first() {
        let said = |language, counts: [usize; 5]| {
            let [total, critical, warning, unknown, unread] = counts;
            headline(Words::of(language), &Tally { total, critical, warning, unknown, unread })
        };
        let cases = [
            [0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0],
            [24, 0, 0, 0, 0],
            [24, 1, 0, 0, 0],
            [24, 3, 5, 1, 0],
            [24, 0, 1, 0, 0],
            [24, 0, 22, 11, 0],
            [24, 0, 0, 2, 0],
            [24, 0, 0, 0, 1],
            [24, 1, 0, 0, 2],
            [0, 0, 0, 0, 1],
        ];
        let all = Language::ALL.iter().flat_map(|&language| cases.map(|counts| said(language, counts)));
        insta::assert_snapshot!(all.collect::<Vec<_>>().join("\n").replace('\u{a0}', " "), @r"
        The account has no registers
        1 register: all is well
        24 registers: all is well
        1 register needs you now
        3 registers need you now, 5 more in the next days, 1 unknown
        1 register needs you in the next days
        22 registers need you in the next days, 11 unknown
        2 unknown
        1 account not read
        1 register needs you now, 2 accounts not read
        1 account not read
        В учётной записи нет касс
        1 касса: всё в порядке
        24 кассы: всё в порядке
        1 касса требует внимания сейчас
        3 кассы требуют внимания сейчас, ещё 5 — в ближайшие дни, неизвестно: 1
        1 касса требует внимания в ближайшие дни
        22 кассы требуют внимания в ближайшие дни, неизвестно: 11
        Неизвестно: 2
        Не прочитано учётных записей: 1
        1 касса требует внимания сейчас, не прочитано учётных записей: 2
        Не прочитано учётных записей: 1
        ");
    }
}
