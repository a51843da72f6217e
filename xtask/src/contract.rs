//! `cargo xtask contract`: runs the contract cases of `tests/contract/cases` through the public API.
//!
//! The cases are run by an ordinary test; this gives it the filter and shows its table.

use std::process::ExitCode;

use xshell::{Cmd, Shell, cmd};

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
};

/// Where the cases live.
pub(crate) const CASES: &str = "tests/contract/cases";

pub(crate) fn run(project: &Project, options: &flags::Contract) -> anyhow::Result<ExitCode> {
    let mut runner = Runner::new(false);
    runner.begin("contract");
    let mut step = step(&project.sh);
    if let Some(filter) = &options.filter {
        step = step.env("ATOL_CONTRACT_FILTER", filter);
    }
    runner.step(step)?;
    Ok(runner.finish())
}

/// All cases. The same packages and features as the job `test`, so that nothing is built twice.
pub(crate) fn step(sh: &Shell) -> Step<'_> {
    Step::streamed(command(sh))
}

fn command(sh: &Shell) -> Cmd<'_> {
    cmd!(sh, "cargo test --workspace --exclude xtask --all-features --test contract -- --nocapture")
}
