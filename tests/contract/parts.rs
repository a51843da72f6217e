//! Parts that cases share: `{"$use": NAME, …}` takes one over.
//!
//! `cargo xtask docs` reads this file too, by its path: it shows the cases with their parts put in.

use serde_json::{Map, Value};

/// Replaces each `{"$use": NAME, …}` by the part of that name, with the members beside it put over it and those
/// listed in `$without` taken out.
pub(crate) fn put_in(value: Value, parts: &Map<String, Value>) -> Result<Value, String> {
    match value {
        Value::Array(items) => {
            items.into_iter().map(|item| put_in(item, parts)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(mut members) => {
            let used = members.remove("$use");
            let without = members.remove("$without");
            let mut whole = match &used {
                Some(name) => {
                    let part = name.as_str().and_then(|name| parts.get(name));
                    put_in(part.cloned().ok_or(format!("there is no part {name}"))?, parts)?
                }
                None => Value::Object(Map::new()),
            };
            for (name, member) in members {
                put_over(&mut whole[name], put_in(member, parts)?);
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
