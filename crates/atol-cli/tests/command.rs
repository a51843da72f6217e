//! The command as a person runs it: what it prints where, and its exit codes.
#![expect(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

use std::process::{Command, Output};

use atol_mock::{Fleet, MockAtol, MockAtolBuilder};

/// Runs `atol` without whatever the machine has set for it.
fn atol(args: &[&str]) -> Output {
    atol_with(args, &[])
}

/// Runs `atol` with these variables and no others of its own.
fn atol_with(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atol"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ATOL_")) {
        command.env_remove(name);
    }
    command.args(args).envs(variables.iter().copied()).output().unwrap()
}

/// A service of one's own; it runs on a thread of its own, so the runtime is needed for its start only.
fn service(builder: MockAtolBuilder) -> MockAtol {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(builder.start())
}

fn stdout(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn list_as_json_has_every_register_of_the_fleet() {
    let output = atol(&["list", "--demo", "--demo-size", "2500", "--output", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).as_array().unwrap().len(), 2500);
}

#[test]
fn get_as_json_is_the_register_that_list_shows() {
    let list = stdout(&atol(&["list", "--demo", "--output", "json"]));
    let serial = list[0]["serialNumber"].as_str().unwrap();
    let output = atol(&["get", serial, "--demo", "--output", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output)["serialNumber"], serial);
}

#[test]
fn an_unknown_register_fails_and_says_so_on_stderr() {
    let output = atol(&["get", "00000000000000", "--demo"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(stderr(&output).contains("404"), "{}", stderr(&output));
}

#[test]
fn some_registers_of_several_are_a_partial_result() {
    let list = stdout(&atol(&["list", "--demo", "--output", "json"]));
    let serial = list[0]["serialNumber"].as_str().unwrap();
    let output = atol(&["get", serial, "00000000000000", "--demo", "--output", "json"]);
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(stdout(&output).as_array().unwrap().len(), 1);
}

#[test]
fn wrong_usage_exits_with_2_before_anything_is_sent() {
    for args in [
        &["get", "../../auth", "--demo"][..],
        &["get", "00000000000000", "../../auth", "--demo"],
        &["list", "--environment", "staging"],
        &["list", "--environment", "http://kkt.example.com"],
        &["list", "--environment", "production"],
        &["list", "--login", "shop"],
        &["get"],
    ] {
        let output = atol(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_demo_runs_whatever_is_set_for_the_real_service() {
    let variables = [("ATOL_ENVIRONMENT", "production"), ("ATOL_LOGIN", "shop"), ("ATOL_PASSWORD", "canary")];
    let output = atol_with(&["list", "--demo-size", "3", "--output", "json"], &variables);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).as_array().unwrap().len(), 3);
    assert!(stderr(&output).contains("demo: 3 made registers"), "{}", stderr(&output));
}

#[test]
fn a_broken_record_is_told_of_and_cannot_upset_the_terminal() {
    let mut fleet = Fleet::generate(1, 2, "2026-11-24T10:00:00Z".parse().unwrap());
    fleet.push_raw(r#"{"serialNumber": "1\u001b[2J\u202e"}"#);
    let service = service(MockAtol::builder().fleet(fleet));
    let output = atol(&["list", "--environment", &service.uri(), "--output", "json"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(stdout(&output).as_array().unwrap().len(), 2);
    assert!(stderr(&output).contains(r"(1\u{1b}[2J\u{202e})"), "{}", stderr(&output));
    assert!(!stderr(&output).contains(['\u{1b}', '\u{202e}']), "{:?}", stderr(&output));
}

#[test]
fn a_wrong_password_is_told_once_however_many_registers_are_asked_for() {
    let service = service(MockAtol::builder().credentials("shop", "right"));
    let uri = service.uri();
    let variables = [("ATOL_ENVIRONMENT", uri.as_str()), ("ATOL_LOGIN", "shop"), ("ATOL_PASSWORD", "canary")];
    let output = atol_with(&["get", "00107703864827", "00107703864828"], &variables);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(stderr(&output).matches("atol: ").count(), 1, "{}", stderr(&output));
    assert!(!stderr(&output).contains("canary"), "{}", stderr(&output));
}

#[test]
fn a_password_in_a_url_is_repeated_nowhere() {
    let variables = [("ATOL_ENVIRONMENT", "https://shop:canary@kkt.example.com")];
    for args in [&["--help"][..], &["list"], &["list", "--no-such-option"]] {
        let output = atol_with(args, &variables);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains("canary"), "{args:?}: {said}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    // Port 1 of loopback: nothing listens there.
    let output = atol(&["list", "--environment", "http://127.0.0.1:1", "--timeout", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no connection to `127.0.0.1`"), "{}", stderr(&output));
}

#[test]
fn codes_are_told_in_both_languages() {
    let codes = stdout(&atol(&["codes", "--output", "json"]));
    assert_eq!(codes.as_array().unwrap().len(), 9);
    assert_eq!(codes[1]["ru"], "нет физического канала связи");
}

#[test]
fn help_teaches_by_examples() {
    let help = String::from_utf8(atol(&["--help"]).stdout).unwrap();
    assert!(help.contains("atol list --demo"), "{help}");
    assert!(help.contains("ATOL_PASSWORD"), "{help}");
}
