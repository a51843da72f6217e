//! Which registers are asked for, in which order: the query of the page and of the API.

use std::cmp::Reverse;
use std::fmt;

use atol_monitor::OffsetTimestamp;
use atol_monitor::health::{Finding, FindingKind, Severity};
use jiff::Timestamp;

use super::state::{Register, View};

/// Which registers, in which order. The default is all of them, the worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Looked for in everything that names a register, in any case.
    pub(crate) text: String,
    pub(crate) state: Option<State>,
    pub(crate) kind: Option<FindingKind>,
    pub(crate) group: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) sort: Sort,
}

/// A state, or all in which something is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Trouble,
    Only(Severity),
}

/// An order of registers. Where two are equal in it, the worse comes first, then the smaller serial number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    #[default]
    Trouble,
    Serial,
    Group,
    Expiry,
    Fill,
    Unsent,
}

/// A parameter that cannot be used; as text it is told in English.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadParameter {
    pub(crate) name: &'static str,
    /// Everything that it may be.
    pub(crate) allowed: Vec<&'static str>,
}

impl BadParameter {
    fn new(name: &'static str, allowed: impl IntoIterator<Item = &'static str>) -> BadParameter {
        BadParameter { name, allowed: allowed.into_iter().collect() }
    }
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the parameter `{}` is not one of: {}", self.name, self.allowed.join(", "))
    }
}

impl State {
    pub(crate) const ALL: [State; 5] = [
        State::Trouble,
        State::Only(Severity::Critical),
        State::Only(Severity::Warning),
        State::Only(Severity::Unknown),
        State::Only(Severity::Ok),
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Trouble => "trouble",
            State::Only(severity) => severity.as_str(),
        }
    }

    fn has(self, severity: Severity) -> bool {
        match self {
            State::Trouble => severity != Severity::Ok,
            State::Only(only) => severity == only,
        }
    }
}

impl Sort {
    pub(crate) const ALL: [Sort; 6] =
        [Sort::Trouble, Sort::Serial, Sort::Group, Sort::Expiry, Sort::Fill, Sort::Unsent];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Sort::Trouble => "trouble",
            Sort::Serial => "serial",
            Sort::Group => "group",
            Sort::Expiry => "expiry",
            Sort::Fill => "fill",
            Sort::Unsent => "unsent",
        }
    }
}

impl Filter {
    /// Takes its own parameters out of a query and leaves others alone. An empty one is none: forms send those too. Names
    /// are taken to the letter: spaces around them may be all that tells two groups apart.
    pub(crate) fn from_query(query: &str) -> Result<Filter, BadParameter> {
        let mut filter = Filter::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let word = value.trim();
            match &*name {
                _ if value.is_empty() => {}
                "group" => filter.group = Some(value.into_owned()),
                "account" => filter.account = Some(value.into_owned()),
                _ if word.is_empty() => {}
                "q" => word.clone_into(&mut filter.text),
                "state" => {
                    let state = State::ALL.into_iter().find(|state| state.as_str() == word);
                    let bad = || BadParameter::new("state", State::ALL.map(State::as_str));
                    filter.state = Some(state.ok_or_else(bad)?);
                }
                "kind" => {
                    let kind = word.parse();
                    let kinds = || FindingKind::ALL.iter().map(|kind| kind.as_str());
                    filter.kind = Some(kind.map_err(|_| BadParameter::new("kind", kinds()))?);
                }
                "sort" => {
                    let sort = Sort::ALL.into_iter().find(|sort| sort.as_str() == word);
                    let bad = || BadParameter::new("sort", Sort::ALL.map(Sort::as_str));
                    filter.sort = sort.ok_or_else(bad)?;
                }
                _ => {}
            }
        }
        Ok(filter)
    }

    /// The query that says the same, with more parameters behind it; `?` when there is nothing to say.
    pub(crate) fn to_query(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new("?".to_owned());
        let sort = Some(self.sort).filter(|sort| *sort != Sort::default()).map(Sort::as_str);
        let own = [
            ("q", Some(self.text.as_str()).filter(|text| !text.is_empty())),
            ("state", self.state.map(State::as_str)),
            ("kind", self.kind.map(FindingKind::as_str)),
            ("group", self.group.as_deref()),
            ("account", self.account.as_deref()),
            ("sort", sort),
        ];
        for (name, value) in own {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.extend_pairs(more);
        query.finish().replacen("?&", "?", 1)
    }

    /// Whether it leaves no register out.
    pub(crate) fn is_open(&self) -> bool {
        Filter { sort: Sort::default(), ..self.clone() } == Filter::default()
    }

    /// The registers that pass, in order.
    pub(crate) fn apply<'v>(&self, view: &'v View) -> Vec<Register<'v>> {
        let needle = self.text.to_lowercase();
        let mut registers: Vec<_> =
            view.registers().filter(|register| self.passes(register, &needle)).collect();
        registers.sort_by_cached_key(|register| self.key(register));
        registers
    }

    fn passes(&self, register: &Register<'_>, needle: &str) -> bool {
        let Register { account, kkt, assessment, .. } = register;
        self.state.is_none_or(|state| state.has(assessment.severity))
            && self.kind.is_none_or(|kind| assessment.finding(kind).is_some())
            && self.account.as_deref().is_none_or(|name| name == *account)
            && self.group.as_deref().is_none_or(|group| kkt.group_code.as_deref() == Some(group))
            && (needle.is_empty() || names(register).any(|name| name.to_lowercase().contains(needle)))
    }

    /// What is smaller comes first.
    fn key<'v>(&self, register: &Register<'v>) -> Key<'v> {
        let Register { account, kkt, assessment, .. } = *register;
        let first = match self.sort {
            Sort::Trouble | Sort::Serial => First::Same,
            Sort::Group => First::Text(kkt.group_code.as_deref().unwrap_or_default()),
            Sort::Expiry => {
                First::Time(NoneLast(kkt.fiscal_storage_expiration.map(OffsetTimestamp::timestamp)))
            }
            Sort::Fill => First::Down(Reverse(millionths(kkt.fiscal_storage_percentage_use))),
            Sort::Unsent => First::Down(Reverse(kkt.unsent_docs.unwrap_or(0))),
        };
        let worst = (self.sort != Sort::Serial)
            .then_some((Reverse(assessment.severity), NoneLast(deadline(register))));
        Key { first, worst, serial: &kkt.serial_number, account }
    }
}

