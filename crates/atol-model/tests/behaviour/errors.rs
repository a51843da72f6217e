//! The text of each error, one of every kind.

use atol_model::{Error, KktList, OffsetTimestamp, TokenResponse};
use insta::assert_snapshot;

use crate::support::{REGISTER, refused, with, without};

fn list(json: &str) -> Error {
    KktList::from_json(json.as_bytes()).unwrap_err()
}

#[test]
fn texts_that_are_no_json() {
    assert_snapshot!(refused(""), @"expected JSON, found nothing");
    assert_snapshot!(KktList::from_json(b"[\"\xca\xea\xf2\"]").unwrap_err(), @"expected UTF-8, found bytes that are not, perhaps of windows-1251 (line 1, column 3)");
    assert_snapshot!(refused(&REGISTER[..100]), @"cut off in the middle (line 1, column 100)");
    assert_snapshot!(refused("<html>\n502 Bad Gateway"), @r#"not JSON, found "<html>" (line 1, column 1)"#);
    assert_snapshot!(refused("{\n  \"город\": Томск\n}"), @r#"not JSON, found "Томск" (line 2, column 12)"#);
    assert_snapshot!(refused(&format!("{REGISTER}{REGISTER}")), @r#"more text after the end of the JSON, found "{"serialNumber":"00107703864827","registrationNumber":"00000…" (line 1, column 536)"#);
}

#[test]
fn texts_that_are_no_register() {
    assert_snapshot!(refused("null"), @"expected an object, found null (line 1, column 1)");
    assert_snapshot!(refused(r#""Касса""#), @r#"expected an object, found "Касса" (line 1, column 1)"#);
    assert_snapshot!(refused(&format!("[{REGISTER}]")), @"expected an object, found a list (line 1, column 1)");
    assert_snapshot!(refused("{}"), @"expected a register, found an object without members (line 1, column 1)");
    assert_snapshot!(refused(r#"{"error": {"code": 11, "text": "Срок действия\u001b[31m токена истёк"}}"#), @r#"the service answered with 11 ExpiredToken: Срок действия\u{1b}[31m токена истёк"#);
}

#[test]
fn members_that_are_missing_or_too_many() {
    assert_snapshot!(refused(&without("shiftNumber")), @"1 required field missing: shiftNumber (line 1, column 1)");
    assert_snapshot!(refused(r#"{"data": {"serialNumber": "1", "shiftNumber": 1}}"#), @"14 required fields missing: registrationNumber, deviceNumber, fiscalizationDate, fiscalStorageExpiration, signedDocuments, fiscalStoragePercentageUse, fiscalStorageINN, fiscalStorageSerialNumber, fiscalStoragePaymentAddress, groupCode, timestamp, isShiftOpened, shiftReceipt, networkErrorCode (line 1, column 10)");
    assert_snapshot!(refused(&with("shiftNumber", "1,\n\"shiftNumber\":2")), @"shiftNumber: expected one value, found a second one, 2 (line 2, column 15)");
    assert_snapshot!(refused(&with("новое", "1,\"новое\":2")), @"новое: expected one value, found a second one, 2 (line 1, column 554)");
}

#[test]
fn values_that_do_not_fit() {
    assert_snapshot!(refused(&with("serialNumber", "107703864827")), @"serialNumber: expected a text that is not blank, found 107703864827 (line 1, column 17)");
    assert_snapshot!(refused(&with("serialNumber", "\" \"")), @r#"serialNumber: expected a text that is not blank, found " " (line 1, column 17)"#);
    assert_snapshot!(refused(&with("groupCode", "{}")), @"groupCode: expected a text or null, found an object (line 1, column 397)");
    assert_snapshot!(refused(&with("groupCode", r#""\ud800""#)), @r#"groupCode: expected a text or null, found "\ud800" (line 1, column 397)"#);
    assert_snapshot!(refused(&with("fiscalizationDate", "\"31.02.2019\"")), @r#"fiscalizationDate: expected a date with a UTC offset such as 2019-07-22T14:03:00+00:00, found "31.02.2019" (line 1, column 121)"#);
    assert_snapshot!(refused(&with("fiscalizationDate", "[]")), @"fiscalizationDate: expected a date with a UTC offset such as 2019-07-22T14:03:00+00:00, found a list (line 1, column 121)");
    assert_snapshot!(refused(&with("timestamp", "\"вчера\"")), @r#"timestamp: expected a date such as 2019-12-05T10:45:30+00:00, found "вчера" (line 1, column 428)"#);
    assert_snapshot!(refused(&with("signedDocuments", "-1")), @"signedDocuments: expected a whole number from 0 to 18446744073709551615 or null, found -1 (line 1, column 221)");
    assert_snapshot!(refused(&with("signedDocuments", "\"213350\"")), @r#"signedDocuments: expected a whole number from 0 to 18446744073709551615 or null, found "213350" (line 1, column 221)"#);
    assert_snapshot!(refused(&with("fiscalStoragePercentageUse", "true")), @"fiscalStoragePercentageUse: expected a number from -4294967295 to 4294967295 or null, found true (line 1, column 257)");
    assert_snapshot!(refused(&with("fiscalStoragePercentageUse", "99999999999")), @"fiscalStoragePercentageUse: expected a number from -4294967295 to 4294967295 or null, found 99999999999 (line 1, column 257)");
    assert_snapshot!(refused(&with("isShiftOpened", "\"false\"")), @r#"isShiftOpened: expected true, false or null, found "false" (line 1, column 472)"#);
    assert_snapshot!(refused(&with("networkErrorCode", "2.5")), @"networkErrorCode: expected a whole number or null, found 2.5 (line 1, column 534)");
    assert_snapshot!(refused(&with("novelty", "1e999")), @"novelty: expected JSON of at most 100 levels, numbers no larger than a double, whole surrogate pairs, no name like $serde_json::…, found 1e999 (line 1, column 546)");
}

#[test]
fn foreign_text_is_shortened_and_escaped() {
    let hostile = format!("\"\\u001b[2J\\u202e{}\"", "очень ".repeat(50));
    assert_snapshot!(refused(&with("timestamp", &hostile)), @r#"timestamp: expected a date such as 2019-12-05T10:45:30+00:00, found "\u{1b}[2J\u{202e}очень очень очень очень очень очень очень очень очень о…" (line 1, column 428)"#);
    let name = format!("\\n{}", "x".repeat(100));
    assert_snapshot!(refused(&with(&name, "1e999")), @r#"\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: expected JSON of at most 100 levels, numbers no larger than a double, whole surrogate pairs, no name like $serde_json::…, found 1e999 (line 1, column 641)"#);
}

#[test]
fn texts_that_are_no_list() {
    assert_snapshot!(list("null"), @"expected a list of registers, found null (line 1, column 1)");
    assert_snapshot!(list(REGISTER), @"expected a list of registers, found an object (line 1, column 1)");
    assert_snapshot!(list(r#"{"data": {"serialNumber": "1"}}"#), @"data: expected a list of registers, found an object (line 1, column 10)");
    assert_snapshot!(list(r#"{"_embedded": {"a": [], "b": []}}"#), @"_embedded: expected one list in it, found 2 (line 1, column 15)");
    assert_snapshot!(list(r#"{"data": [1, 2"#), @"cut off in the middle (line 1, column 14)");
}

#[test]
fn an_element_is_named_by_its_place() {
    let list = format!("[\n{REGISTER},\n{},\n7]", with("shiftNumber", "-5"));
    let list = KktList::from_json(list.as_bytes()).unwrap();
    assert_snapshot!(list.rejected()[0].error, @"[1].shiftNumber: expected a whole number from 0 to 18446744073709551615 or null, found -5 (line 3, column 491)");
    assert_snapshot!(list.rejected()[1].error, @"[2]: expected an object, found 7 (line 4, column 1)");
    assert_snapshot!(format!("{:?}", list.rejected()[1].error), @"Error(NotAnObject: [2]: expected an object, found 7 (line 4, column 1))");
}

#[test]
fn dates_and_tokens() {
    assert_snapshot!("2019-07-22T14:03:00".parse::<OffsetTimestamp>().unwrap_err(), @r#"expected a date with a UTC offset such as 2019-07-22T14:03:00+00:00, found "2019-07-22T14:03:00""#);
    let assumed = OffsetTimestamp::parse_assuming("31.02.2019 00:00:00", jiff::tz::Offset::UTC);
    assert_snapshot!(assumed.unwrap_err(), @r#"expected a date such as 2019-07-22T14:03:00+00:00, found "31.02.2019 00:00:00""#);
    assert_snapshot!(TokenResponse::from_json(b"{}").unwrap_err(), @"1 required field missing: token");
    assert_snapshot!(TokenResponse::from_json(br#"{"token": 5}"#).unwrap_err(), @"token: expected a text of 1 to 4096 visible ASCII characters");
    assert_snapshot!(TokenResponse::from_json(br#"{"token": "a b"}"#).unwrap_err(), @"token: expected a text of 1 to 4096 visible ASCII characters");
}

/// A message is a whole: there is nothing to ask `source` for, and nothing is said twice.
#[test]
fn an_error_tells_all_in_its_first_line() {
    let error = refused("{}");
    assert!(std::error::Error::source(&error).is_none());
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn three_questions_sort_the_kinds() {
    let sorted = |error: Error| (error.is_syntax(), error.is_data(), error.is_service());
    assert_eq!(sorted(refused("<html>")), (true, false, false));
    assert_eq!(sorted(refused("{}")), (false, true, false));
    assert_eq!(sorted(refused(r#"{"error": {"code": 1}}"#)), (false, false, true));
    assert!(refused(&REGISTER[..9]).is_truncated() && refused("").is_truncated());
    assert!(!refused("<html>").is_truncated());
}
