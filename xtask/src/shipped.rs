//! What is shipped beside the command: does it speak of metrics, and of a Rust, that there are?

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::Value;

use crate::{problem::Problem, project::Project};

/// The folder of what is shipped.
pub(crate) const FOLDER: &str = "docs/deploy";

const ALERTS: &str = "docs/deploy/prometheus/alerts.yml";
const ALERT_TESTS: &str = "docs/deploy/prometheus/alerts.test.yml";
const DASHBOARD: &str = "docs/deploy/grafana/dashboard.json";
const CONTAINER: &str = "docs/deploy/container/Containerfile";
/// A whole answer of `/metrics`, as the tests of the command keep it.
const METRICS: &str =
    "crates/atol-cli/src/serve/metrics/snapshots/atol__serve__metrics__tests__prometheus.snap";
const GUIDES: &[&str] = &["docs/guide/en/monitoring.md", "docs/guide/ru/monitoring.md"];

/// Every metric that is named exists and is told of, every alert is tested, the dashboard is JSON, the container builds with our Rust.
pub(crate) fn problems(project: &Project) -> anyhow::Result<Vec<Problem>> {
    let exported: BTreeSet<String> = types(&project.read(METRICS)?).collect();
    let mut problems = Vec::new();
    for path in [ALERTS, ALERT_TESTS, DASHBOARD].iter().chain(GUIDES) {
        let text = project.read(path)?;
        problems.extend(unknown_metrics(path, &text, &exported));
    }
    for path in GUIDES {
        let text = project.read(path)?;
        let told: BTreeSet<&str> = text.lines().flat_map(names).collect();
        let untold = exported.iter().filter(|name| !told.contains(name.as_str()));
        problems
            .extend(untold.map(|name| Problem::new(*path, format!("does not tell of the metric {name}"))));
    }
    if let Err(error) = serde_json::from_str::<Value>(&project.read(DASHBOARD)?) {
        problems.push(Problem::new(DASHBOARD, format!("is no JSON: {error}")));
    }
    problems.extend(untested_alerts(&project.read(ALERTS)?, &project.read(ALERT_TESTS)?));
    let rust = rust_version(&project.read("rust-toolchain.toml")?)?;
    if !project.read(CONTAINER)?.contains(&format!("rust:{rust}-")) {
        problems
            .push(Problem::new(CONTAINER, format!("does not build with Rust {rust} of rust-toolchain.toml")));
    }
    Ok(problems)
}

/// The names of the metrics in an answer of `/metrics`.
fn types(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).map(str::to_owned)
}

fn unknown_metrics<'a>(
    path: &'a str,
    text: &'a str,
    exported: &'a BTreeSet<String>,
) -> impl Iterator<Item = Problem> + 'a {
    text.lines().zip(1..).flat_map(move |(line, number)| {
        names(line)
            .filter(|name| !exported.contains(*name))
            .map(move |name| Problem::at(path, number, format!("there is no metric {name}")))
            .collect::<Vec<_>>()
    })
}

/// Words that look like metrics of ours: `atol_` and then at least one word more.
fn names(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .filter(|word| word.starts_with("atol_"))
}

fn untested_alerts(alerts: &str, tests: &str) -> Vec<Problem> {
    let tested = |name: &str| {
        tests
            .lines()
            .filter(|line| line.contains(&format!("alertname: {name}")))
            .any(|line| !line.contains("exp_alerts: []"))
    };
    alerts
        .lines()
        .zip(1..)
        .filter_map(|(line, number)| Some((line.trim().strip_prefix("- alert: ")?, number)))
        .filter(|(name, _)| !tested(name))
        .map(|(name, number)| {
            Problem::at(ALERTS, number, format!("no test of {ALERT_TESTS} lets {name} fire"))
        })
        .collect()
}

fn rust_version(toolchain: &str) -> anyhow::Result<String> {
    let toolchain: toml::Table = toml::from_str(toolchain)?;
    let channel = toolchain.get("toolchain").and_then(|toolchain| toolchain.get("channel")?.as_str());
    Ok(channel.context("rust-toolchain.toml names no channel")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_that_nobody_exports_is_found_with_its_line() {
        let exported = types("# TYPE atol_up gauge\natol_up 1\n").collect();
        let text = "expr: atol_up == 0\nexpr: rate(atol_ups_total[5m]) > atol_up\n";
        let problems: Vec<_> =
            unknown_metrics("a.yml", text, &exported).map(|problem| problem.to_string()).collect();
        assert_eq!(problems, ["a.yml:2: there is no metric atol_ups_total"]);
    }

    #[test]
    fn an_alert_that_no_test_fires_is_found() {
        let alerts = "- alert: A\n- alert: B\n";
        let tests = "alertname: A\n{alertname: B, exp_alerts: []}\n";
        let problems: Vec<_> = untested_alerts(alerts, tests).iter().map(ToString::to_string).collect();
        assert_eq!(problems, [format!("{ALERTS}:2: no test of {ALERT_TESTS} lets B fire")]);
    }
}
