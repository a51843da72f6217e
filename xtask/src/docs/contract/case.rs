//! One case as a section of the page.

use std::fmt::Write as _;

use anyhow::{Context as _, anyhow};
use serde_json::{Map, Value};

use super::http;
use crate::parts;

/// The part that logs in; told in one line where it is nothing but the way to what the case is about.
const LOGIN: &str = "login";
/// The part that is a register; only what differs from it is shown.
const REGISTER: &str = "register";
/// The longest text that is shown whole.
const LONG: usize = 100;

/// Heading, what holds, the exchanges, what the user sees.
pub(super) fn section(
    name: &str,
    case: &Map<String, Value>,
    common: &Map<String, Value>,
) -> anyhow::Result<String> {
    let text = |member: &str| {
        case.get(member).and_then(Value::as_str).with_context(|| format!("there is no text `{member}`"))
    };
    let mut section = format!(
        "### {name}\n\n{}. **{}**: {}.\n\n`{}`{}.\n",
        text("title")?.trim_end_matches('.'),
        text("certainty")?,
        text("source")?.trim_end_matches('.'),
        call(case.get("call").context("there is no `call`")?)?,
        case.get("client").map(client).unwrap_or_default(),
    );
    let exchanges = case.get("exchanges").and_then(Value::as_array).context("there are no `exchanges`")?;
    if exchanges.is_empty() {
        section.push_str("\nNothing is sent.\n");
    }
    for exchange in exchanges {
        if name != LOGIN && exchange.get("$use").is_some_and(|part| part == LOGIN) && is_bare(exchange) {
            section.push_str("\nIt logs in as in [login](#login).\n");
            continue;
        }
        let whole = put_in(exchange, common)?;
        section.push('\n');
        section.push_str(&http::exchange(&whole)?);
    }
    section.push('\n');
    section.push_str(&outcome(&put_in(case.get("expect").context("there is no `expect`")?, common)?)?);
    match case.get("mock").context("there is no `mock`")? {
        Value::String(why) => {
            writeln!(section, "\n`MockAtol` does not play it: {}.", why.trim_end_matches('.'))?;
        }
        _ => section.push_str("\n`MockAtol` plays it too.\n"),
    }
    Ok(section)
}

fn is_bare(exchange: &Value) -> bool {
    exchange.as_object().is_some_and(|members| members.len() == 1)
}

fn put_in(value: &Value, common: &Map<String, Value>) -> anyhow::Result<Value> {
    let whole = parts::put_in(abridged(value.clone(), common), common);
    Ok(shortened(whole.map_err(|error| anyhow!(error))?))
}

/// Registers with their serial number, what is put over them, and a note on the rest.
fn abridged(value: Value, common: &Map<String, Value>) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| abridged(item, common)).collect(),
        Value::Object(mut members) if members.get("$use").is_some_and(|part| part == REGISTER) => {
            members.remove("$use");
            let mut rest = "as in the example register".to_owned();
            if let Some(Value::Array(names)) = members.remove("$without") {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                rest = format!("{rest}, without {}", names.join(" and "));
            }
            let serial = members.remove("serialNumber");
            let serial = serial.or_else(|| common.get(REGISTER)?.get("serialNumber").cloned());
            let mut whole = Map::new();
            whole.insert("serialNumber".to_owned(), serial.unwrap_or_default());
            whole.extend(members);
            whole.insert("…".to_owned(), rest.into());
            Value::Object(whole)
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, abridged(member, common))).collect()
        }
        scalar => scalar,
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(excerpt(&text)),
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, shortened(member))).collect()
        }
        scalar => scalar,
    }
}

fn excerpt(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONG {
        return text.to_owned();
    }
    format!("{}… ({length} characters)", text.chars().take(20).collect::<String>())
}

/// The call as Rust.
fn call(call: &Value) -> anyhow::Result<String> {
    let members = match call {
        Value::String(name) => return Ok(format!("{name}()")),
        Value::Object(members) => members,
        _ => return Err(anyhow!("the call {call} is unknown")),
    };
    if let Some(serial) = members.get("get_one").and_then(Value::as_str) {
        return Ok(format!("get_one({:?})", excerpt(serial)));
    }
    let page = members.get("page").with_context(|| format!("the call {call} is unknown"))?;
    Ok(format!("page(Page::new({}, {}))", page["limit"], page["offset"]))
}

