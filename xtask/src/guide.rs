//! The commands of the guide and the READMEs: run as they are printed, and what they print held against what the page shows.

mod block;
mod home;

use std::time::Duration;

use crate::{
    problem::Problem,
    program::{self, Ended},
    project::{Project, extension},
    runner::Runner,
    server,
};

use self::{
    block::{Block, Shown, blocks},
    home::Home,
};

/// How long a command may take; before it runs, cargo may have to build it.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs the commands of each page.
pub(crate) fn run(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    let home = Home::furnish(project)?;
    let mut by_hand = 0;
    for path in project.files()?.iter().filter(|path| is_page(path)) {
        let text = project.read(path)?;
        let blocks = blocks(&text);
        by_hand += blocks.iter().filter(|block| block.is_by_hand).count();
        let run: Vec<&Block<'_>> = blocks.iter().filter(|block| !block.is_by_hand).collect();
        if !run.is_empty() {
            runner.check(path, || problems(&home, path, &run))?;
        }
    }
    runner
        .note(format!("{by_hand} blocks of commands are marked `console by-hand`, so nothing has run them"));
    Ok(())
}

/// Whether users of the project read it; what contributors run is run by the other jobs.
fn is_page(path: &str) -> bool {
    let is_for_users = ["README.", "docs/guide/", "crates/"].iter().any(|begin| path.starts_with(begin));
    is_for_users && extension(path) == "md"
}

fn problems(home: &Home, path: &str, blocks: &[&Block<'_>]) -> anyhow::Result<Vec<Problem>> {
    let language = if path.contains("/ru/") || path.contains(".ru.") { "ru_RU.UTF-8" } else { "C.UTF-8" };
    let mut problems = Vec::new();
    for shown in blocks.iter().flat_map(|block| &block.commands) {
        let ended = ended(home, shown, language)?;
        let output = [ended.stdout, ended.stderr].concat();
        let fault = shown.fault(ended.status.code(), &output);
        problems
            .extend(fault.map(|fault| Problem::at(path, shown.line, format!("`{}` {fault}", shown.command))));
    }
    Ok(problems)
}

fn ended(home: &Home, shown: &Shown<'_>, language: &str) -> anyhow::Result<Ended> {
    let script = shown.script();
    let mut command = home.shell(&script);
    command.env("LANG", language);
    if shown.is_endless() {
        program::run_and_interrupt(&mut command, PATIENCE, is_up)
    } else {
        program::run(&mut command, PATIENCE)
    }
}

/// Whether it has something to show: a first line, or as a server an answer. Before that Ctrl-C just kills it.
fn is_up(stdout: &str, stderr: &str) -> bool {
    let metrics =
        stderr.split_whitespace().find_map(|word| word.strip_prefix("http://")?.split_once("/metrics"));
    let answers = |address: &str| {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        server::exchange(address, request.as_bytes()).is_ok_and(|answer| !answer.is_empty())
    };
    stdout.contains('\n') || metrics.is_some_and(|(address, _)| answers(address))
}
