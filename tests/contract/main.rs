//! Runs the contract cases of `cases/*.json` through the public API of the monitor.
//!
//! Each case gets a server of its own that knows which requests must come, and in which order; where it applies it is
//! played on `MockAtol` too. The environment variable `ATOL_CONTRACT_FILTER` picks the cases whose file name or title
//! holds its text.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod call;
mod case;
mod clock;
mod coverage;
mod judge;
mod live;
mod mock;
mod parts;
mod schema;
mod script;
mod sent;
mod stand_in;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value};

use self::case::{Case, Mock};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_holds() {
    let (mut table, mut complaints) = (Vec::new(), Vec::new());
    for File { name, path } in case_files() {
        let case = match read(&path) {
            Ok(case) if !is_chosen(&name, &case.title) => continue,
            Ok(case) => case,
            Err(error) => {
                table.push(row(&name, "?", "FAILED", "-", "(cannot be read)"));
                complaints.push(format!("{name}: {error}"));
                continue;
            }
        };
        let (title, certainty) = (case.title.clone(), format!("{:?}", case.certainty));
        let found = to_its_end(stand_in::play(&case)).await;
        let found_on_mock = match &case.mock {
            Mock::Plays(setup) => Some(to_its_end(mock::play(&case, setup)).await),
            Mock::Not(_) => None,
        };
        table.push(row(&name, &certainty, verdict(Some(&found)), verdict(found_on_mock.as_ref()), &title));
        complaints.extend(found.into_iter().map(|complaint| format!("{name}: {complaint}")));
        let on_mock = found_on_mock.into_iter().flatten();
        complaints.extend(on_mock.map(|complaint| format!("{name}, on the mock: {complaint}")));
    }
    show(&head(), &table);
    assert!(!table.is_empty(), "the filter fits no case");
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// A case that would go on for ever is told from one that fails: no case waits for real.
#[expect(
    clippy::disallowed_methods,
    reason = "over real sockets no other clock tells that nothing happens any more"
)]
async fn to_its_end(play: impl Future<Output = Vec<String>>) -> Vec<String> {
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, play)
        .await
        .unwrap_or_else(|_| vec!["it does not come to an end".to_owned()])
}

/// Whether the filter lets a case through.
fn is_chosen(name: &str, title: &str) -> bool {
    let filter = env::var("ATOL_CONTRACT_FILTER").unwrap_or_default();
    name.contains(&filter) || title.contains(&filter)
}

fn verdict(complaints: Option<&Vec<String>>) -> &'static str {
    match complaints {
        None => "-",
        Some(complaints) if complaints.is_empty() => "ok",
        Some(_) => "FAILED",
    }
}

fn row(name: &str, certainty: &str, wiremock: &str, mock: &str, title: &str) -> String {
    format!("{name:<34} {certainty:<4}  {wiremock:<8}  {mock:<8}  {title}")
}

fn head() -> String {
    row("case", "sure", "wiremock", "MockAtol", "what")
}

#[expect(clippy::print_stdout, reason = "the table is what `cargo xtask contract` is for")]
fn show(head: &str, table: &[String]) {
    println!("\n{head}\n{}\n{} cases", table.join("\n"), table.len());
}

/// Where the cases and what belongs to them live.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contract")
}

struct File {
    /// Without the ending.
    name: String,
    path: PathBuf,
}

/// Every file of the directory: one that is no case fails instead of being overlooked.
fn case_files() -> Vec<File> {
    let entries = fs::read_dir(directory().join("cases")).unwrap();
    let mut files: Vec<File> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| File { name: path.file_stem().unwrap().to_string_lossy().into_owned(), path })
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

fn read(path: &Path) -> Result<Case, String> {
    Case::read(path, &json("common.json"))
}

/// A file beside the cases that holds an object.
fn json(name: &str) -> Map<String, Value> {
    serde_json::from_str(&fs::read_to_string(directory().join(name)).unwrap()).unwrap()
}