fn client(settings: &Value) -> String {
    let told: Vec<String> = settings
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| match (name.as_str(), value) {
            ("retries", _) => "retries as by default".to_owned(),
            (_, Value::String(text)) => format!("the {name} `{:?}`", excerpt(text)),
            (_, value) => format!("{name} {value}"),
        })
        .collect();
    format!(", with {}", told.join(" and "))
}

fn outcome(expect: &Value) -> anyhow::Result<String> {
    if expect == "authenticated" {
        return Ok("The client is logged in.\n".to_owned());
    }
    if let Some(register) = expect.get("register") {
        return Ok(format!("The user gets a register:\n\n{}", json(register)?));
    }
    if let Some(list) = expect.get("list") {
        return Ok(match (list.get("rejected"), &list["registers"]) {
            (None, Value::Array(none)) if none.is_empty() => "The user gets an empty list.\n".to_owned(),
            (None, registers) => format!("The user gets a list:\n\n{}", json(registers)?),
            (Some(rejected), registers) => format!(
                "The user gets a list, and what was rejected:\n\n{}\n{}",
                json(registers)?,
                json(rejected)?
            ),
        });
    }
    let error = expect.get("error").with_context(|| format!("the outcome {expect} is unknown"))?;
    let member = |name: &str| error[name].as_str().map(str::to_owned).unwrap_or_default();
    Ok(format!(
        "The user gets an error of the kind `{}` that says “{}”.\n",
        member("kind"),
        member("message")
    ))
}

/// One line for each element of an array, so that lists stay short.
fn json(value: &Value) -> anyhow::Result<String> {
    let text = match value {
        Value::Array(items) if items.len() > 1 => {
            let lines: Vec<String> = items.iter().map(|item| format!("  {item}")).collect();
            format!("[\n{}\n]", lines.join(",\n"))
        }
        value => serde_json::to_string_pretty(value)?,
    };
    Ok(format!("```json\n{text}\n```\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_case_reads_as_http_and_prose() -> anyhow::Result<()> {
        let common = json!({
            "login": {"request": {}, "answer": {}},
            "register": {"serialNumber": "0017", "shiftNumber": 1, "groupCode": "a"},
        });
        let case = json!({
            "title": "A list", "certainty": "A", "source": "seen", "covers": ["list"],
            "client": {"retries": true},
            "call": "get_all",
            "exchanges": [
                {"$use": "login"},
                {
                    "request": {"method": "GET", "path": "/list", "query": {"limit": "2"}, "headers": {"Token": "t", "X": null}},
                    "answer": {"body": {"pages": [{"$use": "register", "shiftNumber": 7, "$without": ["groupCode"]}]}, "paging": {"caps": [1]}},
                },
            ],
            "expect": {"error": {"kind": "Status", "message": "why"}},
            "mock": "it cannot",
        });
        let (Value::Object(common), Value::Object(case)) = (common, case) else { unreachable!() };
        assert_eq!(
            section("list", &case, &common)?,
            r#"### list

A list. **A**: seen.

`get_all()`, with retries as by default.

It logs in as in [login](#login).

```http
GET /list?limit=2
Token: t
```

```http
HTTP/1.1 200
Content-Type: application/json; charset=utf-8

[
  {
    "serialNumber": "0017",
    "shiftNumber": 7,
    "…": "as in the example register, without groupCode"
  }
]
```

Each page that is asked for is cut from it, with at most 1 register.

The user gets an error of the kind `Status` that says “why”.

`MockAtol` does not play it: it cannot.
"#
        );
        Ok(())
    }

    #[test]
    fn a_long_text_is_shown_by_its_beginning_and_length() {
        assert_eq!(excerpt(&"9".repeat(9000)), format!("{}… (9000 characters)", "9".repeat(20)));
    }
}
