//! The rows K1 to K9: what the entity tests of the reference client, a PHP library, ask of a register.

use atol_model::{ErrorKind, Kkt, NetworkErrorCode, OffsetTimestamp};
use serde_json::Value;

use crate::support::{REGISTER, REQUIRED, WAITING, read, refused, with};

#[test]
fn k1_valid_data_make_a_register_with_and_without_unsent_documents() {
    let kkt = read(REGISTER);
    assert_eq!((kkt.unsent_docs, kkt.first_unsent_doc_timestamp), (None, None));
    let waiting = read(WAITING);
    assert_eq!(waiting.unsent_docs, Some(17));
    assert_eq!(
        waiting.first_unsent_doc_timestamp.map(|date| date.to_string()).as_deref(),
        Some("2024-12-04T18:00:05+07:00")
    );
}

#[test]
fn k2_the_value_the_json_and_the_text_agree() {
    for json in [REGISTER, WAITING] {
        let kkt = read(json);
        assert_eq!(kkt.to_json(), json);
        assert_eq!(kkt.to_string(), json);
        assert_eq!(serde_json::to_string(&kkt).unwrap(), json);
        assert_eq!(kkt.to_value(), serde_json::from_str::<Value>(json).unwrap());
        assert_eq!(Value::from(&kkt), kkt.to_value());
    }
}

#[test]
fn k3_an_empty_object_holds_no_data() {
    for empty in ["{}", " { } ", r#"{"data": {}}"#] {
        assert_eq!(refused(empty).kind(), ErrorKind::EmptyObject, "{empty}");
    }
}

#[test]
fn k4_one_attribute_alone_is_not_enough_and_the_others_are_named() {
    let error = refused(r#"{"serialNumber": "00107703864827"}"#);
    assert_eq!(error.kind(), ErrorKind::MissingFields);
    assert_eq!(error.missing_fields(), &REQUIRED[1..]);
    let error = refused(r#"{"shiftNumber": 126}"#);
    assert_eq!(error.missing_fields().len(), 15);
    assert!(!error.missing_fields().contains(&"shiftNumber"));
}

#[test]
fn k5_the_serial_number_is_a_text_that_keeps_its_zeros() {
    assert_eq!(read(REGISTER).serial_number, "00107703864827");
    assert_eq!(refused(&with("serialNumber", "107703864827")).kind(), ErrorKind::WrongType);
}

#[test]
fn k6_documents_are_counted_whole_and_the_storage_fills_by_fractions() {
    let kkt = read(REGISTER);
    assert_eq!(kkt.signed_documents, Some(213_350_u64));
    assert_eq!(kkt.fiscal_storage_percentage_use, Some(85.34_f64));
    // Zeros and `false` are values, not absences.
    let waiting = read(WAITING);
    assert_eq!(waiting.signed_documents, Some(0));
    assert_eq!(waiting.fiscal_storage_percentage_use, Some(0.0));
    assert_eq!(waiting.is_shift_opened, Some(false));
    let fine = read(&with("networkErrorCode", "0"));
    assert_eq!(fine.network_error_code, Some(NetworkErrorCode::NoError));
}

#[test]
fn k7_no_unsent_documents_read_as_none() {
    assert_eq!(read(REGISTER).unsent_docs, None);
    assert_eq!(read(&with("unsentDocs", "null")).unsent_docs, None);
    assert_eq!(read(&with("unsentDocs", "0")).unsent_docs, Some(0));
}

#[test]
fn k8_dates_are_instants_with_their_offset() {
    let waiting = read(WAITING);
    let date = |date: Option<OffsetTimestamp>| date.map(|date| date.to_zoned().to_string()).unwrap();
    assert_eq!(date(waiting.fiscalization_date), "2024-03-01T09:30:00+03:00[+03:00]");
    assert_eq!(date(waiting.fiscal_storage_expiration), "2025-06-14T00:00:00+03:00[+03:00]");
    assert_eq!(date(waiting.timestamp), "2024-12-05T10:45:30+00:00[UTC]");
    assert_eq!(date(waiting.first_unsent_doc_timestamp), "2024-12-04T18:00:05+07:00[+07:00]");
}

#[test]
fn k9_an_unreadable_date_is_an_error_that_names_its_field() {
    let dates = ["fiscalizationDate", "fiscalStorageExpiration", "timestamp", "firstUnsetDocTimestamp"];
    for name in dates {
        for date in ["2024-02-31T00:00:00+00:00", "0000-00-00T00:00:00+00:00", "tomorrow", "11/12/2017", ""] {
            let error = refused(&with(name, &format!("\"{date}\"")));
            assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidTimestamp, name), "{date:?}");
        }
    }
}

/// Beyond the rows: every attribute may be null, and is then `None`.
#[test]
fn nulls_read_as_none() {
    let nulls = REQUIRED[1..].iter().map(|name| format!("\"{name}\":null"));
    let json = format!("{{\"serialNumber\":\"1\",{}}}", nulls.collect::<Vec<_>>().join(","));
    assert_eq!(read(&json), Kkt::builder("1").build());
    assert_eq!(read(&json).to_json(), json);
}
