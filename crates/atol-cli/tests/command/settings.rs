//! `atol config show`.

use serde_json::json;

use crate::support::Home;

#[test]
fn settings_are_shown_with_their_origin_and_without_secrets() {
    let home = Home::new().with("ATOL_PASSWORD", "canary").with("ATOL_LOGIN", "shop-17");
    home.configure("profile = 'shop'\n[profiles.shop]\nenvironment = 'production'\ntimeout = 20\n");
    let run = home.atol(&["config", "show", "--output", "json", "--timeout", "1m"]).expect_code(0);
    let shown = run.json();
    let setting = |name: &str| (shown[name]["value"].clone(), shown[name]["origin"].clone());
    assert_eq!(setting("profile"), ("shop".into(), "config.toml".into()));
    assert_eq!(setting("environment"), ("production".into(), "config.toml".into()));
    assert_eq!(shown["environment"]["address"], "https://online.atol.ru");
    assert_eq!(setting("login"), ("shop-17".into(), "ATOL_LOGIN".into()));
    assert_eq!(setting("timeout"), (60.0.into(), "--timeout".into()));
    assert_eq!(setting("password"), ("variable".into(), "ATOL_PASSWORD".into()));
    assert!(!run.out().contains("canary"));
    assert!(home.atol(&["config", "show"]).expect_code(0).out().contains("ATOL_LOGIN"));
}

#[test]
fn where_the_password_is_can_be_read_by_a_program() {
    let password = |home: &Home, args: &[&str]| {
        let args = [&["config", "show", "--output", "json"], args].concat();
        home.atol(&args).expect_code(0).json()["password"].clone()
    };
    assert_eq!(password(&Home::new(), &[]), json!({ "value": null, "origin": "-" }));
    let home = Home::new().with("ATOL_PASSWORD", "canary");
    assert_eq!(password(&home, &[]), json!({ "value": "variable", "origin": "ATOL_PASSWORD" }));
    assert_eq!(
        password(&home, &["--password-file", "/run/pw"]),
        json!({ "value": "file", "origin": "--password-file", "file": "/run/pw" })
    );
    assert!(home.atol(&["config", "show", "--password-file", "/run/pw"]).out().contains("(in /run/pw)"));
}

#[test]
fn what_needs_no_account_works_whatever_the_file_says() {
    let home = Home::new();
    home.configure("[profiles.shop\n");
    home.atol(&["list", "--demo"]).expect_code(2);
    for args in [&["codes"][..], &["completions", "bash"], &["man"], &["man", "list"]] {
        assert!(!home.atol(args).expect_code(0).out().is_empty(), "{args:?}");
    }
    assert!(home.atol(&["codes", "--lang", "ru"]).expect_code(0).out().contains("ЗНАЧЕНИЕ"));
}

#[test]
fn without_a_choice_among_profiles_nobody_is_asked() {
    let home = Home::new();
    home.configure("[profiles.a]\nlogin = 'a'\n[profiles.b]\nlogin = 'b'\n");
    let run = home.atol(&["list"]).expect_code(2);
    assert!(run.err().contains("several profiles (a, b)"), "{}", run.err());
    let run = home.atol(&["check"]).expect_code(3);
    assert!(run.out().starts_with("ATOL UNKNOWN - the configuration file has several profiles (a, b)"));
    let shown = home.atol(&["config", "show", "--output", "json"]).expect_code(0).json();
    assert_eq!(shown["profile"]["value"], json!(null));
    home.atol(&["check", "--demo"]).expect_code(2);
    home.configure("[profiles.a]\nlogin = 'a'\n");
    let shown = home.atol(&["config", "show", "--output", "json"]).expect_code(0).json();
    assert_eq!(shown["profile"]["value"], "a");
}

#[test]
fn whether_the_file_is_there_is_told_beside_its_path() {
    let home = Home::new();
    let config =
        || home.atol(&["config", "show", "--output", "json"]).expect_code(0).json()["config"].clone();
    let path = home.path().join("config/atol/config.toml");
    assert_eq!((&config()["value"], &config()["exists"]), (&path.to_str().into(), &false.into()));
    assert!(home.atol(&["config", "show"]).out().contains("config.toml (not there)"));
    home.configure("");
    assert_eq!((&config()["value"], &config()["exists"]), (&path.to_str().into(), &true.into()));
}

#[test]
fn a_file_that_cannot_be_used_is_wrong_usage() {
    let home = Home::new();
    home.configure("[profiles.shop]\npassword = 'canary'\n");
    let run = home.atol(&["config", "show"]).expect_code(2);
    assert!(run.err().contains("config.toml cannot be used, line 2"), "{}", run.err());
    assert!(!run.err().contains("canary"), "{}", run.err());
}
