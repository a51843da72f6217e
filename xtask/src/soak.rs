//! `cargo xtask soak`: minutes of load over real sockets while the service fails; what is left of it is counted.

use std::process::ExitCode;

use xshell::cmd;

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
};

/// Long enough for every fault to happen some hundred times.
const MINUTES: u64 = 3;

pub(crate) fn run(project: &Project, options: &flags::Soak) -> anyhow::Result<ExitCode> {
    let minutes = options.minutes.unwrap_or(MINUTES).to_string();
    let mut runner = Runner::of_command("soak");
    runner.step(Step::streamed(cmd!(project.sh, "cargo run -p atol-tests --example soak -- {minutes}")))?;
    Ok(runner.finish())
}
