//! The project's own tool: `cargo xtask --help` lists what it does.
//!
//! It links none of the project's crates, so it keeps working while they do not compile.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

mod bench;
mod browser;
mod ci;
mod contract;
mod docs;
mod examples;
mod faults;
#[expect(clippy::allow_attributes_without_reason, unreachable_pub, reason = "written by xflags")]
mod flags;
mod fuzz;
mod guide;
mod layers;
mod msrv;
mod mutants;
// A file of the tests, not their crate: the page of the contract needs the same parts put in.
#[path = "../../tests/contract/parts.rs"]
mod parts;
mod problem;
mod program;
mod project;
mod promtool;
mod release;
mod runner;
mod server;
mod shipped;
mod simulate;
mod snapshots;
mod soak;
mod test_names;
mod tidy;
mod workspace;

use std::process::ExitCode;

use crate::{
    flags::{Xtask, XtaskCmd},
    project::Project,
};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let flags = Xtask::from_env_or_exit();
    let project = Project::open()?;
    match flags.subcommand {
        XtaskCmd::Ci(options) => ci::run(&project, &options),
        XtaskCmd::Docs(options) => docs::run(&project, &options),
        XtaskCmd::Contract(options) => contract::run(&project, &options),
        XtaskCmd::Faults(_) => faults::run(&project),
        XtaskCmd::Fuzz(options) => fuzz::run(&project, &options),
        XtaskCmd::Release(options) => release::run(&project, &options),
        XtaskCmd::Simulate(options) => simulate::run(&project, &options),
        XtaskCmd::Soak(options) => soak::run(&project, &options),
        XtaskCmd::Mutants(options) => mutants::run(&project, &options),
        XtaskCmd::Bench(options) => bench::run(&project, &options),
        XtaskCmd::Browser(options) => browser::command(&project, &options),
    }
}
