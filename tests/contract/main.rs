//! Runs the contract cases of `cases/*.json` through the public API of the monitor.
//!
//! Each case gets a server of its own that knows which requests must come, and in which order. The environment variable
//! `ATOL_CONTRACT_FILTER` picks the cases whose file name or title holds its text.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod case;
mod stand_in;

use std::path::{Path, PathBuf};
use std::{env, fs};

use atol_monitor::{Error, Kkt, KktList, KktMonitor};
use atol_transport::{Environment, RetryPolicy};
use serde_json::{Map, Value};

use self::case::{Call, Case, List, Outcome};
use self::stand_in::StandIn;

/// What a call brought.
enum Found {
    Authenticated,
    Register(Box<Kkt>),
    List(KktList),
    Error(Error),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract");
    let common = fs::read_to_string(directory.join("common.json")).unwrap();
    let common: Map<String, Value> = serde_json::from_str(&common).unwrap();
    let filter = env::var("ATOL_CONTRACT_FILTER").unwrap_or_default();

    let (mut table, mut complaints) = (Vec::new(), Vec::new());
    for path in case_files(&directory.join("cases")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (title, certainty, result) = match Case::read(&path, &common) {
            Ok(case) if !name.contains(&filter) && !case.title.contains(&filter) => continue,
            Ok(case) => (case.title.clone(), format!("{:?}", case.certainty), run(case).await),
            Err(error) => ("(cannot be read)".to_owned(), "?".to_owned(), vec![error]),
        };
        let verdict = if result.is_empty() { "ok" } else { "FAILED" };
        table.push(format!("{name:<34} {certainty}  {verdict:<6}  {title}"));
        complaints.extend(result.into_iter().map(|complaint| format!("{name}: {complaint}")));
    }
    show(&table);
    assert!(!table.is_empty(), "no case is called `{filter}`");
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[expect(clippy::print_stdout, reason = "the table is what `cargo xtask contract` is for")]
fn show(table: &[String]) {
    println!("\n{:<34} sure       what\n{}\n{} cases", "case", table.join("\n"), table.len());
}

/// Every file of the directory: one that is no case fails instead of being overlooked.
fn case_files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Plays a case; what is wrong comes back.
async fn run(case: Case) -> Vec<String> {
    let mut complaints = Vec::new();
    if case.source.trim().is_empty() {
        complaints.push("the source is not named".to_owned());
    }
    let stand_in = StandIn::start(case.exchanges).await;
    let monitor = KktMonitor::builder()
        .environment(Environment::custom(stand_in.address().parse().unwrap()).unwrap())
        .credentials("shop-17", "correct horse")
        // One exchange is one request: what is repeated and how often is no fact about the service.
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let found = match &case.call {
        Call::Authenticate => monitor.authenticate().await.map(|()| Found::Authenticated),
        Call::GetAll => monitor.get_all().await.map(Found::List),
        Call::GetOne(serial) => monitor.get_one(serial).await.map(Box::new).map(Found::Register),
    };
    complaints.extend(stand_in.complaints());
    complaints.extend(judge(&case.expect, found.unwrap_or_else(Found::Error)));
    complaints
}

fn judge(expected: &Outcome, found: Found) -> Vec<String> {
    match (expected, found) {
        (Outcome::Authenticated, Found::Authenticated) => Vec::new(),
        (Outcome::Register(members), Found::Register(kkt)) => judge_register(members, &kkt),
        (Outcome::List(expected), Found::List(list)) => judge_list(expected, &list),
        (Outcome::Error(expected), Found::Error(error)) => {
            let (kind, report) = (kind(&error), error.report());
            let mut complaints = Vec::new();
            if kind != expected.kind {
                complaints.push(format!("the kind of the error is {kind} instead of {}", expected.kind));
            }
            if !report.contains(&expected.message) {
                complaints.push(format!("the error does not say `{}`: {report}", expected.message));
            }
            complaints
        }
        (_, Found::Error(error)) => vec![format!("failed with {}: {}", kind(&error), error.report())],
        (_, Found::Authenticated) => vec!["logged in, which was not expected".to_owned()],
        (_, Found::Register(kkt)) => vec![format!("got an unexpected register {kkt}")],
        (_, Found::List(list)) => vec![format!("got an unexpected list of {}", list.len())],
    }
}

/// The most exact kind of an error.
fn kind(error: &Error) -> String {
    match (error.transport(), error.model()) {
        (Some(transport), _) => format!("{:?}", transport.kind()),
        (_, Some(model)) => format!("{:?}", model.kind()),
        _ => format!("{:?}", error.kind()),
    }
}

fn judge_list(expected: &List, list: &KktList) -> Vec<String> {
    let mut complaints = Vec::new();
    if expected.registers.len() != list.len() {
        complaints.push(format!("{} registers instead of {}", list.len(), expected.registers.len()));
    }
    complaints.extend(
        expected.registers.iter().zip(list.iter()).flat_map(|(members, kkt)| judge_register(members, kkt)),
    );
    if expected.rejected.len() != list.rejected().len() {
        complaints.push(format!("{:?} are rejected", list.rejected()));
    }
    for (expected, rejected) in expected.rejected.iter().zip(list.rejected()) {
        let message = rejected.error.to_string();
        if expected.index != rejected.index
            || expected.serial != rejected.serial_number
            || !message.contains(&expected.message)
        {
            complaints.push(format!("rejected is {rejected:?}: {message}"));
        }
    }
    complaints
}

fn judge_register(expected: &Map<String, Value>, kkt: &Kkt) -> Vec<String> {
    let found = kkt.to_value();
    expected
        .iter()
        .filter(|(name, value)| found.get(name) != Some(value))
        .map(|(name, value)| format!("{name} is {:?} instead of {value}", found.get(name)))
        .collect()
}
