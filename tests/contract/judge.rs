//! Compares what a call brought with what the case expects.

use atol_monitor::{Error, Kkt, KktList};
use serde_json::{Map, Value};

use crate::call::Found;
use crate::case::{Failure, List, Outcome};

/// What is wrong.
pub(crate) fn judge(expected: &Outcome, found: &Found) -> Vec<String> {
    match (expected, found) {
        (Outcome::Authenticated, Found::Authenticated) => Vec::new(),
        (Outcome::Register(members), Found::Register(kkt)) => judge_register(members, kkt),
        (Outcome::List(expected), Found::List(list)) => judge_list(expected, list),
        (Outcome::Error(expected), Found::Error(error)) => judge_error(expected, error),
        (_, Found::Error(error)) => vec![format!("failed with {}: {}", kind(error), error.report())],
        (_, Found::Authenticated) => vec!["logged in, which was not expected".to_owned()],
        (_, Found::Register(kkt)) => vec![format!("got an unexpected register {kkt}")],
        (_, Found::List(list)) => vec![format!("got an unexpected list of {}", list.len())],
    }
}

fn judge_error(expected: &Failure, error: &Error) -> Vec<String> {
    let mut complaints = Vec::new();
    let (kind, report) = (kind(error), error.report());
    if kind != expected.kind {
        complaints.push(format!("the kind of the error is {kind} instead of {}", expected.kind));
    }
    if !report.contains(&expected.message) {
        complaints.push(format!("the error does not say `{}`: {report}", expected.message));
    }
    let code = error.service_error().map(|error| error.code.code());
    if expected.code.is_some() && code != expected.code {
        complaints.push(format!("the service's code is {code:?} instead of {:?}", expected.code));
    }
    if let Some(expected) = &expected.missing {
        let missing = error.model().map_or(&[][..], atol_model::Error::missing_fields);
        if missing != expected {
            complaints.push(format!("missing are {missing:?} instead of {expected:?}"));
        }
    }
    complaints
}

/// The most exact kind of an error.
fn kind(error: &Error) -> String {
    match (error.transport(), error.model()) {
        (Some(transport), _) => format!("{:?}", transport.kind()),
        (_, Some(model)) => format!("{:?}", model.kind()),
        _ => format!("{:?}", error.kind()),
    }
}

fn judge_list(expected: &List, list: &KktList) -> Vec<String> {
    let mut complaints = Vec::new();
    if expected.registers.len() != list.len() {
        complaints.push(format!("{} registers instead of {}", list.len(), expected.registers.len()));
    }
    complaints.extend(
        expected.registers.iter().zip(list.iter()).flat_map(|(members, kkt)| judge_register(members, kkt)),
    );
    if expected.rejected.len() != list.rejected().len() {
        complaints.push(format!("{:?} are rejected", list.rejected()));
    }
    for (expected, rejected) in expected.rejected.iter().zip(list.rejected()) {
        let message = rejected.error.to_string();
        if expected.index != rejected.index
            || expected.serial != rejected.serial_number
            || !message.contains(&expected.message)
        {
            complaints.push(format!("rejected is {rejected:?}: {message}"));
        }
    }
    complaints
}

fn judge_register(expected: &Map<String, Value>, kkt: &Kkt) -> Vec<String> {
    let found = kkt.to_value();
    let mut complaints = Vec::new();
    for (name, value) in expected {
        if name == "$absent" {
            let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            let there = names.filter(|name| found.get(name).is_some());
            complaints.extend(there.map(|name| format!("{name} is there, which was not expected")));
        } else if found.get(name) != Some(value) {
            complaints.push(format!("{name} is {:?} instead of {value}", found.get(name)));
        }
    }
    complaints
}
