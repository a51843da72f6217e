//! `atol get`.

use atol_mock::MockAtol;

use crate::support::{Home, atol, service};

fn a_serial() -> String {
    let list = atol(&["list", "--demo", "--output", "json"]).json();
    list[0]["serialNumber"].as_str().unwrap().to_owned()
}

#[test]
fn json_of_one_is_the_register_that_list_shows() {
    let serial = a_serial();
    let run = atol(&["get", &serial, "--demo", "--output", "json"]).expect_code(0);
    assert_eq!(run.json()["serialNumber"], serial.as_str());
}

#[test]
fn one_register_is_told_in_full_to_people() {
    let serial = a_serial();
    let run = atol(&["get", &serial, "--demo"]).expect_code(0);
    assert!(run.out().starts_with(&serial), "{}", run.out());
    assert!(run.out().contains("Registration number"), "{}", run.out());
}

#[test]
fn dates_are_those_of_the_machine_and_of_moscow_where_it_has_none() {
    let serial = a_serial();
    let activated = |machine: &str, args: &[&str]| {
        let all = [&["get", &serial, "--demo"], args].concat();
        let run = Home::new().with("TZ", machine).atol(&all).expect_code(0);
        run.out().lines().find(|line| line.contains("activated")).unwrap().to_owned()
    };
    let vladivostok = activated("Asia/Vladivostok", &[]);
    assert_eq!(vladivostok, activated("UTC", &["--time-zone", "Asia/Vladivostok"]));
    let moscow = activated("UTC", &[]);
    assert_eq!(moscow, activated("Asia/Vladivostok", &["--time-zone", "Europe/Moscow"]));
    assert_ne!(vladivostok, moscow);
    // A zone without a name.
    assert_eq!(activated("YEKT-5", &[]), activated("UTC", &["--time-zone", "+05:00"]));
    assert_eq!(activated("UTC0", &[]), moscow);
}

#[test]
fn an_unknown_register_fails_and_says_what_to_look_at() {
    let run = atol(&["get", "00000000000000", "--demo"]).expect_code(1);
    assert!(run.out().is_empty());
    assert!(run.err().contains("404") && run.err().contains("leading zero"), "{}", run.err());
}

#[test]
fn some_registers_of_several_are_a_partial_result() {
    let serial = a_serial();
    let run = atol(&["get", &serial, "00000000000000", "--demo", "--output", "json"]).expect_code(4);
    assert_eq!(run.json().as_array().unwrap().len(), 1);
    let run = atol(&["get", "00000000000001", "00000000000000", "--demo", "--output", "json"]).expect_code(1);
    assert_eq!(run.out(), "");
}

#[test]
fn a_wrong_password_is_told_once_however_many_registers_are_asked_for() {
    let service = service(MockAtol::builder().credentials("shop", "right"));
    let home = Home::new().at(&service).with("ATOL_PASSWORD", "canary");
    let run = home.atol(&["get", "00107703864827", "00107703864828"]).expect_code(1);
    assert_eq!(run.err().matches("atol: ").count(), 1, "{}", run.err());
    assert!(run.err().contains("settings file"), "{}", run.err());
    assert!(!run.err().contains("canary"), "{}", run.err());
}
