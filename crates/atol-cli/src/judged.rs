//! Registers with what is to be thought of them: chosen, put in order, counted.

use std::cmp::{Ordering, Reverse};

use atol_monitor::health::{Assessment, Policy, Severity};
use atol_monitor::{Kkt, OffsetTimestamp};
use jiff::Timestamp;

use crate::args::{SelectionArgs, SortKey};

/// A register and what is to be thought of it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) kkt: Kkt,
    pub(crate) assessment: Assessment,
}

impl Judged {
    pub(crate) fn new(kkt: Kkt, policy: &Policy, now: Timestamp) -> Judged {
        Judged { assessment: policy.assess(&kkt, now), kkt }
    }

    pub(crate) fn severity(&self) -> Severity {
        self.assessment.severity
    }
}

/// Whether the register is of one of these groups and taxpayers; none named means all.
pub(crate) fn is_of(kkt: &Kkt, groups: &[String], inns: &[String]) -> bool {
    let is_one_of = |value: Option<&String>, wanted: &[String]| {
        wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
    };
    is_one_of(kkt.group_code.as_ref(), groups) && is_one_of(kkt.fiscal_storage_inn.as_ref(), inns)
}

impl SelectionArgs {
    /// Whether registers are wanted as they come, so that they need not be collected first.
    pub(crate) fn is_in_order(&self) -> bool {
        self.sort.is_none()
    }

    /// Whether the register is one of those that were asked for; it is judged only if that matters.
    pub(crate) fn takes(&self, kkt: &Kkt, judge: impl FnOnce() -> Severity) -> bool {
        is_of(kkt, &self.group, &self.inn) && !(self.problems && judge() == Severity::Ok)
    }

    /// The registers that were asked for, in the order that was asked for.
    pub(crate) fn choose(
        &self,
        registers: impl Iterator<Item = Judged>,
        usual: Option<SortKey>,
    ) -> Vec<Judged> {
        let mut chosen: Vec<Judged> =
            registers.filter(|register| self.takes(&register.kkt, || register.severity())).collect();
        if let Some(key) = self.sort.or(usual) {
            sort(&mut chosen, key);
            if self.reverse {
                chosen.reverse();
            }
        }
        let chosen = chosen.into_iter().skip(as_count(self.offset));
        match self.limit {
            Some(limit) => chosen.take(as_count(limit)).collect(),
            None => chosen.collect(),
        }
    }
}

/// A count of the command line.
pub(crate) fn as_count(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Puts registers in order; those that are equal by the key stay in that of their serial numbers.
pub(crate) fn sort(registers: &mut [Judged], key: SortKey) {
    registers.sort_by(|one, other| {
        by(key, one, other).then_with(|| one.kkt.serial_number.cmp(&other.kkt.serial_number))
    });
}

fn by(key: SortKey, one: &Judged, other: &Judged) -> Ordering {
    let (a, b) = (&one.kkt, &other.kkt);
    match key {
        SortKey::State => other.severity().cmp(&one.severity()),
        SortKey::Serial => Ordering::Equal,
        SortKey::Group => known_first(a.group_code.as_deref(), b.group_code.as_deref()),
        SortKey::Inn => known_first(a.fiscal_storage_inn.as_deref(), b.fiscal_storage_inn.as_deref()),
        SortKey::Expiry => {
            known_first(instant(a.fiscal_storage_expiration), instant(b.fiscal_storage_expiration))
        }
        SortKey::Fill => {
            let fill = |kkt: &Kkt| kkt.fiscal_storage_percentage_use.unwrap_or(f64::NEG_INFINITY);
            fill(b).total_cmp(&fill(a))
        }
        SortKey::Unsent => Reverse(a.unsent_docs).cmp(&Reverse(b.unsent_docs)),
        SortKey::Age => known_first(instant(a.timestamp), instant(b.timestamp)),
    }
}

/// The order of two values; one that is not known comes last.
fn known_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    (one.is_none(), one).cmp(&(other.is_none(), other))
}

fn instant(date: Option<OffsetTimestamp>) -> Option<Timestamp> {
    date.map(OffsetTimestamp::timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet() -> Vec<Judged> {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let policy = Policy::default();
        [
            Kkt::builder("3").group_code("b").fiscal_storage_percentage_use(50.0).unsent_docs(2),
            Kkt::builder("1").fiscal_storage_percentage_use(99.5),
            Kkt::builder("2").group_code("a").fiscal_storage_inn("500100732259"),
        ]
        .map(|kkt| Judged::new(kkt.build(), &policy, now))
        .into()
    }

    fn chosen(selection: &SelectionArgs) -> String {
        selection
            .choose(fleet().into_iter(), None)
            .iter()
            .map(|register| register.kkt.serial_number.as_str())
            .collect()
    }

    fn sorted(key: SortKey) -> SelectionArgs {
        SelectionArgs { sort: Some(key), ..SelectionArgs::default() }
    }

    #[test]
    fn registers_that_do_not_tell_come_last() {
        assert_eq!(chosen(&sorted(SortKey::Group)), "231");
        assert_eq!(chosen(&sorted(SortKey::Fill)), "132");
        assert_eq!(chosen(&sorted(SortKey::Unsent)), "312");
        assert_eq!(chosen(&sorted(SortKey::State)), "123");
        assert_eq!(chosen(&SelectionArgs { reverse: true, ..sorted(SortKey::Serial) }), "321");
    }

    #[test]
    fn limit_and_offset_count_what_the_filters_leave() {
        assert_eq!(chosen(&SelectionArgs::default()), "312");
        assert_eq!(chosen(&SelectionArgs { offset: 1, limit: Some(1), ..sorted(SortKey::Serial) }), "2");
        let groups = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(chosen(&SelectionArgs { group: groups, offset: 1, ..SelectionArgs::default() }), "2");
        let inn = vec!["500100732259".to_owned()];
        assert_eq!(chosen(&SelectionArgs { inn, ..SelectionArgs::default() }), "2");
    }
}
