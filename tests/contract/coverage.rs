//! Nothing that is known stays without a case: the facts of `facts.json`, the codes of both tables.

use std::collections::{BTreeMap, BTreeSet};

use atol_model::ServiceErrorCode;
use atol_monitor::NetworkErrorCode;
use serde_json::{Value, json};

use crate::case::{AnswerBody, Case};
use crate::{case_files, json, read};

/// The cases by name; those that cannot be read fail elsewhere.
fn cases() -> Vec<(String, Case)> {
    case_files().into_iter().filter_map(|file| Some((file.name, read(&file.path).ok()?))).collect()
}

#[test]
fn every_fact_is_shown_by_a_case_or_proved_elsewhere() {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, case) in cases() {
        for fact in case.covers {
            shown.entry(fact).or_default().push(name.clone());
        }
    }
    let facts = json("facts.json");
    let facts = facts["facts"].as_array().unwrap();
    let mut complaints = Vec::new();
    for fact in facts {
        let id = fact["id"].as_str().unwrap();
        let is_shown = shown.remove(id).is_some();
        if is_shown == fact.get("elsewhere").is_some() {
            complaints.push(format!(
                "{id}: needs a case that covers it, or else the name of a test under `elsewhere`"
            ));
        }
    }
    complaints.extend(
        shown.iter().map(|(id, cases)| format!("{id}: no such fact in facts.json, but covered by {cases:?}")),
    );
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn every_code_of_the_service_comes_in_an_answer_and_reaches_the_caller() {
    let told: BTreeSet<i64> = cases()
        .iter()
        .filter_map(|(_, case)| match &case.expect {
            crate::case::Outcome::Error(failure) => failure.code,
            _ => None,
        })
        .collect();
    let untold: Vec<_> = ServiceErrorCode::ALL.iter().filter(|code| !told.contains(&code.code())).collect();
    // 10 and 11 are made up for by a login.
    assert!(untold.is_empty(), "no case expects the codes {untold:?}");
}

#[test]
fn every_network_code_comes_in_an_answer() {
    let answered: Vec<Value> = cases()
        .into_iter()
        .flat_map(|(_, case)| case.exchanges)
        .filter_map(|exchange| match exchange.answer.body? {
            AnswerBody::Pages(all) => Some(all),
            _ => None,
        })
        .flatten()
        .collect();
    for code in NetworkErrorCode::ALL {
        let comes = answered.iter().any(|register| register["networkErrorCode"] == json!(code.code()));
        assert!(comes, "{code:?} comes in no list");
    }
}

#[test]
fn only_what_succeeds_without_odd_answers_is_asked_of_the_live_service() {
    for (name, case) in cases().into_iter().filter(|(_, case)| case.live) {
        assert!(case.expect.is_happy(), "{name}: not for the live service");
    }
}
