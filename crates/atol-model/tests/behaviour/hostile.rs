//! Texts made to hurt: nested very deeply or very long. Each is read on a stack of half a mebibyte.

use std::thread;

use atol_model::{ErrorKind, Kkt, KktList, OffsetTimestamp, ServiceError, TokenResponse};
use serde_json::{Value, json};

use crate::support::{REGISTER, with};

const DEPTH: usize = 20_000;

/// A quarter of the usual stack: enough for the 128 levels of a value, so that only recursion without a bound ends it.
fn on_a_small_stack(read: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(512 * 1024).spawn(read).unwrap().join().unwrap();
}

fn deep() -> [String; 4] {
    [
        "[".repeat(DEPTH),
        "[".repeat(DEPTH) + &"]".repeat(DEPTH),
        r#"{"data":"#.repeat(DEPTH),
        r#"{"data":"#.repeat(DEPTH) + "1" + &"}".repeat(DEPTH),
    ]
}

#[test]
fn j04_no_depth_overflows_the_stack() {
    on_a_small_stack(|| {
        for deep in deep() {
            for text in [
                deep.clone(),
                format!("[{deep}]"),
                format!(r#"{{"data":{deep}}}"#),
                format!(r#"{{"data":[{deep}]}}"#),
                format!(r#"{{"_embedded":{{"list":[{deep}]}}}}"#),
                format!(r#"{{"error":{deep}}}"#),
                format!(r#"{{"token":{deep}}}"#),
                with("serialNumber", &deep),
                with("timestamp", &deep),
                with("shiftNumber", &deep),
                with("novelty", &deep),
                format!("[{}]", with("novelty", &deep)),
            ] {
                let bytes = text.as_bytes();
                assert!(Kkt::from_json(bytes).is_err());
                if let Ok(list) = KktList::from_json(bytes) {
                    assert!(list.is_empty());
                }
                let _ = ServiceError::from_json(bytes);
                assert!(TokenResponse::from_json(bytes).is_err());
            }
        }
    });
}

#[test]
fn the_deepest_unknown_member_that_is_kept_can_be_had_as_a_value_with_others_around_it() {
    for depth in 95..135 {
        let nested = "[".repeat(depth) + &"]".repeat(depth);
        match Kkt::from_json(with("novelty", &nested).as_bytes()) {
            Ok(kkt) => {
                assert_eq!(kkt.extra.get("novelty"), Some(nested.as_str()));
                assert_eq!(kkt.to_value()["novelty"].to_string(), nested);
                let wrapped = "[".repeat(26) + &kkt.to_json() + &"]".repeat(26);
                assert!(wrapped.parse::<Value>().is_ok(), "{depth}");
            }
            Err(error) => {
                assert!(depth > 100, "{depth}: {error}");
                assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, "novelty"));
            }
        }
    }
}

/// An object that has one of `serde_json`'s own names is read as something else than an object, or as nothing.
#[test]
fn names_that_mean_something_to_serde_json_are_not_let_in() {
    let name = "$serde_json::private::RawValue";
    assert_eq!(format!(r#"{{"{name}":"[1]"}}"#).parse::<Value>().unwrap(), json!([1]), "its name is another");
    for spelt in [name.to_owned(), name.replace('$', "\\u0024")] {
        for nested in ["{\"NAME\":\"[1]\"}", "[{\"a\":{\"NAME\":0}}]", "{\"a\":2,\"NAME\":\"x\"}"] {
            let error =
                Kkt::from_json(with("novelty", &nested.replace("NAME", &spelt)).as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, "novelty"), "{nested}");
        }
    }
    let error =
        Kkt::from_json(REGISTER.replacen('{', &format!(r#"{{"{name}":1,"#), 1).as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, name));
    let price = r#"{"$price":"1 $"}"#;
    assert_eq!(Kkt::from_json(with("novelty", price).as_bytes()).unwrap().extra.get("novelty"), Some(price));
}

#[test]
fn very_many_members_and_elements_are_only_many() {
    let members: Vec<String> = (0..50_000).map(|n| format!(",\"m{n}\":0")).collect();
    let many = REGISTER.replace('}', &format!("{}}}", members.concat()));
    assert_eq!(Kkt::from_json(many.as_bytes()).unwrap().extra.len(), 50_000);
    let twice = many.replace('}', ",\"m49999\":0}");
    let error = Kkt::from_json(twice.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::DuplicateField, "m49999"));
    let list = KktList::from_json(format!("[{}0]", "0,".repeat(20_000)).as_bytes()).unwrap();
    assert_eq!((list.len(), list.rejected().len()), (0, 20_001));
}

#[test]
fn j05_very_long_texts_are_only_long() {
    let long = "9".repeat(1_000_000);
    let kkt = Kkt::from_json(with("groupCode", &format!("\"{long}\"")).as_bytes()).unwrap();
    assert_eq!(kkt.group_code.map(|group| group.len()), Some(long.len()));
    for (name, value) in [
        ("signedDocuments", long.clone()),
        ("fiscalStoragePercentageUse", long.clone()),
        ("networkErrorCode", format!("-{long}")),
        ("timestamp", format!("\"{long}\"")),
        ("novelty", long.clone()),
    ] {
        let error = Kkt::from_json(with(name, &value).as_bytes()).unwrap_err();
        assert_eq!(error.path(), name);
        assert!(error.to_string().len() < 500, "{name}");
    }
    assert!(long.parse::<OffsetTimestamp>().unwrap_err().to_string().len() < 500);
}
