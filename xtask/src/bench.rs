//! `cargo xtask bench`: runs the benchmarks, or with `--quick` only as long as it takes to see that they work.

use std::process::ExitCode;

use anyhow::bail;
use xshell::cmd;

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
    workspace::Workspace,
};

pub(crate) fn run(project: &Project, options: &flags::Bench) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load(project)?;
    let packages: Vec<&str> = workspace
        .members()
        .filter(|package| package.has_benches)
        .map(|package| package.name.as_str())
        .collect();
    if packages.is_empty() {
        bail!("no package has a bench target");
    }
    let mut runner = Runner::new(false);
    runner.begin("bench");
    for package in packages {
        let mut step = Step::streamed(cmd!(project.sh, "cargo bench -p {package} --benches"));
        if options.quick {
            step = step.env("ATOL_BENCH_QUICK", "1");
        }
        runner.step(step)?;
    }
    Ok(runner.finish())
}
