//! `atol check`: whatever happens, an exit code that monitoring systems understand.

use atol_mock::{Fault, Fleet, MockAtol};
use atol_monitor::Kkt;

use crate::support::{Home, atol, service, shop};

#[test]
fn a_troubled_fleet_is_critical_with_one_line_and_performance_data() {
    let run = atol(&["check", "--demo"]).expect_code(2);
    let out = run.out();
    let line = out.lines().next().unwrap();
    assert!(line.starts_with("ATOL CRITICAL - 24 registers ("), "{line}");
    assert!(line.contains(" | 'registers'=24;;;0 "), "{line}");
    assert_eq!(out.matches('|').count(), 1, "{out}");
    assert!(out.lines().count() > 1, "{out}");
}

#[test]
fn states_are_the_exit_codes_of_monitoring_plugins() {
    let fleet = atol(&["list", "--demo", "--output", "csv"]).out();
    for (state, code) in [("ok", 0), ("warning", 1), ("critical", 2), ("unknown", 3)] {
        let row = fleet.lines().find(|line| line.contains(&format!(",{state},"))).unwrap();
        let serial = row.split(',').next().unwrap();
        let run = atol(&["check", serial, "--demo"]).expect_code(code);
        assert!(run.out().starts_with(&format!("ATOL {} - ", state.to_uppercase())), "{}", run.out());
    }
}

#[test]
fn any_failure_to_find_out_is_unknown_and_says_why_on_standard_output() {
    let home = Home::new();
    home.configure("[profiles.default]\nhealth = { stale_data = { warning = 'soon' } }\n");
    let wrong_password = service(shop());
    let portal = service(MockAtol::builder().fault(Fault::Html(200)));
    let empty = service(MockAtol::builder().fleet(Fleet::new()));
    for (home, args) in [
        (Home::new(), &["check", "--no-such-option"][..]),
        (Home::new(), &["check", "--timeout"]),
        (Home::new(), &["--tiemout", "45s", "check"]),
        (Home::new(), &["--timeout", "soon", "check", "--demo"]),
        (Home::new(), &["--lang", "de", "check"]),
        (Home::new(), &["check", "../../auth", "--demo"]),
        (Home::new(), &["check", "00000000000000", "--demo"]),
        (Home::new(), &["check", "--demo", "--fiscal-storage-expiry-warning", "3"]),
        (Home::new(), &["check", "--demo", "--group", "no such group"]),
        (Home::new(), &["check", "--environment", "http://127.0.0.1:1", "--timeout", "500ms"]),
        (Home::new(), &["check", "--environment", "production"]),
        (Home::new(), &["check", "--config", "/nowhere"]),
        (home, &["check", "--demo"]),
        (Home::new().at(&wrong_password).with("ATOL_PASSWORD", "canary"), &["check"]),
        (Home::new().with("ATOL_ENVIRONMENT", &portal.uri()), &["check", "--timeout", "2s"]),
        (Home::new().with("ATOL_ENVIRONMENT", &empty.uri()), &["check"]),
    ] {
        let run = home.atol(args).expect_code(3);
        let line = run.out().lines().next().unwrap_or_default().to_owned();
        assert!(line.starts_with("ATOL UNKNOWN - ") && line.len() > 25, "{args:?}: {line}");
        assert!(!run.out().contains("canary"), "{args:?}");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_not_passed_over() {
    let mut fleet = Fleet::new();
    fleet.push_raw(r#"{"serialNumber": "00107703864827"}"#);
    let service = service(shop().fleet(fleet));
    let run = Home::new().at(&service).atol(&["check"]).expect_code(3);
    assert!(run.out().contains("[UNKNOWN] 00107703864827: "), "{}", run.out());
}

#[test]
fn two_checks_log_in_once() {
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    let service = service(shop().fleet(Fleet::generate(1, 20, now)));
    let logins = || service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
    let home = Home::new().at(&service);
    home.atol(&["check"]);
    home.atol(&["check"]);
    assert_eq!(logins(), 1);
    home.atol(&["check", "--no-token-cache"]);
    assert_eq!(logins(), 2);
}

#[test]
fn a_limit_that_cannot_be_is_told_with_its_profile_and_file_or_with_its_flag() {
    let home = Home::new();
    home.configure("[profiles.shop.health]\nstale_data = '1h'\n");
    let run = home.atol(&["check", "--demo", "--profile", "shop"]).expect_code(3);
    assert!(run.out().contains("the limits of profile `shop` in /"), "{}", run.out());
    assert!(
        run.out().contains("config.toml cannot be used: `health.stale_data`: invalid type"),
        "{}",
        run.out()
    );
    home.configure("[profiles.shop.health]\nfiscal_storage_expiry = { warning_days = '45' }\n");
    let run = home.atol(&["list", "--demo", "--profile", "shop", "--lang", "ru"]).expect_code(2);
    let words = "не годятся: `health.fiscal_storage_expiry.warning_days`: write a whole number of days";
    assert!(run.err().contains(words), "{}", run.err());
    for (flag, value, words) in [
        (
            "--stale-data-warning",
            "soon",
            "command line cannot be used: --stale-data-…: `soon` is not a length",
        ),
        ("--time-zone", "Mars", "command line cannot be used: --time-zone: `Mars` is not in"),
    ] {
        let run = Home::new().atol(&["list", "--demo", flag, value]).expect_code(2);
        assert!(run.err().contains(words), "{}", run.err());
    }
}

#[test]
fn limits_of_the_file_hold_and_those_of_the_command_line_come_first() {
    let expires = "2030-01-01T00:00:00+03:00".parse().unwrap();
    let kkt = Kkt::builder("00107703864827").fiscal_storage_expiration(Some(expires)).build();
    let service = service(shop().fleet(Fleet::from_kkts([kkt])));
    let home = Home::new().at(&service);
    home.configure(
        "[profiles.default.health]\nfiscal_storage_expiry = { warning_days = 20000, critical_days = 10 }\n",
    );
    let check = |args: &[&str]| home.atol(&[&["check"], args].concat());
    assert!(check(&[]).expect_code(1).out().contains(";20000:;10:"));
    assert!(
        check(&["--fiscal-storage-expiry-critical", "15000"]).expect_code(2).out().contains(";20000:;15000:")
    );
}
