//! Help, usage, and what a packager needs.

use crate::support::atol;

#[test]
fn help_teaches_by_examples() {
    for command in [&["--help"][..], &["list", "--help"], &["get", "--help"], &["check", "--help"]] {
        let help = atol(command).expect_code(0).out();
        assert!(help.contains("Examples:\n  atol "), "{help}");
    }
    assert!(atol(&["--help"]).out().contains("ATOL_PASSWORD"));
}

#[test]
fn wrong_usage_exits_with_2_before_anything_is_sent() {
    for args in [
        &["get", "../../auth", "--demo"][..],
        &["get", "00000000000000", "../../auth", "--demo"],
        &["list", "--environment", "staging"],
        &["list", "--environment", "http://kkt.example.com"],
        &["list", "--timeout", "soon"],
        &["list", "--demo", "--time-zone", "Mars/Olympus"],
        &["list", "--demo", "--disable", "shift"],
        &["list", "--demo", "--reverse"],
        &["get"],
        &[],
    ] {
        let run = atol(args).expect_code(2);
        assert!(run.out().is_empty(), "{args:?}: {}", run.out());
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(atol(&["completions", shell]).expect_code(0).out().contains("check"), "{shell}");
    }
    let page = atol(&["man"]).expect_code(0).out();
    assert!(page.contains(".TH atol 1"), "{page}");
    assert!(atol(&["man", "check"]).expect_code(0).out().contains(".TH atol-check 1"));
    atol(&["man", "nothing"]).expect_code(2);
}

#[test]
fn codes_are_told_in_both_languages() {
    let codes = atol(&["codes", "--output", "json"]).expect_code(0).json();
    assert_eq!(codes.as_array().unwrap().len(), 9);
    assert_eq!(codes[1]["ru"], "нет физического канала связи");
    assert!(atol(&["codes"]).expect_code(0).out().contains("there is no physical link"));
    assert!(atol(&["codes", "--lang", "ru"]).expect_code(0).out().contains("нет физического канала связи"));
}

#[test]
fn a_code_that_is_named_is_told_with_what_to_do() {
    let told = atol(&["codes", "1"]).expect_code(0).out();
    assert!(
        told.contains("there is no physical link") && told.contains("Check cable, modem and power."),
        "{told}"
    );
    assert_eq!(told.lines().count(), 2, "{told}");
    let told = atol(&["codes", "1", "0", "--lang", "ru"]).expect_code(0).out();
    assert!(told.contains("Проверьте кабель, модем и питание.") && told.contains("ошибок нет"), "{told}");
    let codes = atol(&["codes", "42", "--output", "json"]).expect_code(0).json();
    assert_eq!(
        (&codes[0]["code"], &codes[0]["en"]),
        (&42.into(), &"a code that this version does not know".into())
    );
    let wrong = atol(&["codes", "three"]).expect_code(2);
    assert!(wrong.err().contains("three"), "{}", wrong.err());
}
