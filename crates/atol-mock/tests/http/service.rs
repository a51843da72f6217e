//! The service when nothing is wrong with it.

use std::time::Duration;

use atol_mock::{Fleet, ManualClock, MockAtol};
use atol_model::{Kkt, KktList, ServiceError, ServiceErrorCode, TokenResponse};
use serde_json::json;

use crate::client::{LIST_PATH, LOGIN_PATH, get, list, login_with, noon, one, post_login, send, token};

fn fleet(size: usize) -> Fleet {
    Fleet::generate(1, size, noon())
}

#[tokio::test]
async fn a_login_is_answered_with_a_token_and_a_stamp() {
    let mock = MockAtol::builder().clock(ManualClock::new(noon())).start().await;
    let answer = login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.json()["error"], json!(null));
    assert_eq!(answer.json()["timestamp"], "02.06.2025 12:00:00");
    assert_eq!(answer.header("date"), Some("Mon, 02 Jun 2025 09:00:00 GMT"));
    assert!(!TokenResponse::from_json(answer.body.as_bytes()).unwrap().token().is_empty());
}

#[tokio::test]
async fn both_public_test_accounts_are_known_until_credentials_are_set() {
    let mock = MockAtol::start().await;
    assert_eq!(login_with(&mock, "v5-online-atol-ru", "zUr0OxfI").status, 200);

    let mock = MockAtol::builder().credentials("shop", "s3cret").start().await;
    assert_eq!(login_with(&mock, "shop", "s3cret").status, 200);
    assert_eq!(login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD).refusal(), (401, 12));
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_the_error_object() {
    let mock = MockAtol::builder().clock(ManualClock::new(noon())).start().await;
    let answer = login_with(&mock, MockAtol::LOGIN, "wrong");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["timestamp"], "02.06.2025 12:00:00");
    let error = ServiceError::from_json(answer.body.as_bytes()).unwrap();
    assert_eq!(error.code, ServiceErrorCode::WrongLoginOrPassword);
    assert_eq!(error.text, "Неверный логин или пароль");
    assert_eq!(error.error_id, "00000000-0000-4000-8000-000000000001");
}

