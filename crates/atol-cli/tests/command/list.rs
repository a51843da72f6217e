//! `atol list`.

use atol_mock::{Fleet, MockAtol};

use crate::support::{Home, atol, service, shop};

#[test]
fn json_has_every_register_of_the_fleet() {
    let run = atol(&["list", "--demo", "--demo-size", "2500", "--output", "json"]).expect_code(0);
    assert_eq!(run.json().as_array().unwrap().len(), 2500);
}

#[test]
fn jsonl_and_csv_have_a_line_for_each_register() {
    let run = atol(&["list", "--demo", "--output", "jsonl"]).expect_code(0);
    let lines: Vec<serde_json::Value> =
        run.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 24);
    let csv = atol(&["list", "--demo", "--output", "csv"]).expect_code(0).out();
    assert_eq!(csv.matches("\r\n").count(), 25);
    assert!(csv.starts_with("serialNumber,registrationNumber,"));
}

#[test]
fn filters_and_order_are_kept_in_every_form() {
    let fleet = atol(&["list", "--demo", "--output", "json"]).json();
    let group = fleet[0]["groupCode"].as_str().unwrap();
    for form in ["json", "jsonl", "csv"] {
        let run =
            atol(&["list", "--demo", "--group", group, "--sort", "serial", "--output", form]).expect_code(0);
        let offset = ["list", "--demo", "--group", group, "--offset", "1000", "--output", form];
        assert!(run.out().contains(group));
        assert!(!atol(&offset).expect_code(0).out().contains(group));
    }
    let run = atol(&["list", "--demo", "--group", group, "--output", "jsonl"]).expect_code(0);
    for line in run.out().lines() {
        assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap()["groupCode"], group);
    }
}

#[test]
fn a_limit_is_kept_across_pages() {
    let service =
        service(shop().page_cap(10).fleet(Fleet::generate(1, 35, "2026-11-24T10:00:00Z".parse().unwrap())));
    let home = Home::new().at(&service);
    let all = home.atol(&["list", "--output", "json"]).expect_code(0).json();
    let some = home.atol(&["list", "--offset", "8", "--limit", "15", "--output", "jsonl"]).expect_code(0);
    let some: Vec<serde_json::Value> =
        some.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(some, all.as_array().unwrap()[8..23]);
}

#[test]
fn a_table_tells_the_worst_first_and_in_russian_when_asked() {
    let english = atol(&["list", "--demo"]).expect_code(0).out();
    assert!(english.starts_with("STATE "), "{english}");
    assert!(english.lines().nth(1).unwrap().starts_with("!! CRITICAL"), "{english}");
    let russian = Home::new().with("LANG", "ru_RU.UTF-8").atol(&["list", "--demo"]).expect_code(0).out();
    assert!(russian.starts_with("СОСТОЯНИЕ "), "{russian}");
    assert_eq!(atol(&["list", "--demo", "--lang", "ru"]).out(), russian);
}

#[test]
fn a_demo_runs_whatever_is_set_for_the_real_service_and_says_so() {
    let home = Home::new()
        .with("ATOL_ENVIRONMENT", "production")
        .with("ATOL_LOGIN", "shop")
        .with("ATOL_PASSWORD", "canary")
        .with("HTTPS_PROXY", "no proxy at all");
    let run = home.atol(&["list", "--demo-size", "3", "--output", "json"]).expect_code(0);
    assert_eq!(run.json().as_array().unwrap().len(), 3);
    assert!(run.err().contains("demo: 3 made registers"), "{}", run.err());
    assert_eq!(home.atol(&["list", "--demo", "--quiet", "--output", "json"]).err(), "");
}

#[test]
fn a_broken_record_is_told_of_and_cannot_upset_the_terminal() {
    let mut fleet = Fleet::generate(1, 2, "2026-11-24T10:00:00Z".parse().unwrap());
    fleet.push_raw(r#"{"serialNumber": "1\u001b[2J\u202e"}"#);
    let service = service(MockAtol::builder().fleet(fleet));
    for form in ["json", "jsonl"] {
        let run = atol(&["list", "--environment", &service.uri(), "--output", form]).expect_code(4);
        assert_eq!(run.out().matches("serialNumber").count(), 2);
        assert!(run.err().contains(r"(1\u{1b}[2J\u{202e})"), "{}", run.err());
        assert!(!run.err().contains(['\u{1b}', '\u{202e}']), "{:?}", run.err());
    }
}

#[test]
fn no_certificates_are_read_where_tls_is_not_spoken() {
    let service = service(MockAtol::builder());
    let home = Home::new().with("SSL_CERT_FILE", "/nowhere").with("SSL_CERT_DIR", "/nowhere");
    let said = |environment: &str| {
        home.atol(&["list", "-v", "--timeout", "500ms", "--environment", environment]).err()
    };
    assert!(!said(&service.uri()).contains("no certificate store"));
    assert!(said("https://127.0.0.1:1").contains("no certificate store"));
}

#[test]
fn a_server_that_is_not_there_is_named_with_what_to_do() {
    // Port 1 of loopback: nothing listens there.
    let run = atol(&["list", "--environment", "http://127.0.0.1:1", "--timeout", "500ms"]).expect_code(1);
    assert!(run.err().contains("no connection to `127.0.0.1`"), "{}", run.err());
    assert!(run.err().contains("what to do: "), "{}", run.err());
    assert!(run.out().is_empty());
}

#[test]
fn nobody_is_told_when_the_reader_stops_reading() {
    let mut command = Home::new().command(&["list", "--demo-size", "5000", "--output", "jsonl", "--quiet"]);
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(command);
    drop(reader);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert_eq!(said, "");
}
