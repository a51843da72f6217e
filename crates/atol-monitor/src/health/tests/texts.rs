//! What people read.

use super::*;
use crate::Language;

/// A register for everything that can be found.
pub(super) fn sick() -> Vec<(&'static str, Kkt, History)> {
    let ago = |count: i64| stamp(now() - seconds(count));
    let ahead = |count: i64| stamp(now() + seconds(count));
    let none = History::default;
    let unsent = |count: u64, age: i64| healthy().unsent_docs(count).first_unsent_doc_timestamp(ago(age));
    let failing = |code: i64, age: i64| unsent(3, age).network_error_code(NetworkErrorCode::from_code(code));
    vec![
        ("expires in weeks", healthy().fiscal_storage_expiration(ahead(21 * DAY)).build(), none()),
        ("expires in days", healthy().fiscal_storage_expiration(ahead(3 * DAY)).build(), none()),
        ("expires today", healthy().fiscal_storage_expiration(ahead(HOUR)).build(), none()),
        ("expired", healthy().fiscal_storage_expiration(ago(2 * DAY)).build(), none()),
        ("filling", healthy().fiscal_storage_percentage_use(85.34).signed_documents(213_350).build(), none()),
        ("full", healthy().fiscal_storage_percentage_use(99.0).signed_documents(None).build(), none()),
        (
            "will be full",
            healthy().fiscal_storage_percentage_use(83.0).signed_documents(207_500).build(),
            none(),
        ),
        ("unsent for days", unsent(12, 4 * DAY + 5 * HOUR).build(), none()),
        ("unsent for weeks", unsent(1, 21 * DAY).build(), none()),
        ("blocked", unsent(2, 31 * DAY).build(), none()),
        ("unsent, not counted", healthy().first_unsent_doc_timestamp(ago(3 * DAY)).build(), none()),
        ("no link", failing(1, HOUR).build(), none()),
        ("no connection", failing(2, 30 * HOUR).build(), none()),
        ("invalid header", failing(4, HOUR).build(), none()),
        ("no confirmation", failing(5, HOUR).build(), none()),
        ("unstable", failing(6, HOUR).build(), none()),
        ("no process", failing(8, HOUR).build(), none()),
        ("unknown code", failing(77, HOUR).build(), none()),
        ("no connection for weeks", failing(2, 31 * DAY).build(), none()),
        ("stale", healthy().timestamp(ago(3 * HOUR + 120)).build(), none()),
        ("dead", healthy().timestamp(ago(40 * DAY)).build(), none()),
        ("from the future", healthy().timestamp(ahead(400 * DAY)).build(), none()),
        ("shift of 21 hours", healthy().timestamp(ago(0)).build(), open_for(21 * HOUR)),
        ("shift of 26 hours", healthy().timestamp(ago(0)).build(), open_for(26 * HOUR + 1800)),
        ("wrong taxpayer", healthy().fiscal_storage_inn("7707083893").build(), none()),
        ("odd numbers", healthy().fiscal_storage_inn("12").registration_number("34").build(), none()),
        ("mistyped taxpayer", healthy().fiscal_storage_inn("3026455761").build(), none()),
        ("test storage", healthy().fiscal_storage_serial_number("9999078902004339").build(), none()),
        ("empty", Kkt::builder(SERIAL).build(), none()),
        (
            "impossible",
            healthy()
                .fiscal_storage_percentage_use(-1.0)
                .unsent_docs(0)
                .first_unsent_doc_timestamp(ago(DAY))
                .fiscal_storage_expiration(stamp(at("2204-01-01T00:00:00Z")))
                .build(),
            none(),
        ),
    ]
}

fn texts(language: Language) -> String {
    let policy = Policy::builder().production(true).build().unwrap();
    let mut lines = Vec::new();
    for (name, kkt, history) in sick() {
        lines.push(format!("== {name}"));
        let assessment = policy.assess_with(&kkt, &history, now());
        assert!(!assessment.is_ok(), "{name}");
        for finding in &assessment.findings {
            lines.push(format!("{}: {}", finding.severity().label(language), finding.title(language)));
            lines.push(format!("    {}", finding.explain(language)));
        }
    }
    lines.join("\n")
}

#[test]
fn english() {
    insta::assert_snapshot!(texts(Language::En));
}

#[test]
fn russian() {
    insta::assert_snapshot!(texts(Language::Ru));
}

#[test]
fn an_error_that_is_known_from_earlier_polls_alone_is_told_as_that() {
    let kkt = healthy().network_error_code(NetworkErrorCode::NoConnection).unsent_docs(3).build();
    let history = History { network_error_since: Some(now() - seconds(30 * HOUR)), ..History::default() };
    let assessment = Policy::default().assess_with(&kkt, &history, now());
    let finding = assessment.finding(FindingKind::NetworkError).unwrap();
    insta::assert_snapshot!(finding.explain(Language::En), @"The last exchange with the OFD ended with error 2 (the network settings are wrong, or the OFD's server cannot be reached) and 3 documents wait; exchanges have failed for at least 1 d 6 h (limit: 1 d). Check DNS, gateway and firewall, and the address and port of the OFD.");
    insta::assert_snapshot!(finding.explain(Language::Ru), @"Последний обмен с ОФД завершился ошибкой 2 (неверные сетевые настройки или нет соединения с сервером ОФД), ждут отправки документов: 3. Обмен не удаётся не менее 1 д 6 ч (порог: 1 д). Проверьте DNS, шлюз, межсетевой экран, адрес и порт ОФД.");
}

#[test]
fn a_share_is_rounded_so_that_no_limit_seems_to_be_reached() {
    for (percent, shown) in [(98.996, "98.99 %"), (85.34, "85.34 %"), (80.1, "80.1 %"), (99.0, "99 %")] {
        let kkt = healthy().fiscal_storage_percentage_use(percent).build();
        let assessment = Policy::default().assess(&kkt, now());
        let title = assessment.finding(FindingKind::FiscalStorageFill).unwrap().title(Language::En);
        assert!(title.contains(shown), "{title}");
    }
}

#[test]
fn text_of_the_service_cannot_play_tricks() {
    let evil = format!("99990789\u{1b}[2J\u{202e}\n{}", "x".repeat(1000));
    let policy = Policy::builder().production(true).build().unwrap();
    let assessment = policy.assess(&healthy().fiscal_storage_serial_number(evil).build(), now());
    let text = assessment.worst().unwrap().explain(Language::En);
    assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    assert!(text.len() < 400, "{text}");
}
