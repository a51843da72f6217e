//! `cargo xtask simulate`: networks that fail at random, in simulated time; a seed that fails can be repeated.

use std::process::ExitCode;

use anyhow::bail;
use xshell::cmd;

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
};

/// Ten times as many as the tests run.
const SEEDS: u64 = 2_000;

pub(crate) fn run(project: &Project, options: &flags::Simulate) -> anyhow::Result<ExitCode> {
    let (variable, number) = match (options.seed, options.seeds) {
        (Some(_), Some(_)) => bail!("either --seed for one or --seeds for many"),
        (Some(seed), None) => ("ATOL_SIMULATION_SEED", seed),
        (None, seeds) => ("ATOL_SIMULATION_SEEDS", seeds.unwrap_or(SEEDS)),
    };
    let mut runner = Runner::of_command("simulate");
    let tests = cmd!(project.sh, "cargo test -p atol-tests --test simulation -- --nocapture n19_");
    runner.step(Step::streamed(tests).env(variable, number.to_string()))?;
    Ok(runner.finish())
}
