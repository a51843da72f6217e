//! `atol watch`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use atol_mock::{Fault, Fleet};

use crate::support::{Home, service, shop};

/// So many registers that the first event, which shows them all, is longer than a pipe holds.
const TOO_MANY: usize = 2000;

/// A watch that runs, and its events.
struct Running {
    child: Child,
    events: BufReader<ChildStdout>,
}

impl Running {
    fn start(home: &Home, args: &[&str]) -> Running {
        let mut command = home.command(&[&["watch"], args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Running { child, events }
    }

    /// One whose reader has stalled in the middle of the first event.
    fn start_stalled(home: &Home, args: &[&str]) -> Running {
        let mut watch = Running::start(home, args);
        // The buffer of the reader holds less than the event has.
        assert!(!watch.events.fill_buf().unwrap().is_empty());
        watch
    }

    /// Reads events up to the first of that name, and gives the names of all.
    fn until(&mut self, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        while names.last().is_none_or(|last| last != name) {
            let mut line = String::new();
            self.events.read_line(&mut line).unwrap();
            let event: serde_json::Value = serde_json::from_str(&line).unwrap();
            names.push(event["event"].as_str().unwrap().to_owned());
        }
        names
    }

    /// Sends a signal, and gives the end of it and what was said on standard error.
    fn stop(mut self, signal: &str) -> (ExitStatus, String) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

fn fleet(size: usize) -> Fleet {
    Fleet::generate(1, size, "2026-11-24T10:00:00Z".parse().unwrap())
}

#[test]
fn a_demo_lives_and_ctrl_c_ends_it_with_a_summary() {
    let mut watch = Running::start(&Home::new(), &["--demo", "--output", "jsonl"]);
    assert_eq!(watch.until("polled")[0], "snapshot");
    let later = watch.until("changed");
    assert!(!later.contains(&"clock-skew".to_owned()), "{later:?}");
    let (status, said) = watch.stop("-INT");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("watched for ") && said.contains(", failed: 0;"), "{said}");
}

#[test]
fn ctrl_c_ends_it_though_its_reader_has_stalled() {
    let size = TOO_MANY.to_string();
    let watch = Running::start_stalled(&Home::new(), &["--demo-size", &size, "--output", "jsonl"]);
    let (status, said) = watch.stop("-INT");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("watched for "), "{said}");
}

#[test]
fn what_its_reader_did_not_take_is_told_after_a_restart() {
    let service = service(shop().fleet(fleet(TOO_MANY)));
    let home = Home::new().at(&service);
    let state = home.path().join("watch.json");
    let args = ["--output", "jsonl", "--state", state.to_str().unwrap()];
    let watch = Running::start_stalled(&home, &args);
    watch.stop("-INT");
    assert!(state.exists());
    let mut watch = Running::start(&home, &args);
    assert_eq!(watch.until("polled")[0], "snapshot");
    watch.stop("-INT");
}

#[test]
fn sigterm_ends_it_in_good_order() {
    let service = service(shop().fleet(fleet(20)));
    let mut watch = Running::start(&Home::new().at(&service), &["--output", "jsonl"]);
    watch.until("polled");
    let (status, said) = watch.stop("-TERM");
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn after_a_restart_it_goes_on_from_the_state() {
    let service = service(shop().fleet(fleet(20)));
    let home = Home::new().at(&service);
    let state = home.path().join("watch.json");
    let args = ["--output", "jsonl", "--state", state.to_str().unwrap()];
    let mut watch = Running::start(&home, &args);
    let first = watch.until("polled");
    assert!(first.contains(&"finding-opened".to_owned()), "{first:?}");
    watch.stop("-INT");
    let mut watch = Running::start(&home, &args);
    assert_eq!(watch.until("polled"), ["polled"], "nothing is told twice");
    watch.stop("-INT");
}

#[test]
fn an_outage_is_told_and_survived() {
    let service = service(shop().fleet(fleet(20)).fault(Fault::Html(404).times(1)));
    let mut watch = Running::start(&Home::new().at(&service), &["--output", "jsonl", "--interval", "1s"]);
    assert_eq!(watch.until("poll-failed"), ["poll-failed"]);
    assert_eq!(watch.until("polled")[0], "recovered");
    let (_, said) = watch.stop("-INT");
    assert!(said.contains(", failed: 1;"), "{said}");
}

#[test]
fn a_poll_that_failed_is_told_in_the_readers_language_and_with_what_to_do() {
    let service = service(shop().fleet(fleet(20)));
    let home = Home::new().at(&service).with("ATOL_PASSWORD", "canary");
    for (language, words, advice) in [
        ("en", "the poll failed (since ", "  what to do: check login and password"),
        ("ru", "опрос не удался (с ", "  что делать: проверьте логин и пароль"),
    ] {
        let mut watch = Running::start(&home, &["--lang", language, "--no-token-cache"]);
        let mut lines = [String::new(), String::new()];
        for line in &mut lines {
            watch.events.read_line(line).unwrap();
        }
        assert!(lines[0].contains(words) && lines[1].contains(advice), "{lines:?}");
        assert!(
            language == "en" || lines[0].contains("сервис не принял логин и пароль: ошибка 12"),
            "{lines:?}"
        );
        watch.stop("-INT");
    }
}

#[test]
fn a_token_near_its_end_is_renewed_by_who_stays_and_not_by_who_looks_once() {
    let service = service(shop().fleet(fleet(20)));
    let logins = || service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
    let home = Home::new().at(&service);
    home.atol(&["list"]).expect_code(0);
    let mut files =
        std::fs::read_dir(home.path().join("cache/atol")).unwrap().map(|file| file.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|extension| extension == "json")).unwrap();
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let obtained_at: jiff::Timestamp = kept["obtained_at"].as_str().unwrap().parse().unwrap();
    kept["obtained_at"] = (obtained_at - jiff::SignedDuration::from_mins(23 * 60 + 30)).to_string().into();
    std::fs::write(&file, kept.to_string()).unwrap();
    home.atol(&["list"]).expect_code(0);
    assert_eq!(logins(), 1);
    let watch = Running::start(&home, &[]);
    // The test's own time limit is that of its runner.
    while logins() == 1 {
        std::thread::yield_now();
    }
    watch.stop("-INT");
}

#[test]
fn what_cannot_be_watched_is_wrong_usage() {
    for args in [&["watch", "--demo", "../../auth"][..], &["watch", "--demo", "--interval", "never"]] {
        Home::new().atol(args).expect_code(2);
    }
    let home = Home::new();
    let state = home.path().join("watch.json");
    std::fs::write(&state, "[]").unwrap();
    let run = home.atol(&["watch", "--demo", "--state", state.to_str().unwrap()]).expect_code(2);
    assert!(run.err().contains("delete this one"), "{}", run.err());
}