#[tokio::test]
async fn a_login_that_is_no_login_is_refused() {
    let mock = MockAtol::start().await;
    assert_eq!(send(&mock, "GET", LOGIN_PATH, &[], "").refusal(), (400, 40));
    assert_eq!(send(&mock, "PUT", LOGIN_PATH, &[], "").refusal(), (400, 31));
    assert_eq!(send(&mock, "POST", LOGIN_PATH, &[("Content-Type", "text/plain")], "{}").refusal(), (415, 41));
    let long = "x".repeat(101);
    for body in [
        "login=shop",
        "[]",
        r#"{"login":"shop"}"#,
        r#"{"login":"shop","pass":1}"#,
        r#"{"login":"","pass":"s3cret"}"#,
        &format!(r#"{{"login":"shop","pass":"{long}"}}"#),
        r#"{"login":"v4-online-atol-ru","pass":"iGFFuihss","source":"ю"}"#,
    ] {
        assert_eq!(post_login(&mock, body).refusal(), (400, 13), "{body}");
    }
    let with_source = r#"{"login":"v4-online-atol-ru","pass":"iGFFuihss","source":"atol-rs@0.1"}"#;
    assert_eq!(post_login(&mock, with_source).status, 200);
}

#[tokio::test]
async fn a_token_is_the_same_until_its_day_is_over() {
    let clock = ManualClock::new(noon());
    let mock = MockAtol::builder().clock(clock.clone()).start().await;
    let first = token(&mock);
    clock.advance(Duration::from_secs(86_399));
    assert_eq!(token(&mock), first);
    assert_eq!(get(&mock, &first, LIST_PATH).status, 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!(get(&mock, &first, LIST_PATH).refusal(), (401, 11));
    let second = token(&mock);
    assert_ne!(second, first);
    assert_eq!(get(&mock, &second, LIST_PATH).status, 200);
}

#[tokio::test]
async fn the_life_of_a_token_can_be_set() {
    let clock = ManualClock::new(noon());
    let mock = MockAtol::builder().clock(clock.clone()).token_ttl(Duration::from_secs(60)).start().await;
    let token = token(&mock);
    clock.advance(Duration::from_secs(60));
    assert_eq!(get(&mock, &token, LIST_PATH).refusal(), (401, 11));
}

#[tokio::test]
async fn revoked_tokens_are_expired_ones() {
    let mock = MockAtol::start().await;
    let first = token(&mock);
    mock.revoke_tokens();
    assert_eq!(get(&mock, &first, LIST_PATH).refusal(), (401, 11));
    let second = token(&mock);
    assert_ne!(second, first);
    assert_eq!(get(&mock, &second, LIST_PATH).status, 200);
    assert_eq!(get(&mock, &first, LIST_PATH).refusal(), (401, 11));
}

#[tokio::test]
async fn reading_takes_a_good_token() {
    let mock = MockAtol::start().await;
    for target in [LIST_PATH, "/api/kkt/v1/cash-registers/00107703864827"] {
        assert_eq!(send(&mock, "GET", target, &[], "").refusal(), (401, 10), "{target}");
        assert_eq!(get(&mock, "", target).refusal(), (401, 10), "{target}");
        assert_eq!(get(&mock, "made-up", target).refusal(), (401, 11), "{target}");
    }
}

#[tokio::test]
async fn a_blocked_user_gets_nothing() {
    let mock = MockAtol::start().await;
    let token = token(&mock);
    mock.set_blocked(true);
    assert_eq!(login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD).refusal(), (403, 14));
    assert_eq!(get(&mock, &token, LIST_PATH).refusal(), (403, 14));
    mock.set_blocked(false);
    assert_eq!(get(&mock, &token, LIST_PATH).status, 200);
}

#[tokio::test]
async fn the_list_is_the_fleet() {
    let fleet = fleet(50);
    let mock = MockAtol::builder().fleet(fleet.clone()).start().await;
    let answer = list(&mock, "");
    assert_eq!(answer.status, 200);
    assert_eq!(KktList::from_json(answer.body.as_bytes()).unwrap().to_vec(), fleet.kkts());
}

#[tokio::test]
async fn an_empty_fleet_is_an_empty_list() {
    let mock = MockAtol::builder().fleet(Fleet::new()).start().await;
    assert_eq!(list(&mock, "").body, "[]");
    assert_eq!(list(&mock, "?limit=10&offset=5").body, "[]");
}

#[tokio::test]
async fn a_page_is_the_part_of_the_list_that_was_asked_for() {
    let serials = fleet(25).serials();
    let mock = MockAtol::builder().fleet(fleet(25)).start().await;
    assert_eq!(list(&mock, "?limit=10").serials(), serials[..10]);
    assert_eq!(list(&mock, "?limit=10&offset=10").serials(), serials[10..20]);
    assert_eq!(list(&mock, "?limit=10&offset=20").serials(), serials[20..]);
    assert_eq!(list(&mock, "?offset=24").serials(), serials[24..]);
    assert_eq!(list(&mock, "?limit=10&offset=25").body, "[]");
    assert_eq!(list(&mock, "?offset=18446744073709551615").body, "[]");
}

#[tokio::test]
async fn pages_are_capped_and_have_a_default_length() {
    let serials = fleet(25).serials();
    let mock = MockAtol::builder().fleet(fleet(25)).page_cap(10).default_limit(5).start().await;
    assert_eq!(list(&mock, "").serials(), serials[..5]);
    assert_eq!(list(&mock, "?limit=7").serials(), serials[..7]);
    assert_eq!(list(&mock, "?limit=20&offset=1").serials(), serials[1..11]);
}

#[tokio::test]
async fn limits_and_offsets_are_numbers() {
    let mock = MockAtol::start().await;
    for query in [
        "?limit=0",
        "?limit=-1",
        "?limit=ten",
        "?limit=",
        "?offset=%2B1",
        "?offset=1.5",
        "?limit=1&offset=99999999999999999999",
    ] {
        assert_eq!(list(&mock, query).refusal(), (400, 32), "{query}");
    }
}

#[tokio::test]
async fn a_register_comes_in_an_envelope() {
    let fleet = fleet(20);
    let serial = &fleet.serials()[3];
    let mock = MockAtol::builder().fleet(fleet.clone()).start().await;
    let answer = one(&mock, serial);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/hal+json")));
    let answer = answer.json();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
    let kkt = Kkt::from_json(answer["data"].to_string().as_bytes()).unwrap();
    assert_eq!(Some(kkt), fleet.kkt(serial));
}

#[tokio::test]
async fn a_serial_is_found_whatever_letters_it_has() {
    let mock = MockAtol::builder().fleet(Fleet::from_kkts([Kkt::builder("ККТ 1").build()])).start().await;
    let answer = one(&mock, "%D0%9A%D0%9A%D0%A2%201");
    assert_eq!(answer.json()["data"]["serialNumber"], "ККТ 1");
}

#[tokio::test]
async fn an_unknown_serial_is_not_found() {
    let mock = MockAtol::start().await;
    let answer = one(&mock, "00107700000000");
    assert_eq!(answer.refusal(), (404, 40));
    assert_eq!(answer.json()["error"]["text"], "ККТ с заводским номером 00107700000000 не найдена");
}

#[tokio::test]
async fn what_is_not_in_the_api_is_not_there() {
    let mock = MockAtol::start().await;
    let token = token(&mock);
    for target in [
        "/",
        "/api/kkt/v1",
        "/api/kkt/v1/cash-registers/",
        "/api/kkt/v1/cash-registers/1/2",
        "/api/kkt/v1/cash-registers-2",
    ] {
        let answer = get(&mock, &token, target);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, Some("text/html; charset=utf-8")),
            "{target}"
        );
    }
    assert_eq!(send(&mock, "DELETE", LIST_PATH, &[("Token", &token)], "").refusal(), (400, 31));
}

