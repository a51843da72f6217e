//! `cargo xtask faults`: each fault of the catalogue is proved by a test, or left out with a reason.
//!
//! A test proves row `n01` by its name: `n01_dns_failure_names_the_host`.

use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::{problem::Problem, project::Project, test_names};

/// Where the catalogue lives: an array of tables `[[fault]]` with `id`, `title` and, when no test is due, `left_out`.
pub(crate) const CATALOGUE: &str = "tests/faults/catalogue.toml";

/// Prints the catalogue with what proves each row; fails when something is unproved.
pub(crate) fn run(project: &Project) -> anyhow::Result<ExitCode> {
    let rows = rows(project)?;
    for Row { fault, tests } in &rows {
        let proof = match (&fault.left_out, tests.as_slice()) {
            (_, [only]) => only.clone(),
            (_, [first, rest @ ..]) => format!("{first} (+{})", rest.len()),
            (Some(reason), []) => format!("left out: {reason}"),
            (None, []) => "NOTHING".to_owned(),
        };
        println!("{:<4} {}\n     {proof}", fault.id, fault.title);
    }
    let unproved = unproved(&rows);
    println!("\n{} faults, {} unproved", rows.len(), unproved.len());
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
    left_out: Option<String>,
}

#[derive(Debug)]
struct Row {
    fault: Fault,
    tests: Vec<String>,
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
            let tests = tests.iter().filter(|name| name.starts_with(&prefix)).cloned().collect();
            Row { fault, tests }
        })
        .collect())
}

fn parse(text: &str) -> anyhow::Result<Vec<Fault>> {
    let table: toml::Table = text.parse()?;
    let list = table.get("fault").and_then(toml::Value::as_array).context("there is no [[fault]]")?;
    let mut faults: Vec<Fault> = Vec::new();
    for entry in list {
        let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let id = text("id").context("a fault without an id")?;
        let title = text("title").with_context(|| format!("{id} has no title"))?;
        if faults.iter().any(|known| known.id == id) {
            bail!("{id} is there twice");
        }
        faults.push(Fault { id, title, left_out: text("left_out") });
    }
    Ok(faults)
}

fn unproved(rows: &[Row]) -> Vec<Problem> {
    rows.iter()
        .filter_map(|Row { fault, tests }| {
            let Fault { id, title, left_out } = fault;
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
        Row {
            fault: Fault {
                id: "n01".to_owned(),
                title: "DNS fails".to_owned(),
                left_out: left_out.map(str::to_owned),
            },
            tests: tests.iter().map(ToString::to_string).collect(),
        }
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
        assert_eq!(parse(one)?.len(), 1);
        for bad in [one.repeat(2), "[[fault]]\ntitle = \"x\"\n".to_owned(), String::new()] {
            assert!(parse(&bad).is_err(), "{bad}");
        }
        Ok(())
    }
}
