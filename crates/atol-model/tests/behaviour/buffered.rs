//! Registers in types of the user's own that serde reads into a buffer of its own first.

use atol_model::Kkt;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::strategy::kkt;
use crate::support::{WAITING, read, with};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Register { kkt: Kkt },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Register(Box<Kkt>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    seen: u64,
    #[serde(flatten)]
    kkt: Kkt,
}

fn again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// The register once it has been in each buffer.
fn through_buffers(kkt: &Kkt) -> [Kkt; 3] {
    let Tagged::Register { kkt: tagged } = again(&Tagged::Register { kkt: kkt.clone() });
    let Untagged::Register(untagged) = again(&Untagged::Register(Box::new(kkt.clone()))) else {
        unreachable!()
    };
    let Flattened { kkt: flattened, .. } = again(&Flattened { seen: 7, kkt: kkt.clone() });
    [tagged, *untagged, flattened]
}

#[test]
fn unknown_members_come_out_of_serdes_buffers() {
    let kkt = read(&WAITING.replace("12.50", "12.5"));
    assert!(kkt.extra.get("модель").is_some_and(|model| model.starts_with('{')));
    for back in through_buffers(&kkt) {
        assert_eq!(back, kkt);
        assert_eq!(back.to_json(), kkt.to_json());
    }
}

#[test]
fn what_a_buffer_does_not_keep_is_the_spelling() {
    for (json, expected) in [
        ("12.50", "12.5"),
        ("1e2", "100.0"),
        ("-0", "-0.0"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        (r#""\u0416\/\n""#, r#""Ж/\n""#),
        (r#"{ "b": [ ], "a": { }, "b": [ null, true, "" ] }"#, r#"{"b":[],"a":{},"b":[null,true,""]}"#),
    ] {
        for back in through_buffers(&read(&with("novelty", json))) {
            assert_eq!(back.extra.get("novelty"), Some(expected), "{json}");
        }
    }
}

/// Text that only looks as if `serde_json` handed it over must not get into the register's JSON as it is.
#[test]
fn a_buffer_does_not_smuggle_in_text_as_json() {
    let value = r#"{"$serde_json::private::RawValue":"0,\"groupCode\":\"mine\""}"#;
    let register = with("novelty", value);
    assert!(serde_json::from_str::<Tagged>(&format!(r#"{{"kind":"Register","kkt":{register}}}"#)).is_err());
    assert!(serde_json::from_str::<Untagged>(&register).is_err());
}

#[test]
fn what_is_not_let_in_is_not_let_in_out_of_a_buffer_either() {
    let deep = "[".repeat(101) + &"]".repeat(101);
    let error =
        serde_json::from_str::<Tagged>(&format!(r#"{{"kind":"Register","kkt":{}}}"#, with("novelty", &deep)));
    insta::assert_snapshot!(error.unwrap_err(), @"novelty: more than 100 levels");
}

proptest! {
    #[test]
    fn any_register_means_the_same_out_of_a_buffer(kkt in kkt()) {
        for back in through_buffers(&kkt) {
            prop_assert_eq!(back.to_value(), kkt.to_value());
            prop_assert_eq!(back.extra.names().collect::<Vec<_>>(), kkt.extra.names().collect::<Vec<_>>());
        }
    }
}
