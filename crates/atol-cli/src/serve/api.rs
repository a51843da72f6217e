//! `/api/kkts`: the same as the page, for programs.

use atol_monitor::health::{Finding, Severity};
use atol_monitor::{Kkt, Language};
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;

use super::answer::{Answer, json, json_error};
use super::filter::Filter;
use super::state::{Account, Register, View};

/// The most registers of one answer, unless `limit` says less.
const MOST: usize = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'v> {
    accounts: Vec<AccountState<'v>>,
    /// How many registers pass the filter.
    total: usize,
    /// Where in them `kkts` begins.
    offset: usize,
    kkts: Vec<Item<'v>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountState<'v> {
    name: &'v str,
    up: bool,
    last_successful_poll: Option<Timestamp>,
    failing_since: Option<Timestamp>,
    failure: Option<&'v str>,
    rejected: Vec<&'v atol_monitor::snapshot::UnreadableKkt>,
}

#[derive(Serialize)]
struct Item<'v> {
    account: &'v str,
    severity: Severity,
    /// Why the record is not from the last list; `null` when it is.
    outdated: Option<&'v str>,
    findings: Vec<ToldFinding<'v>>,
    kkt: &'v Kkt,
}

#[derive(Serialize)]
struct ToldFinding<'v> {
    #[serde(flatten)]
    finding: &'v Finding,
    title: String,
    explanation: String,
}

/// The registers that the query asks for.
pub(crate) fn list(view: &View, query: &str, language: Language) -> Answer {
    let filter = match Filter::from_query(query) {
        Ok(filter) => filter,
        Err(error) => return json_error(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let [limit, offset] = match [number(query, "limit", MOST), number(query, "offset", 0)] {
        [Some(limit), Some(offset)] => [limit.min(MOST), offset],
        _ => return json_error(StatusCode::BAD_REQUEST, "`limit` and `offset` are whole numbers"),
    };
    let registers = filter.apply(view);
    let body = List {
        accounts: view.accounts().map(|account| AccountState::of(account, language)).collect(),
        total: registers.len(),
        offset,
        kkts: registers
            .iter()
            .skip(offset)
            .take(limit)
            .map(|register| Item::of(register, language))
            .collect(),
    };
    serialised(&body)
}

/// One register; where accounts share a serial number, `account` in the query says whose.
pub(crate) fn one(view: &View, serial: &str, query: &str, language: Language) -> Answer {
    let account = Filter::from_query(query).ok().and_then(|filter| filter.account);
    match view.register(serial, account.as_deref()) {
        Some(register) => serialised(&Item::of(&register, language)),
        None => json_error(StatusCode::NOT_FOUND, "there is no such register in the last list"),
    }
}

impl<'v> AccountState<'v> {
    fn of(account: &'v Account, language: Language) -> AccountState<'v> {
        let failure = account.failure();
        let unreadable = account.fleet.iter().flat_map(|fleet| fleet.snapshot().unreadable());
        AccountState {
            name: &account.name,
            up: account.is_up(),
            last_successful_poll: account.last_success(),
            failing_since: failure.map(|failure| failure.since),
            failure: failure.map(|failure| failure.report.to(language)),
            rejected: unreadable.collect(),
        }
    }
}

impl<'v> Item<'v> {
    fn of(register: &Register<'v>, language: Language) -> Item<'v> {
        let told = |finding: &'v Finding| ToldFinding {
            finding,
            title: finding.title(language),
            explanation: finding.explain(language),
        };
        Item {
            account: register.account,
            severity: register.assessment.severity,
            outdated: register.outdated,
            findings: register.assessment.findings.iter().map(told).collect(),
            kkt: register.kkt,
        }
    }
}

/// A number of the query; `default` when it is not there, `None` when it is none.
fn number(query: &str, name: &str, default: usize) -> Option<usize> {
    let asked =
        form_urlencoded::parse(query.as_bytes()).find(|(key, value)| key == name && !value.is_empty());
    asked.map_or(Some(default), |(_, value)| value.parse().ok())
}

fn serialised(body: &impl Serialize) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => json(StatusCode::OK, body),
        Err(_) => json_error(StatusCode::INTERNAL_SERVER_ERROR, "the registers could not be written as JSON"),
    }
}
