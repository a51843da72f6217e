//! The command as a person runs it: what it prints where, and its exit codes.
#![expect(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

use std::process::{Command, Output};

/// Runs `atol` without whatever the machine has set for it.
fn atol(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atol"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ATOL_")) {
        command.env_remove(name);
    }
    command.args(args).output().unwrap()
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
