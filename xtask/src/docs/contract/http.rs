//! An exchange as HTTP.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Map, Value};

/// Request and answer, each in a block of its own, with what HTTP cannot say in words.
pub(super) fn exchange(exchange: &Value) -> anyhow::Result<String> {
    let request = exchange.get("request").and_then(Value::as_object).context("there is no `request`")?;
    let answer = exchange.get("answer").and_then(Value::as_object).context("there is no `answer`")?;
    let mut text = String::new();
    if let Some(seconds) = exchange.get("after_seconds") {
        let unit = if *seconds == 1 { "second" } else { "seconds" };
        writeln!(text, "After {seconds} {unit} or more:\n")?;
    }
    writeln!(text, "{}\n\n{}", block(&self::request(request)?), block(&self::answer(answer)?))?;
    if let Some(note) = paging(answer) {
        writeln!(text, "\n{note}")?;
    }
    Ok(text)
}

fn block(lines: &str) -> String {
    format!("```http\n{}\n```", lines.trim_end())
}

fn request(request: &Map<String, Value>) -> anyhow::Result<String> {
    let text = |name: &str| request.get(name).and_then(Value::as_str).with_context(|| format!("no `{name}`"));
    let query: Vec<String> = members(request.get("query"))
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut lines = format!("{} {}{mark}{}\n", text("method")?, text("path")?, query.join("&"));
    headers(&mut lines, request.get("headers"))?;
    if let Some(body) = request.get("body") {
        write!(lines, "\n{}", serde_json::to_string_pretty(body)?)?;
    }
    Ok(lines)
}

fn answer(answer: &Map<String, Value>) -> anyhow::Result<String> {
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(200);
    let mut lines = format!("HTTP/1.1 {status}\n");
    let body = members(answer.get("body")).next();
    let (media_type, text) = match body {
        None => (None, String::new()),
        Some((form, body)) => match (form.as_str(), body) {
            ("text", Value::String(text)) => {
                (Some("text/html; charset=utf-8"), text.escape_debug().to_string().replace("\\\"", "\""))
            }
            ("hex", Value::String(digits)) => (Some("application/json"), format!("(the bytes {digits})")),
            ("pages_in", Value::Array(parts)) => {
                let path = parts.first().and_then(Value::as_str).context("`pages_in` without a path")?;
                let pages = parts.get(1).cloned().context("`pages_in` without pages")?;
                let whole = path
                    .rsplit('/')
                    .fold(pages, |inner, name| Value::Object(Map::from_iter([(name.to_owned(), inner)])));
                (Some("application/hal+json"), serde_json::to_string_pretty(&whole)?)
            }
            _ => (Some("application/json; charset=utf-8"), serde_json::to_string_pretty(body)?),
        },
    };
    let has_own = members(answer.get("headers")).any(|(name, _)| name == "Content-Type");
    if let Some(media_type) = media_type.filter(|_| !has_own) {
        writeln!(lines, "Content-Type: {media_type}")?;
    }
    headers(&mut lines, answer.get("headers"))?;
    if !text.is_empty() {
        write!(lines, "\n{text}")?;
    }
    Ok(lines)
}

fn headers(lines: &mut String, headers: Option<&Value>) -> anyhow::Result<()> {
    for (name, value) in members(headers) {
        // Null says that there must be none.
        if let Some(value) = value.as_str() {
            writeln!(lines, "{name}: {value}")?;
        }
    }
    Ok(())
}

/// How pages are cut, if there are any.
fn paging(answer: &Map<String, Value>) -> Option<String> {
    let body = answer.get("body")?;
    body.get("pages").or_else(|| body.get("pages_in"))?;
    let paging = answer.get("paging");
    let set = |name: &str| paging.and_then(|paging| paging.get(name));
    if set("is_ignored").is_some() {
        return Some("It comes whole, whichever page is asked for.".to_owned());
    }
    let mut note = "Each page that is asked for is cut from it".to_owned();
    if let Some(Value::Array(caps)) = set("caps") {
        let numbers: Vec<String> = caps.iter().map(ToString::to_string).collect();
        let unit = if numbers.last().is_some_and(|last| last == "1") { "register" } else { "registers" };
        note = format!("{note}, with at most {} {unit}", numbers.join(", then "));
    }
    if let Some(error) = set("behind_end") {
        note = format!("{note}; behind its end a 400 comes with `{error}`");
    }
    Some(format!("{note}."))
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
