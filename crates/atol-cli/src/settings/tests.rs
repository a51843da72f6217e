//! Which layer wins, and what is refused.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::Parser;

use super::*;
use crate::args::Args;

const FILE: &str = "\
language = 'ru'

[profiles.default]
login = 'usual'

[profiles.shop]
environment = 'production'
login = 'shop-17'
password_file = 'password'
timeout = '1m 30s'
token_cache = false
";

/// The settings of a command line, variables and a file.
fn resolve(line: &[&str], variables: &[(&str, &str)], file: &str) -> Result<Settings, Failure> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, file).unwrap();
    let mut variables: HashMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
    variables.entry("ATOL_CONFIG".to_owned()).or_insert(path.into());
    let args = Args::try_parse_from(["atol"].iter().chain(line).chain(&["codes"])).unwrap();
    let read = |name: &str| variables.get(name).cloned();
    Settings::resolve(&args.general, &args.connection, &Variables::new(&read), Choice::BySettings)
}

fn origin<T>(setting: &Setting<T>) -> Origin {
    setting.origin
}

#[test]
fn flags_win_over_variables_and_variables_over_the_profile() {
    let line = ["--profile", "shop", "--login", "flag", "--timeout", "5"];
    let settings = resolve(&line, &[("ATOL_ENVIRONMENT", "test"), ("ATOL_LOGIN", "variable")], FILE).unwrap();
    let login = settings.login.unwrap();
    assert_eq!((login.value.as_str(), login.origin), ("flag", Origin::Flag("--login")));
    assert_eq!(settings.environment.value, Environment::Test);
    assert_eq!(settings.environment.origin, Origin::Variable("ATOL_ENVIRONMENT"));
    assert_eq!(settings.timeout.value, Duration::from_secs(5));
    assert!(!settings.token_cache.value);
    assert_eq!(settings.token_cache.origin, Origin::File);
}

#[test]
fn a_profile_is_named_by_flag_variable_or_file_or_is_called_default() {
    let name = |line: &[&str], variables: &[(&str, &str)], file: &str| {
        resolve(line, variables, file).unwrap().profile.map(|profile| profile.value)
    };
    let file = format!("profile = 'shop'\n{FILE}");
    assert_eq!(
        name(&["--profile", "default"], &[("ATOL_PROFILE", "shop")], &file).as_deref(),
        Some("default")
    );
    assert_eq!(name(&[], &[("ATOL_PROFILE", "default")], &file).as_deref(), Some("default"));
    assert_eq!(name(&[], &[], &file).as_deref(), Some("shop"));
    assert_eq!(name(&[], &[], FILE).as_deref(), Some("default"));
    assert_eq!(name(&[], &[], ""), None);
}

#[test]
fn of_several_profiles_one_must_be_chosen_and_the_only_one_is_unless_the_account_is_told() {
    let several = "[profiles.a]\nlogin = 'a'\n[profiles.b]\nlogin = 'b'\n";
    let only = "[profiles.a]\nlogin = 'a'\n";
    let name = |settings: &Settings| settings.profile.as_ref().map(|profile| profile.value.clone());

    let failure = resolve(&[], &[], several).unwrap().require_account().unwrap_err();
    assert!(failure.what().en.contains("several profiles (a, b)"), "{failure:?}");
    assert!(failure.advice().is_some_and(|advice| advice.en.contains("--profile")), "{failure:?}");
    for file in [several, only] {
        for (line, variables) in [
            (&["--environment", "test"][..], &[][..]),
            (&["--login", "c"], &[]),
            (&["--demo"], &[]),
            (&[], &[("ATOL_ENVIRONMENT", "test")]),
            (&[], &[("ATOL_LOGIN", "c")]),
        ] {
            let settings = resolve(line, variables, file).unwrap();
            assert!(
                name(&settings).is_none() && settings.require_account().is_ok(),
                "{line:?} {variables:?}"
            );
        }
        let settings = resolve(&["--profile", "a"], &[], file).unwrap();
        assert!(settings.require_account().is_ok());
    }
    let settings = resolve(&[], &[], only).unwrap();
    assert_eq!(name(&settings).as_deref(), Some("a"));
    assert_eq!(settings.login.as_ref().map(|login| login.value.as_str()), Some("a"));
    assert!(settings.require_account().is_ok());
}