#[tokio::test]
async fn raw_elements_are_answered_as_they_stand() {
    let mut fleet = Fleet::new();
    fleet.push_raw(r#"{"serialNumber":"1", "signedDocuments":"many"}"#);
    fleet.push_raw("{broken");
    let mock = MockAtol::builder().fleet(fleet).start().await;
    assert_eq!(list(&mock, "").body, r#"[{"serialNumber":"1", "signedDocuments":"many"},{broken]"#);
    assert_eq!(one(&mock, "1").body, r#"{"data":{"serialNumber":"1", "signedDocuments":"many"}}"#);
}

#[tokio::test]
async fn another_fleet_can_be_put_in() {
    let mock = MockAtol::start().await;
    mock.set_fleet(Fleet::from_kkts([Kkt::builder("1").build()]));
    assert_eq!(list(&mock, "").serials(), ["1"]);
    assert_eq!(mock.fleet().serials(), ["1"]);
}

#[tokio::test]
async fn an_evolving_fleet_follows_the_clock_at_its_scale() {
    let clock = ManualClock::new(noon());
    let fleet = fleet(30).evolving();
    let mock =
        MockAtol::builder().fleet(fleet.clone()).clock(clock.clone()).time_scale(3_600.0).start().await;
    let kkts = |body: &str| KktList::from_json(body.as_bytes()).unwrap().to_vec();
    assert_eq!(kkts(&list(&mock, "").body), fleet.kkts_at(noon()));
    clock.advance(Duration::from_secs(6));
    let evening = "2025-06-02T15:00:00Z".parse().unwrap();
    assert_eq!(mock.fleet_time(), evening);
    assert_eq!(kkts(&list(&mock, "").body), fleet.kkts_at(evening));
    assert_eq!(kkts(&list(&mock, "?limit=7&offset=9").body), fleet.kkts_at(evening)[9..16]);
}

#[tokio::test]
async fn requests_are_recorded_without_their_secrets() {
    let mock = MockAtol::builder().credentials("shop", "s3cret").start().await;
    let body = r#"{"login":"shop","pass":"s3cret"}"#;
    let token = post_login(&mock, body).json()["token"].as_str().unwrap().to_owned();
    get(&mock, &token, "/api/kkt/v1/cash-registers?limit=1&offset=%32");
    get(&mock, "made-up", "/api/kkt/v1/cash-registers/1");

    let requests = mock.requests();
    let seen: Vec<_> =
        requests.iter().map(|r| (r.method(), r.path(), r.status(), r.token_number())).collect();
    assert_eq!(
        seen,
        [
            ("POST", LOGIN_PATH, 200, None),
            ("GET", LIST_PATH, 200, Some(1)),
            ("GET", "/api/kkt/v1/cash-registers/1", 401, None),
        ]
    );
    assert_eq!(requests[0].body(), r#"{"login":"shop","pass":"<redacted>"}"#);
    assert_eq!(requests[1].query(), Some("limit=1&offset=%32"));
    assert_eq!(requests[1].parameter("offset"), Some("2"));
    assert_eq!(requests[1].header("token"), Some("<redacted>"));
    assert_eq!(requests[1].header("accept"), Some("application/hal+json"));
    let everything = format!("{mock:?} {requests:?} {:?}", MockAtol::builder().credentials("shop", "s3cret"));
    for secret in ["s3cret", token.as_str(), "made-up"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }

    mock.clear_requests();
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_stops_when_dropped() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mock = MockAtol::builder().listener(listener).start().await;
    assert_eq!(mock.uri(), format!("http://{address}"));
    assert_eq!(list(&mock, "").status, 200);

    drop(mock);
    // The thread ends a moment later: until then the port may still take a connection, but nobody answers on it.
    let mut answer = String::new();
    if let Ok(mut stream) = std::net::TcpStream::connect(address) {
        use std::io::{Read as _, Write as _};
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let _ = stream.read_to_string(&mut answer);
    }
    assert_eq!(answer, "");
}
