//! One register: envelopes, spellings, unknown members, and the ways in and out.

use atol_model::{ErrorKind, Kkt, ServiceErrorCode};
use serde_json::{Value, json};

use crate::support::{REGISTER, WAITING, read, refused, with, without};

#[test]
fn an_envelope_is_seen_through() {
    let kkt = read(REGISTER);
    for envelope in [
        format!(r#"{{"data":{REGISTER}}}"#),
        format!(r#"{{"error":null,"timestamp":"15.02.2018 13:00:31","data":{REGISTER},"_links":{{}}}}"#),
        format!("\u{feff} \n{{\"data\" : {REGISTER}, \"error\":null }}\n"),
        format!(r#"{{"d\u0061ta":{REGISTER}}}"#),
    ] {
        assert_eq!(read(&envelope), kkt, "{envelope}");
    }
}

#[test]
fn what_only_looks_like_an_envelope_is_none() {
    let kkt = read(&with("data", "{}"));
    assert_eq!(kkt.extra.get("data"), Some("{}"));
    let first = REGISTER.replacen('{', r#"{"data":[1],"#, 1);
    assert_eq!(read(&first).extra.get("data"), Some("[1]"));
    assert_eq!(refused(&format!(r#"{{"data":[{REGISTER}]}}"#)).kind(), ErrorKind::NotAnObject);
    let twice = refused(&format!(r#"{{"data":{REGISTER},"data":{WAITING}}}"#));
    assert_eq!((twice.kind(), twice.path()), (ErrorKind::DuplicateField, "data"));
}

#[test]
fn an_element_has_no_envelope() {
    assert_eq!(Kkt::from_element(REGISTER.as_bytes()).unwrap(), read(REGISTER));
    assert!(Kkt::from_element(format!(r#"{{"data":{REGISTER}}}"#).as_bytes()).is_err());
}

#[test]
fn an_error_of_the_service_is_no_broken_register() {
    for body in [
        r#"{"error":{"code":10,"text":"нет токена"},"timestamp":"15.02.2018 13:00:31"}"#.to_owned(),
        format!(r#"{{"data":{REGISTER},"error":{{"code":10}}}}"#),
    ] {
        let error = refused(&body);
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.service_error().map(|error| error.code), Some(ServiceErrorCode::MissingToken));
    }
}

#[test]
fn both_spellings_of_the_first_unsent_document_are_read_and_each_is_written_as_it_came() {
    let date = r#""2019-12-04T18:00:05+07:00""#;
    for spelling in ["firstUnsetDocTimestamp", "firstUnsentDocTimestamp"] {
        let json = REGISTER
            .replace(r#","networkErrorCode""#, &format!(r#","{spelling}":{date},"networkErrorCode""#));
        let kkt = read(&json);
        assert_eq!(kkt.first_unsent_doc_timestamp.unwrap().to_string(), date.trim_matches('"'));
        assert_eq!(kkt.to_json(), json);
        assert_eq!(serde_json::to_string(&kkt).unwrap(), json);
    }
    let both = with("firstUnsetDocTimestamp", date).replace('}', r#","firstUnsentDocTimestamp":null}"#);
    assert_eq!(refused(&both).kind(), ErrorKind::DuplicateField);
}

#[test]
fn j07_unknown_members_come_back_in_their_order_to_the_byte() {
    let kkt = read(WAITING);
    assert_eq!(kkt.extra.names().collect::<Vec<_>>(), ["ffdVersion", "модель"]);
    assert_eq!(kkt.extra.get("модель"), Some(r#"{"имя":"АТОЛ 42ФС","вольт":12.50}"#));
    let long = with("z", "12345678901234567890.10").replace('}', r#","a":"é\/"}"#);
    assert_eq!(read(&long).to_json(), long);
}

#[test]
fn a_date_without_a_zone_is_utc_where_that_is_documented_and_refused_elsewhere() {
    let kkt = read(&with("timestamp", r#""2019-12-05T10:45:30""#));
    assert_eq!(kkt.timestamp.unwrap().timestamp().to_string(), "2019-12-05T10:45:30Z");
    assert!(kkt.to_json().contains(r#""timestamp":"2019-12-05T10:45:30","#));
    for name in ["fiscalizationDate", "fiscalStorageExpiration", "firstUnsetDocTimestamp"] {
        let error = refused(&with(name, r#""2019-12-05T10:45:30""#));
        assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidTimestamp, name));
    }
}

#[test]
fn j05_no_value_is_silently_changed() {
    for (name, json) in [
        ("signedDocuments", "98765432109876543210"),
        ("signedDocuments", "-1"),
        ("signedDocuments", "1.0"),
        ("signedDocuments", "1e3"),
        ("signedDocuments", "\"213350\""),
        ("fiscalStoragePercentageUse", "\"85.34\""),
        ("fiscalStoragePercentageUse", "1e400"),
        ("fiscalStoragePercentageUse", "12345678901234567890"),
        ("isShiftOpened", "\"false\""),
        ("isShiftOpened", "0"),
        ("networkErrorCode", "2.0"),
        ("networkErrorCode", "\"2\""),
        ("groupCode", "14605"),
        ("timestamp", "1575542730"),
        ("serialNumber", "null"),
    ] {
        let error = refused(&with(name, json));
        assert!(matches!(error.kind(), ErrorKind::WrongType | ErrorKind::InvalidValue), "{name} {json}");
        assert_eq!(error.path(), name, "{json}");
    }
}

#[test]
fn the_ways_in_agree() {
    let kkt = read(WAITING);
    assert_eq!(WAITING.parse::<Kkt>().unwrap(), kkt);
    assert_eq!(serde_json::from_str::<Kkt>(WAITING).unwrap(), kkt);
    let value: Value = serde_json::from_str(WAITING).unwrap();
    assert_eq!(Kkt::try_from(json!({ "data": value.clone() })).unwrap().to_value(), kkt.to_value());
    assert_eq!(Kkt::try_from(value).unwrap().to_value(), kkt.to_value());
    assert_eq!(Kkt::try_from(json!([])).unwrap_err().kind(), ErrorKind::NotAnObject);
}

#[test]
fn the_order_of_members_does_not_matter() {
    let value: Value = serde_json::from_str(WAITING).unwrap();
    assert_eq!(Kkt::try_from(value).unwrap().to_value(), read(WAITING).to_value());
}

#[test]
fn a_register_prints_over_several_lines_on_demand() {
    let pretty = format!("{:#}", read(WAITING));
    assert!(pretty.starts_with("{\n  \"serialNumber\": \"00107703864828\",\n"), "{pretty}");
    assert_eq!(read(&pretty), read(WAITING));
}

#[test]
fn a_date_set_by_hand_is_written_so_that_it_reads_back() {
    use atol_model::OffsetTimestamp;
    use jiff::tz::{self, Offset};

    for (text, offset) in [
        ("2019-12-05T10:45:30", tz::offset(3)),
        ("05.12.2019 10:45:30", Offset::UTC),
        ("05.12.2019 10:45:30", tz::offset(3)),
    ] {
        let date = OffsetTimestamp::parse_assuming(text, offset).unwrap();
        let kkt = Kkt::builder("1").timestamp(date).fiscalization_date(date).build();
        assert_eq!(read(&kkt.to_json()), kkt, "{text}");
        assert_eq!(serde_json::to_string(&kkt).unwrap(), kkt.to_json());
    }
}

#[test]
fn only_the_missing_member_is_missed() {
    for name in crate::support::REQUIRED {
        assert_eq!(refused(&without(name)).missing_fields(), [name]);
    }
}