#[test]
fn a_profile_that_is_not_there_is_refused_with_those_that_are() {
    let failure = resolve(&["--profile", "shpo"], &[], FILE).unwrap_err();
    assert!(failure.what().en.contains("no profile `shpo`"));
    assert_eq!(failure.advice().unwrap().en, "the profiles there are: default, shop");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let failure = resolve(&["--config", "/nowhere/config.toml"], &[], "").unwrap_err();
    assert!(failure.what().en.contains("/nowhere/config.toml cannot be read"), "{failure:?}");
}

#[test]
fn an_empty_variable_is_not_set() {
    let settings = resolve(&[], &[("ATOL_LOGIN", ""), ("ATOL_PASSWORD", "")], "").unwrap();
    assert!(settings.login.is_none() && settings.password.is_none());
}

#[test]
fn the_language_follows_the_flag_the_file_and_then_the_locale() {
    let language = |line: &[&str], variables: &[(&str, &str)], file: &str| {
        resolve(line, variables, file).unwrap().language
    };
    assert_eq!(language(&["--lang", "en"], &[("LANG", "ru_RU.UTF-8")], FILE).value, Language::En);
    assert_eq!(origin(&language(&[], &[("LANG", "en_US.UTF-8")], FILE)), Origin::File);
    assert_eq!(language(&[], &[("LC_ALL", "C"), ("LANG", "ru_RU.UTF-8")], "").value, Language::En);
    assert_eq!(
        language(&[], &[("LC_ALL", ""), ("LC_MESSAGES", "ru_RU"), ("LANG", "C")], "").value,
        Language::Ru
    );
}

#[test]
fn a_timeout_of_the_file_may_be_a_number_or_a_text() {
    let timeout = |value: &str| resolve(&[], &[], &format!("[profiles.default]\ntimeout = {value}\n"));
    assert_eq!(timeout("30").unwrap().timeout.value, Duration::from_secs(30));
    assert_eq!(timeout("1.5").unwrap().timeout.value, Duration::from_millis(1500));
    assert_eq!(timeout("'2m'").unwrap().timeout.value, Duration::from_secs(120));
    assert!(timeout("'soon'").unwrap_err().what().en.contains("`soon`"));
}

/// A good file with pieces of it, and of what hurts, put in other places.
#[test]
fn whatever_a_file_says_it_is_read_and_shown_or_refused_in_words_that_help() {
    const PIECES: [&str; 19] = [
        "profile = 'a'\n",
        "language = 'ru'\n",
        "[profiles.a]\n",
        "[profiles.default]\n",
        "[profiles.a.health]\nstale_data = { warning = '2h' }\n",
        "[profiles.\"\u{202e}b\"]\n",
        "login = 'shop-17'\n",
        "login = '",
        "environment = 'https://u:canary7041@kkt.example.com'\n",
        "environment = 'u:canary7041@kkt.example.com'\n",
        "environment = \"production\"\n",
        "\"\u{1b}[31m\" = 1\n",
        "password = 'x'\n",
        "password_file = 'secret'\n",
        "timeout = 1979-05-27T07:32:00Z\n",
        "timeout = 1.5\n",
        "health = { fiscal_storage_expiry = [[[",
        "token_cache = true\n",
        "\u{feff}#\u{7f}",
    ];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let mut rng = fastrand::Rng::with_seed(1);
    let mut good = 0;
    for _ in 0..1_000 {
        let text: String = (0..rng.usize(0..6)).map(|_| PIECES[rng.usize(..PIECES.len())]).collect();
        let end = if rng.bool() { text.len() } else { rng.usize(..=text.len()) };
        good += usize::from(promises::hold(&path, &text.as_bytes()[..end]));
    }
    assert!(good > 150, "{good}");
}
