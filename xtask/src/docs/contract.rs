//! `docs/reference/contract.md`: what is known of the service, fact by fact, and the cases that show it as HTTP.

mod case;
mod http;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::{Map, Value};

use crate::{
    contract::CASES,
    docs::{markdown_head, table::Table},
    project::{Project, extension},
    test_names,
};

const FACTS: &str = "tests/contract/facts.json";
const COMMON: &str = "tests/contract/common.json";

const INTRO: &str = "
How sure each thing is: **A** seen in a client that worked against the service, **B** documented by the vendor for a
sibling API, **C** inferred. Nothing here is a promise of the vendor's. [How to add a case](../contract.md).
";

const REGISTER: &str = "
## The example register

In the cases `…` stands for the members that are the same as here.
";

pub(super) fn page(project: &Project) -> anyhow::Result<String> {
    let common = object(project, COMMON)?;
    let facts = facts(&object(project, FACTS)?)?;
    let mut cases = BTreeMap::new();
    for path in project.files()?.iter().filter(|path| path.starts_with(CASES)) {
        let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".json"));
        let name = name.with_context(|| format!("{path} is no case: only *.json belongs there"))?;
        let case = object(project, path)?;
        cases.insert(name.to_owned(), case);
    }
    check_elsewhere(project, &facts)?;

    let mut page = markdown_head("The contract", &[CASES, FACTS, COMMON]);
    page.push_str(INTRO);
    for (topic, rows) in topics(&facts, &cases)? {
        write!(page, "\n## {topic}\n\n{rows}")?;
    }
    let register = common.get("register").context("there is no part `register`")?;
    let register = serde_json::to_string_pretty(register)?;
    write!(page, "{REGISTER}\n```json\n{register}\n```\n\n## Cases\n")?;
    for (name, case) in &cases {
        let section = case::section(name, case, &common).with_context(|| format!("{CASES}/{name}.json"))?;
        write!(page, "\n{section}")?;
    }
    Ok(page)
}

fn object(project: &Project, path: &str) -> anyhow::Result<Map<String, Value>> {
    serde_json::from_str(&project.read(path)?).with_context(|| format!("{path} cannot be read"))
}

/// Something that is known of the service.
#[derive(Debug)]
struct Fact {
    id: String,
    topic: String,
    certainty: String,
    text: String,
    /// The test that proves it, where no case can.
    elsewhere: Option<String>,
}

fn facts(file: &Map<String, Value>) -> anyhow::Result<Vec<Fact>> {
    let list =
        file.get("facts").and_then(Value::as_array).with_context(|| format!("{FACTS} has no `facts`"))?;
    let mut ids = BTreeSet::new();
    list.iter()
        .map(|fact| {
            let id = text(fact, "id").with_context(|| format!("{FACTS}: a fact without an id"))?;
            ensure!(ids.insert(id.clone()), "{FACTS}: there are two facts {id}");
            let member = |name| text(fact, name).with_context(|| format!("{FACTS}: {id} has no `{name}`"));
            Ok(Fact {
                topic: member("topic")?,
                certainty: member("certainty")?,
                text: member("fact")?,
                elsewhere: text(fact, "elsewhere"),
                id,
            })
        })
        .collect()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// A table for each topic, in the order of the facts.
fn topics<'a>(
    facts: &'a [Fact],
    cases: &BTreeMap<String, Map<String, Value>>,
) -> anyhow::Result<Vec<(&'a str, Table)>> {
    let mut topics: Vec<(&str, Table)> = Vec::new();
    for fact in facts {
        if topics.last().is_none_or(|(topic, _)| *topic != fact.topic) {
            topics.push((&fact.topic, Table::new(&["Sure", "Fact", "Shown by"])));
        }
        let covers = |case: &Map<String, Value>| {
            case.get("covers")
                .and_then(Value::as_array)
                .is_some_and(|ids| ids.iter().any(|id| *id == *fact.id))
        };
        let shown = if let Some(test) = &fact.elsewhere {
            format!("the test `{test}`")
        } else {
            let links = cases.iter().filter(|(_, case)| covers(case));
            links.map(|(name, _)| format!("[{name}](#{name})")).collect::<Vec<_>>().join(", ")
        };
        ensure!(!shown.is_empty(), "no case covers the fact {}", fact.id);
        let (_, rows) = topics.last_mut().ok_or_else(|| anyhow!("there is no topic"))?;
        rows.row([fact.certainty.clone(), fact.text.clone(), shown]);
    }
    Ok(topics)
}

/// What is proved elsewhere is proved by a test that is there.
fn check_elsewhere(project: &Project, facts: &[Fact]) -> anyhow::Result<()> {
    let mut wanted: BTreeMap<&str, &str> =
        facts.iter().filter_map(|fact| Some((fact.elsewhere.as_deref()?, fact.id.as_str()))).collect();
    for path in project.files()?.iter().filter(|path| extension(path) == "rs") {
        for name in test_names::in_source(&project.read(path)?) {
            wanted.remove(name);
        }
    }
    if let Some((test, id)) = wanted.first_key_value() {
        bail!("{FACTS}: {id} is proved by the test {test}, which is not there");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(facts: &Value) -> Map<String, Value> {
        Map::from_iter([("facts".to_owned(), facts.clone())])
    }

    #[test]
    fn a_fact_is_shown_with_links_to_its_cases() -> anyhow::Result<()> {
        let facts = facts(&file(&json!([
            {"id": "array", "topic": "Reading", "certainty": "A", "fact": "It is an array."},
            {"id": "life", "topic": "Tokens", "certainty": "B", "fact": "A day.", "elsewhere": "a_day"},
        ])))?;
        let case = Map::from_iter([("covers".to_owned(), json!(["array"]))]);
        let topics = topics(&facts, &BTreeMap::from([("list".to_owned(), case)]))?;
        let told: Vec<String> = topics.iter().map(|(topic, rows)| format!("{topic}\n{rows}")).collect();
        assert!(told[0].contains("| A | It is an array. | [list](#list) |"), "{}", told[0]);
        assert!(told[1].contains("| B | A day. | the test `a_day` |"), "{}", told[1]);
        Ok(())
    }

    #[test]
    fn a_fact_that_nothing_shows_is_refused_and_so_is_the_same_twice() -> anyhow::Result<()> {
        let fact = json!({"id": "array", "topic": "Reading", "certainty": "A", "fact": "It is an array."});
        let bare = topics(&facts(&file(&json!([fact])))?, &BTreeMap::new()).map(|topics| topics.len());
        assert!(bare.is_err_and(|error| error.to_string() == "no case covers the fact array"));
        let twice = facts(&file(&json!([fact, fact]))).map(|facts| facts.len());
        assert!(twice.is_err_and(|error| error.to_string().contains("two facts array")));
        Ok(())
    }
}