/// Per cent as whole numbers in the same order.
fn millionths(percent: Option<f64>) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of floats saturates, and what is below nothing is as good as nothing"
    )]
    percent.map_or(0, |percent| (percent * 1e6) as u64)
}

/// The nearest moment at which the register stops, of those that a rule has found.
pub(crate) fn deadline(register: &Register<'_>) -> Option<Timestamp> {
    register.assessment.findings.iter().filter_map(Finding::deadline).min()
}

fn names<'v>(register: &Register<'v>) -> impl Iterator<Item = &'v str> {
    let Register { account, kkt, .. } = *register;
    let optional = [
        &kkt.group_code,
        &kkt.fiscal_storage_payment_address,
        &kkt.fiscal_storage_inn,
        &kkt.registration_number,
        &kkt.device_number,
        &kkt.fiscal_storage_serial_number,
    ];
    [kkt.serial_number.as_str(), account]
        .into_iter()
        .chain(optional.into_iter().filter_map(|name| name.as_deref()))
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'v> {
    first: First<'v>,
    worst: Option<(Reverse<Severity>, NoneLast<Timestamp>)>,
    serial: &'v str,
    account: &'v str,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum First<'v> {
    Same,
    Text(&'v str),
    Time(NoneLast<Timestamp>),
    Down(Reverse<u64>),
}

/// In order, and what is not known behind it.
#[derive(PartialEq, Eq)]
struct NoneLast<T>(Option<T>);

impl<T: Ord> Ord for NoneLast<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.is_none(), &self.0).cmp(&(other.0.is_none(), &other.0))
    }
}

impl<T: Ord> PartialOrd for NoneLast<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_kit::{register, view};
    use super::*;

    fn serials(query: &str) -> Vec<String> {
        let view = view([
            register("1", |kkt| {
                kkt.group_code = Some("юг".to_owned());
                kkt.unsent_docs = Some(3);
            }),
            register("2", |kkt| kkt.fiscal_storage_percentage_use = Some(99.5)),
            register("3", |kkt| kkt.fiscal_storage_payment_address = Some("Казань, ул. Баумана".to_owned())),
            register("4", |kkt| {
                kkt.fiscal_storage_expiration = Some("2026-12-01T00:00:00+03:00".parse().unwrap());
            }),
        ]);
        let registers = Filter::from_query(query).unwrap();
        registers.apply(&view).iter().map(|register| register.kkt.serial_number.clone()).collect()
    }

    #[test]
    fn the_worst_comes_first_and_what_stops_sooner_before_what_stops_later() {
        assert_eq!(serials(""), ["2", "4", "1", "3"]);
        assert_eq!(serials("sort=serial"), ["1", "2", "3", "4"]);
        assert_eq!(serials("sort=fill")[0], "2");
        assert_eq!(serials("sort=unsent")[0], "1");
        assert_eq!(serials("sort=expiry")[0], "4");
    }

    #[test]
    fn filters_go_together_and_text_is_found_in_any_case() {
        assert_eq!(serials("q=КАЗАНЬ"), ["3"]);
        assert_eq!(serials("group=%D1%8E%D0%B3"), ["1"]);
        assert_eq!(serials("state=trouble&q=ЮГ"), ["1"]);
        assert_eq!(serials("state=critical"), ["2"]);
        assert_eq!(serials("kind=fiscal-storage-expiry"), ["4"]);
        assert_eq!(serials("account=other"), Vec::<String>::new());
        assert_eq!(serials("state=&q=+&group="), serials(""));
        assert_eq!(serials("state=+critical+&q=+2"), ["2"]);
    }

    #[test]
    fn groups_that_differ_in_spaces_are_told_apart() {
        let of = |group: &str, serial| register(serial, |kkt| kkt.group_code = Some(group.to_owned()));
        let view = view([of("shop", "1"), of("shop ", "2"), of(" ", "3")]);
        for (query, serial) in [("group=shop", "1"), ("group=shop+", "2"), ("group=+", "3")] {
            let filter = Filter::from_query(query).unwrap();
            let found = filter.apply(&view);
            assert_eq!(found.len(), 1, "{query}");
            assert_eq!(found[0].kkt.serial_number, serial, "{query}");
            assert_eq!(filter.to_query(&[]), format!("?{query}"));
        }
    }

    #[test]
    fn a_filter_comes_back_from_its_query() {
        let query = "?q=a%26b&state=warning&kind=long-shift&group=%D1%8E%D0%B3&account=shop&sort=fill";
        let filter = Filter::from_query(query.trim_start_matches('?')).unwrap();
        assert_eq!(filter.to_query(&[]), query);
        assert_eq!(Filter::default().to_query(&[("page", "2")]), "?page=2");
        assert_eq!(Filter::default().to_query(&[]), "?");
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let error = Filter::from_query("state=bad").unwrap_err().to_string();
        assert_eq!(error, "the parameter `state` is not one of: trouble, critical, warning, unknown, ok");
        assert!(Filter::from_query("kind=bad").is_err() && Filter::from_query("sort=bad").is_err());
    }
}
