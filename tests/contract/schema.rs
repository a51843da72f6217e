//! The JSON Schema of the cases: each fits it, and it refuses what is no case.

use std::fs;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{case_files, directory};

fn schema() -> Validator {
    jsonschema::validator_for(&Value::Object(crate::json("case.schema.json"))).unwrap()
}

fn complaints(schema: &Validator, case: &Value) -> Vec<String> {
    schema.iter_errors(case).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_case_fits_the_schema() {
    let schema = schema();
    let mut all = Vec::new();
    for file in case_files() {
        let text = fs::read_to_string(&file.path).unwrap();
        match serde_json::from_str(&text) {
            Ok(case) => {
                let complaints = complaints(&schema, &case).into_iter();
                all.extend(complaints.map(|complaint| format!("{}: {complaint}", file.name)));
            }
            Err(error) => all.push(format!("{}: {error}", file.name)),
        }
    }
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[test]
fn the_schema_is_a_schema() {
    let text = fs::read_to_string(directory().join("case.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn what_is_no_case_does_not_fit() {
    let schema = schema();
    let text = fs::read_to_string(directory().join("cases/list.json")).unwrap();
    let good: Value = serde_json::from_str(&text).unwrap();
    assert!(schema.is_valid(&good));
    for (place, value) in [
        ("/title", json!("")),
        ("/certainty", json!("D")),
        ("/source", json!(null)),
        ("/covers", json!([])),
        ("/call", json!("get_none")),
        ("/call", json!({"get_one": 17})),
        ("/exchanges/1/request", json!({"method": "GET"})),
        ("/exchanges/1/request", json!({"$use": "list-request", "headrs": {}})),
        ("/exchanges/1/answer", json!({"status": "200"})),
        ("/exchanges/1/answer", json!({"body": {"jsn": []}})),
        ("/exchanges/1/answer", json!({"body": {"hex": "5b5"}})),
        ("/expect", json!("fine")),
        ("/expect", json!({"error": {"kind": "Status"}})),
        ("/mock", json!("")),
        ("/mock", json!({"faults": [{"fault": "gremlins", "on": "list"}]})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value.clone();
        assert!(!schema.is_valid(&bad), "{place} = {value}");
    }
    for name in ["title", "certainty", "source", "covers", "call", "exchanges", "expect", "mock"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(name);
        assert!(!schema.is_valid(&bad), "without {name}");
    }
    let mut bad = good;
    bad["comment"] = json!("hello");
    assert!(!schema.is_valid(&bad), "with a member nobody reads");
}
