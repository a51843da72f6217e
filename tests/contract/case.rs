//! A contract case as it stands in its file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What is known of one exchange, or a short sequence of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// For editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    pub(crate) title: String,
    pub(crate) certainty: Certainty,
    /// Where we know it from.
    pub(crate) source: String,
    pub(crate) call: Call,
    /// In the order in which they must happen; none when nothing may be sent.
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) expect: Outcome,
}

/// How sure we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Certainty {
    /// Seen in a client that worked against the real service.
    A,
    /// Documented for a sibling API of the vendor.
    B,
    /// Inferred.
    C,
}

/// What the user of a monitor calls.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Call {
    Authenticate,
    GetAll,
    GetOne(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) answer: Answer,
}

/// What must be sent. Headers that are not named are free; `null` means that there must be none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The whole query, or nothing said about it.
    pub(crate) query: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Option<String>>,
    /// The whole JSON body; without it the body must be empty.
    pub(crate) body: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    #[serde(default = "ok")]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// None is an empty one.
    pub(crate) body: Option<AnswerBody>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerBody {
    Json(Value),
    /// Anything that is not JSON.
    Text(String),
    /// A list from which every page is cut that is asked for.
    Pages(Vec<Value>),
    /// The same, each page inside a member of an object: the member's path, such as `_embedded/items`.
    PagesIn(String, Vec<Value>),
}

/// What the user of the monitor sees.
///
/// A register is told by some of its JSON members; those that are not named are free.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Authenticated,
    Register(Map<String, Value>),
    List(List),
    Error(Failure),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) registers: Vec<Map<String, Value>>,
    #[serde(default)]
    pub(crate) rejected: Vec<Rejected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rejected {
    pub(crate) index: usize,
    pub(crate) serial: Option<String>,
    /// A part of the message.
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// The most exact kind there is: the transport's, the model's, or else the monitor's.
    pub(crate) kind: String,
    /// A part of the report.
    pub(crate) message: String,
}

const fn ok() -> u16 {
    200
}

impl Case {
    /// Reads a case and puts in the parts that it takes over from `common`.
    pub(crate) fn read(path: &Path, common: &Map<String, Value>) -> Result<Case, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let raw: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let whole = expanded(raw, common)?;
        serde_json::from_value(whole).map_err(|error| error.to_string())
    }
}

/// Replaces each `{"$use": NAME, …}` by the part of that name, with the members beside it put over it and those
/// listed in `$without` taken out.
fn expanded(value: Value, common: &Map<String, Value>) -> Result<Value, String> {
    match value {
        Value::Array(items) => {
            items.into_iter().map(|item| expanded(item, common)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(mut members) => {
            let used = members.remove("$use");
            let without = members.remove("$without");
            let mut whole = match &used {
                Some(name) => {
                    let part = name.as_str().and_then(|name| common.get(name));
                    expanded(part.cloned().ok_or(format!("there is no part {name}"))?, common)?
                }
                None => Value::Object(Map::new()),
            };
            for (name, member) in members {
                put_over(&mut whole[name], expanded(member, common)?);
            }
            for name in without.iter().filter_map(|names| names.as_array()).flatten() {
                let removed =
                    whole.as_object_mut().zip(name.as_str()).and_then(|(all, name)| all.remove(name));
                removed.ok_or(format!("there is no {name} to leave out"))?;
            }
            Ok(whole)
        }
        scalar => Ok(scalar),
    }
}

fn put_over(target: &mut Value, value: Value) {
    match (target, value) {
        (Value::Object(target), Value::Object(members)) => {
            for (name, member) in members {
                put_over(target.entry(name).or_insert(Value::Null), member);
            }
        }
        (target, value) => *target = value,
    }
}
