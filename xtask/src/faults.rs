//! `cargo xtask faults`: each fault and each promise of the catalogue is proved by a test, or left out with a reason.
//!
//! A test proves row `n01` by its name, `n01_dns_failure_names_the_host`; one that proves several is named by the others.

use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::{problem::Problem, project::Project, test_names};

/// Where the catalogue lives: arrays of tables `[[fault]]` and `[[promise]]` with `id`, `title`, perhaps `tests`, the
/// names of tests that do not begin with the id, and, when no test is due, `left_out`.
pub(crate) const CATALOGUE: &str = "tests/faults/catalogue.toml";

/// Prints the catalogue with what proves each row; fails when something is unproved.
pub(crate) fn run(project: &Project) -> anyhow::Result<ExitCode> {
    let rows = rows(project)?;
    for Row { fault, tests, .. } in &rows {
        let proof = match (&fault.left_out, tests.as_slice()) {
            (_, [only]) => only.clone(),
            (_, [first, rest @ ..]) => format!("{first} (+{})", rest.len()),
            (Some(reason), []) => format!("left out: {reason}"),
            (None, []) => "NOTHING".to_owned(),
        };
        println!("{:<4} {}\n     {proof}", fault.id, fault.title);
    }
    let unproved = unproved(&rows);
    let promises = rows.iter().filter(|row| row.fault.is_promise).count();
    println!("\n{} faults and {promises} promises, {} unproved", rows.len() - promises, unproved.len());
    for problem in &unproved {
        println!("{problem}");
    }
    Ok(if unproved.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Rows that neither a test nor a reason covers, and rows that contradict themselves.
pub(crate) fn problems(project: &Project) -> anyhow::Result<Vec<Problem>> {
    Ok(unproved(&rows(project)?))
}

#[derive(Debug)]
struct Fault {
    id: String,
    title: String,
    is_promise: bool,
    /// Tests that prove it and are named after something else.
    named: Vec<String>,
    left_out: Option<String>,
}

#[derive(Debug)]
struct Row {
    fault: Fault,
    tests: Vec<String>,
    /// Tests that it names and that do not exist.
    missing: Vec<String>,
}

fn rows(project: &Project) -> anyhow::Result<Vec<Row>> {
    let faults = parse(&project.read(CATALOGUE)?).with_context(|| format!("{CATALOGUE} cannot be read"))?;
    let mut tests = Vec::new();
    for path in project.files()? {
        let ours = path.starts_with("tests/") || path.starts_with("crates/");
        if ours && crate::project::extension(&path) == "rs" {
            let text = project.read(&path)?;
            tests.extend(test_names::in_source(&text).into_iter().map(str::to_owned));
        }
    }
    Ok(faults
        .into_iter()
        .map(|fault| {
            let prefix = format!("{}_", fault.id);
            let proves = |name: &&String| name.starts_with(&prefix) || fault.named.contains(*name);
            let missing = fault.named.iter().filter(|named| !tests.contains(*named)).cloned().collect();
            let tests = tests.iter().filter(proves).cloned().collect();
            Row { fault, tests, missing }
        })
        .collect())
}

fn parse(text: &str) -> anyhow::Result<Vec<Fault>> {
    let table: toml::Table = text.parse()?;
    let mut faults: Vec<Fault> = Vec::new();
    for kind in ["fault", "promise"] {
        let list = table.get(kind).and_then(toml::Value::as_array);
        for entry in list.with_context(|| format!("there is no [[{kind}]]"))? {
            let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            let id = text("id").with_context(|| format!("a {kind} without an id"))?;
            let title = text("title").with_context(|| format!("{id} has no title"))?;
            if faults.iter().any(|known| known.id == id) {
                bail!("{id} is there twice");
            }
            let named = entry.get("tests").and_then(toml::Value::as_array).into_iter().flatten();
            let named = named.filter_map(toml::Value::as_str).map(str::to_owned).collect();
            let left_out = text("left_out");
            faults.push(Fault { id, title, is_promise: kind == "promise", named, left_out });
        }
    }
    Ok(faults)
}

fn unproved(rows: &[Row]) -> Vec<Problem> {
    rows.iter()
        .filter_map(|Row { fault, tests, missing }| {
            let Fault { id, title, left_out, .. } = fault;
            if let Some(missing) = missing.first() {
                return Some(Problem::new(
                    CATALOGUE,
                    format!("{id} names {missing}, and there is no such test"),
                ));
            }
            let message = match (left_out, tests.first()) {
                (None, None) => {
                    format!("{id} ({title}) has no test: name one `{id}_…`, or give a `left_out` reason")
                }
                (Some(_), Some(test)) => format!("{id} is left out, yet {test} proves it: drop `left_out`"),
                (Some(reason), None) if reason.trim().is_empty() => {
                    format!("{id} is left out without a reason")
                }
                _ => return None,
            };
            Some(Problem::new(CATALOGUE, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(left_out: Option<&str>, tests: &[&str]) -> Row {
        let fault = Fault {
            id: "n01".to_owned(),
            title: "DNS fails".to_owned(),
            is_promise: false,
            named: Vec::new(),
            left_out: left_out.map(str::to_owned),
        };
        Row { fault, tests: tests.iter().map(ToString::to_string).collect(), missing: Vec::new() }
    }

    #[test]
    fn a_named_test_must_exist() {
        let stale = Row { missing: vec!["renamed_since".to_owned()], ..row(None, &["n01_names_the_host"]) };
        let problems = unproved(&[stale]);
        assert!(problems[0].to_string().contains("renamed_since"), "{problems:?}");
    }

    #[test]
    fn a_test_or_a_reason_but_not_both() {
        assert_eq!(unproved(&[row(None, &["n01_names_the_host"]), row(Some("needs root"), &[])]), []);
        for bad in [row(None, &[]), row(Some("needs root"), &["n01_names_the_host"]), row(Some(" "), &[])] {
            assert_eq!(unproved(std::slice::from_ref(&bad)).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn a_catalogue_with_a_doubled_or_nameless_row_is_refused() -> anyhow::Result<()> {
        let one = "[[fault]]\nid = \"n01\"\ntitle = \"DNS fails\"\n";
        let promise = "[[promise]]\nid = \"a1\"\ntitle = \"Calls end\"\ntests = [\"ends\"]\n";
        assert_eq!(parse(&format!("{one}{promise}"))?.len(), 2);
        for bad in
            [one.to_owned(), one.repeat(2) + promise, "[[fault]]\ntitle = \"x\"\n".to_owned(), String::new()]
        {
            assert!(parse(&bad).is_err(), "{bad}");
        }
        Ok(())
    }
}
