//! The service when something is wrong with it, or in front of it.

use std::time::Duration;

use atol_mock::{Call, Fault, Fleet, MockAtol};
use atol_model::{KktList, ServiceErrorCode};
use jiff::Timestamp;

use crate::client::{LIST_PATH, get, list, login_with, one, send, token};

fn fleet(size: usize) -> Fleet {
    Fleet::generate(1, size, Timestamp::UNIX_EPOCH)
}

/// A stand-in of ten registers with this fault on the list.
async fn broken_list(fault: Fault) -> MockAtol {
    MockAtol::builder().fleet(fleet(10)).fault(fault.on(Call::List)).start().await
}

#[tokio::test]
async fn a_gateway_answers_a_page() {
    for status in [200, 500, 502, 503, 504] {
        let answer = list(&broken_list(Fault::Html(status)).await, "");
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(answer.body.starts_with("<!DOCTYPE html>"), "{answer:?}");
    }
}

#[tokio::test]
async fn nothing_comes_where_data_is_due() {
    for status in [200, 204, 500] {
        let answer = list(&broken_list(Fault::Empty(status)).await, "");
        assert_eq!((answer.status, answer.body.as_str()), (status, ""));
    }
}

#[tokio::test]
async fn an_error_object_comes_with_any_status() {
    let code = ServiceErrorCode::ErrorServerConfiguration;
    let answer = list(&broken_list(Fault::ErrorObject { status: 500, code }).await, "");
    assert_eq!(answer.refusal(), (500, 50));
    let answer = list(&broken_list(Fault::ErrorObject { status: 200, code }).await, "");
    assert_eq!(answer.refusal(), (200, 50));
    assert_eq!(answer.json()["error"]["text"], code.description_ru());
}

#[tokio::test]
async fn retry_after_is_sent_as_it_is_written() {
    for value in ["5", "-1", "Mon, 02 Jun 2025 12:00:00 GMT", "soon"] {
        let answer = list(&broken_list(Fault::RetryAfter { status: 429, value: value.into() }).await, "");
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some(value)));
    }
}

#[tokio::test]
async fn a_redirect_points_where_it_is_told() {
    let location = "http://elsewhere.example/login";
    let answer = list(&broken_list(Fault::Redirect { status: 302, location: location.into() }).await, "");
    assert_eq!((answer.status, answer.header("location")), (302, Some(location)));
}

#[tokio::test]
async fn an_answer_can_be_made_up() {
    let fault = Fault::Answer { status: 418, content_type: "text/plain".into(), body: "чайник".into() };
    let answer = list(&broken_list(fault).await, "");
    assert_eq!((answer.status, answer.header("content-type")), (418, Some("text/plain")));
    assert_eq!(answer.body, "чайник");
}

#[tokio::test]
async fn what_http_cannot_carry_does_not_stop_the_stand_in() {
    let value = "5\r\nX-Injected: 1".to_owned();
    let mock = broken_list(Fault::RetryAfter { status: 42, value }).await;
    let answer = list(&mock, "");
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("x-injected")), (500, None, None));
    mock.clear_faults();
    assert_eq!(list(&mock, "").status, 200);
}

#[tokio::test]
async fn a_delay_goes_with_other_faults_and_with_none() {
    let mock = MockAtol::builder()
        .fault(Fault::Delay(Duration::from_millis(1)))
        .fault(Fault::Html(503).on(Call::One))
        .start()
        .await;
    assert_eq!(list(&mock, "").status, 200);
    assert_eq!(one(&mock, "1").status, 503);
}

#[tokio::test]
async fn json_ends_in_the_middle() {
    let mock = MockAtol::builder().fleet(fleet(10)).start().await;
    let whole = list(&mock, "").body;
    mock.set_fault(Fault::TruncatedJson.on(Call::List));
    let answer = list(&mock, "");
    assert_eq!(answer.status, 200);
    assert!(whole.starts_with(&answer.body) && answer.body.len() < whole.len());
    assert!(KktList::from_json(answer.body.as_bytes()).unwrap_err().is_truncated());
}

#[tokio::test]
async fn one_element_is_malformed_and_the_others_are_not() {
    let mock = broken_list(Fault::MalformedElement).await;
    for (query, first) in [("", 0), ("?limit=1&offset=3", 3)] {
        let answer = list(&mock, query);
        let (good, rejected) = KktList::from_json(answer.body.as_bytes()).unwrap().into_parts();
        assert_eq!(rejected.len(), 1, "{query}");
        assert_eq!(
            rejected[0].serial_number.as_deref(),
            Some(fleet(10).serials()[first].as_str()),
            "{query}"
        );
        assert_eq!(good.len(), if first == 0 { 9 } else { 0 }, "{query}");
    }
}

