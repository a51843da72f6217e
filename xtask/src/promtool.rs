//! Prometheus' own tools over what we ship for it, and over a real scrape.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use xshell::cmd;

use crate::{
    problem::Problem,
    project::Project,
    runner::{Runner, Step},
    server::Server,
    shipped::FOLDER,
};

/// Checks rules, their tests, the example configurations and what the server answers.
pub(crate) fn run(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !project.answers(&["promtool", "--version"]) {
        runner.skip_job("needs promtool: `apt-get install prometheus`, or a release of Prometheus");
        return Ok(());
    }
    let sh = &project.sh;
    let prometheus = format!("{FOLDER}/prometheus");
    runner.step(Step::quiet(cmd!(sh, "promtool check rules {prometheus}/alerts.yml")))?;
    runner.step(Step::quiet(cmd!(sh, "promtool test rules {prometheus}/alerts.test.yml")))?;
    runner.step(Step::quiet(cmd!(sh, "promtool check config {prometheus}/prometheus.yml")))?;
    if project.answers(&["amtool", "--version"]) {
        let config = format!("{FOLDER}/alertmanager/alertmanager.yml");
        runner.step(Step::quiet(cmd!(sh, "amtool check-config {config}")))?;
    } else {
        runner.note("the route for Alertmanager was not checked: amtool is not there (`apt-get install prometheus-alertmanager`)");
    }
    runner.check("promtool check metrics, of a demo's answer", || check_metrics(project))
}

fn check_metrics(project: &Project) -> anyhow::Result<Vec<Problem>> {
    let server = Server::start(project, &["--demo", "--demo-still"])?;
    let answer = server.get("/metrics", "text/plain")?;
    if !answer.head.to_ascii_lowercase().contains("content-type: text/plain; version=0.0.4") {
        return Ok(vec![Problem::new("/metrics", "is not in the text format that was asked for")]);
    }
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    promtool.stdin.take().context("a process without a standard input")?.write_all(answer.body.as_bytes())?;
    let output = promtool.wait_with_output()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    // Remarks of its linter are failures too: a name cannot be mended once people have built on it.
    if output.status.success() && said.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Problem::new("/metrics", said)])
}
