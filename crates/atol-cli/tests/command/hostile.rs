//! A service whose every text attacks whoever looks at it: terminals, spreadsheets, monitoring systems, browsers.

use atol_mock::{Call, Fault, Fleet, MockAtol};
use atol_monitor::Kkt;
use serde_json::Value;

use crate::serve::Server;
use crate::support::{Home, service, shop};

/// Colours, a title, a bell; text that runs backwards; invisible text.
const TERMINAL: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\u{8}\u{202e}evil\u{2066}\u{200b}";

/// A new line of a metric, the end of a label.
const LABEL: &str = "shop\"} 1\natol_up{account=\"default\"} 7 # \\";

/// What a page must not take for its own.
const MARKUP: &str = "</td><script>alert(1)</script><img src=x onerror=alert(2)> ' onclick='alert(3)\" x=\"";

/// What a spreadsheet calculates.
const FORMULAS: [&str; 4] = ["=HYPERLINK(\"http://evil\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"];

/// The end of a status line and of its performance data, and a line of its own.
const PLUGIN: &str = "x | ok=1;2;3\nOK - all well";

fn fleet() -> Fleet {
    let kkt = |serial: &str| {
        Kkt::builder(serial)
            .group_code(LABEL)
            .device_number(FORMULAS[0])
            .fiscal_storage_payment_address(MARKUP)
            .registration_number(PLUGIN)
            .fiscal_storage_inn(FORMULAS[1])
            .fiscal_storage_serial_number(FORMULAS[2])
            .build()
    };
    let mut fleet =
        Fleet::from_kkts([kkt("00107703864827"), kkt(TERMINAL), kkt(MARKUP), kkt(LABEL), kkt(PLUGIN)]);
    fleet.push_raw(format!(r#"{{"serialNumber": {}, "groupCode": 1}}"#, Value::from(TERMINAL)));
    fleet
}

fn hostile() -> (Home, MockAtol) {
    let service = service(shop().fleet(fleet()));
    (Home::new().at(&service), service)
}

/// That a text moves no cursor, changes no colour and runs in one direction.
#[track_caller]
fn is_harmless_on_a_terminal(text: &str) {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!text.contains(bad), "{text:?}");
}

#[test]
fn no_output_for_people_can_steer_a_terminal() {
    let (home, _service) = hostile();
    for args in [
        &["list"][..],
        &["list", "--lang", "ru"],
        &["list", "--output", "wide"],
        &["list", "--group", LABEL],
        &["list", "-vv"],
        &["get", "00107703864827"],
        &["get", TERMINAL],
        &["get", "00107703864827", TERMINAL, PLUGIN],
        &["check"],
        &["check", "00107703864827", TERMINAL],
        &["check", "-v"],
        &["config", "show"],
        &["list", "--environment", TERMINAL],
    ] {
        let run = home.atol(args);
        is_harmless_on_a_terminal(&run.out());
        is_harmless_on_a_terminal(&run.err());
    }
}

#[test]
fn what_the_service_says_in_an_error_is_quoted_harmlessly() {
    let said = |status: u16, content_type: &str, body: String| {
        let answer = Fault::Answer { status, content_type: content_type.to_owned(), body };
        let service = service(shop().fault(answer.on(Call::List)));
        let run = Home::new().at(&service).atol(&["list", "-vv"]);
        assert_eq!(run.out(), "");
        is_harmless_on_a_terminal(&run.err());
    };
    let text = Value::from(format!("{TERMINAL}{MARKUP}"));
    said(
        400,
        "application/json",
        format!(r#"{{"error":{{"error_id":{text},"code":31,"text":{text},"type":{text}}}}}"#),
    );
    said(500, "text/html", format!("<html>{TERMINAL}{MARKUP}"));
    said(200, "text/html", format!("{TERMINAL}{MARKUP}"));
    said(200, "application/json", format!("[{{\"serialNumber\": {text}}}, {TERMINAL}"));
}

#[test]
fn a_spreadsheet_calculates_nothing() {
    let (home, _service) = hostile();
    let csv = home.atol(&["list", "--output", "csv"]).out();
    is_harmless_on_a_terminal(&csv.replace("\r\n", "\n"));
    assert_eq!(csv.matches("\r\n").count(), 6, "{csv}");
    for formula in &FORMULAS[..3] {
        let quoted = formula.replace('"', "\"\"");
        assert!(csv.contains(&format!("'{quoted}")), "{csv}");
        for place in [format!(",{quoted}"), format!(",\"{quoted}")] {
            assert!(!csv.contains(&place), "{csv}");
        }
    }
}

/// JSON is for programs and keeps the texts as they are; that it has no bare control characters below U+0080 is JSON's
/// own rule.
#[test]
fn json_keeps_its_lines_and_what_the_service_said() {
    let (home, _service) = hostile();
    let list: Value = home.atol(&["list", "--output", "json"]).json();
    let lines = home.atol(&["list", "--output", "jsonl"]).out();
    assert!(!lines.contains(|c: char| c.is_ascii_control() && c != '\n'), "{lines:?}");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), list);
    assert_eq!((&list[0]["groupCode"], &list[1]["serialNumber"]), (&LABEL.into(), &TERMINAL.into()));
}

#[test]
fn a_status_line_stays_one_line_with_its_own_performance_data() {
    let (home, _service) = hostile();
    let out = home.atol(&["check"]).out();
    let status = out.lines().next().unwrap();
    assert!(!status.starts_with("OK"), "{out}");
    assert_eq!(status.matches('|').count(), 1, "{status}");
    let more = out.lines().skip(1);
    assert!(!more.clone().any(|line| line.starts_with("OK") || line.contains('|')), "{out}");
}

#[test]
fn labels_of_metrics_and_values_of_pages_stay_in_their_places() {
    let (home, _service) = hostile();
    let server = Server::start(&home, &[]);
    server.get_when("/readyz", |body| body.starts_with("ready\n"));
    let metrics = server.get("/metrics").1;
    assert!(metrics.contains("atol_up{account=\"default\"} 1\n"), "{metrics}");
    assert!(!metrics.lines().any(|line| line.contains("} 7") && line.starts_with("atol_up")), "{metrics}");
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    let serial: String =
        form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect::<String>().replace('+', "%20");
    for path in
        ["/", "/?lang=ru", "/?group=%3Cscript%3E", "/?q=%22%3E%3Cscript%3E", &format!("/kkts/{serial}")]
    {
        let (_, page) = server.get(path);
        for foreign in ["<script>alert", "<img src=x", "\" x=\"", "\u{1b}", "\u{202e}"] {
            let around = page.find(foreign).map(|at| page[..at].chars().rev().take(200).collect::<String>());
            assert_eq!(around, None, "{path}: {foreign:?}");
        }
    }
}