#[tokio::test]
async fn every_page_is_the_first_one() {
    let mock = broken_list(Fault::RepeatPage).await;
    assert_eq!(list(&mock, "?limit=3&offset=6").serials(), fleet(10).serials()[..3]);
}

#[tokio::test]
async fn paging_is_ignored() {
    let mock = broken_list(Fault::IgnorePaging).await;
    assert_eq!(list(&mock, "?limit=3&offset=6").serials(), fleet(10).serials());
}

#[tokio::test]
async fn pages_never_end() {
    let serials = fleet(10).serials();
    let mock = broken_list(Fault::EndlessPages).await;
    assert_eq!(list(&mock, "?limit=3&offset=3").serials(), serials[3..6]);
    assert_eq!(list(&mock, "?limit=4&offset=8").serials(), [&serials[8..], &serials[..2]].concat());
    assert_eq!(list(&mock, "?limit=4&offset=1000").serials(), serials[..4]);
    assert_eq!(list(&mock, "?limit=100&offset=9").serials(), [&serials[9..], &serials[..9]].concat());

    mock.set_fleet(Fleet::new());
    assert_eq!(list(&mock, "?limit=4&offset=8").body, "[]");
}

#[tokio::test]
async fn another_register_answers() {
    let mock = MockAtol::builder().fleet(fleet(10)).fault(Fault::WrongRegister).start().await;
    let serials = fleet(10).serials();
    assert_eq!(one(&mock, &serials[9]).json()["data"]["serialNumber"], serials[0].as_str());
    assert_eq!(list(&mock, "").serials(), serials);
}

#[tokio::test]
async fn a_token_can_be_anything() {
    let huge = "x".repeat(1 << 20);
    for text in ["", "  ", "a\r\nb", "токен", &huge] {
        let mock = MockAtol::builder().fault(Fault::Token(text.into())).start().await;
        let answer = login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["token"], text);
    }
}

#[tokio::test]
async fn a_dead_token_is_never_good() {
    let mock = MockAtol::builder().fault(Fault::DeadToken.once()).start().await;
    let dead = token(&mock);
    assert_eq!(get(&mock, &dead, LIST_PATH).refusal(), (401, 11));
    assert_eq!(mock.requests().last().unwrap().token_number(), Some(1));
    assert_eq!(get(&mock, &token(&mock), LIST_PATH).status, 200);
}

#[tokio::test]
async fn a_dead_token_leaves_the_good_one_in_use() {
    let mock = MockAtol::start().await;
    let good = token(&mock);
    mock.add_fault(Fault::DeadToken.once());
    assert_ne!(token(&mock), good);
    assert_eq!(token(&mock), good);
    assert_eq!(get(&mock, &good, LIST_PATH).status, 200);
}

#[tokio::test]
async fn a_token_comes_beside_an_error() {
    let fault = Fault::TokenWithError(ServiceErrorCode::UserBlocked);
    let mock = MockAtol::builder().fault(fault).start().await;
    let answer = login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD);
    assert_eq!(answer.refusal(), (200, 14));
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(get(&mock, &token, LIST_PATH).status, 200);
}

#[tokio::test]
async fn a_fault_happens_only_where_and_as_often_as_it_is_told() {
    let mock =
        MockAtol::builder().fleet(fleet(10)).fault(Fault::Html(503).on(Call::List).times(2)).start().await;
    let token = token(&mock);
    let statuses = [(); 3].map(|()| get(&mock, &token, LIST_PATH).status);
    assert_eq!(statuses, [503, 503, 200]);

    mock.set_fault(Fault::Html(502).on(Call::List).every(2));
    mock.add_fault(Fault::Html(504).on(Call::Login));
    let statuses = [(); 4].map(|()| get(&mock, &token, LIST_PATH).status);
    assert_eq!(statuses, [200, 502, 200, 502]);
    assert_eq!(login_with(&mock, MockAtol::LOGIN, MockAtol::PASSWORD).status, 504);

    mock.clear_faults();
    assert_eq!(list(&mock, "").status, 200);
}

#[tokio::test]
async fn a_fault_of_content_is_not_used_up_by_a_refused_call() {
    let mock = broken_list(Fault::TruncatedJson).await;
    mock.set_fault(Fault::TruncatedJson.on(Call::List).once());
    assert_eq!(send(&mock, "GET", LIST_PATH, &[], "").refusal(), (401, 10));
    assert!(serde_json::from_str::<serde_json::Value>(&list(&mock, "").body).is_err());
    assert_eq!(list(&mock, "").serials().len(), 10);
}
