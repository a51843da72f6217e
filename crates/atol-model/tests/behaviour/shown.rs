//! What a register, a list and an answer look like in `Debug`, and a register in JSON.

use atol_model::{KktList, ServiceError, TokenResponse};
use insta::{assert_debug_snapshot, assert_snapshot};

use crate::support::{PAGE, WAITING, read};

#[test]
fn a_register_in_debug() {
    assert_debug_snapshot!(read(WAITING));
}

#[test]
fn a_register_in_json() {
    assert_snapshot!(format!("{:#}", read(WAITING)));
}

#[test]
fn a_rejected_record_in_debug() {
    let page = KktList::from_json(PAGE.as_bytes()).unwrap();
    assert_debug_snapshot!(page.rejected());
}

#[test]
fn an_error_of_the_service_in_debug() {
    let body = r#"{"error": {"error_id": "475d6d8d", "code": 12, "text": "Неверный логин", "type": "new"}}"#;
    assert_snapshot!(format!("{:?}", ServiceError::from_json(body.as_bytes()).unwrap()), @r#"ServiceError { error_id: "475d6d8d", code: WrongLoginOrPassword, text: "Неверный логин", kind: Other("new") }"#);
}

#[test]
fn a_token_in_debug() {
    let body = br#"{"error": null, "token": "canary", "timestamp": "30.11.2017 17:58:53"}"#;
    assert_snapshot!(format!("{:?}", TokenResponse::from_json(body).unwrap()), @"TokenResponse { token: [hidden], timestamp: Some(30.11.2017 17:58:53) }");
}
