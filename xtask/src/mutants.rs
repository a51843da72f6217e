//! `cargo xtask mutants`: small changes of the code that some test must notice, by cargo-mutants.

use std::process::ExitCode;

use anyhow::bail;
use xshell::cmd;

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
};

/// Where a mistake costs most: packages, and the files looked at in each.
const CHANGED: &[(&str, &[&str])] = &[
    ("atol-transport", &["crates/atol-transport/src/retry/*.rs", "crates/atol-transport/src/token/*.rs"]),
    ("atol-monitor", &["crates/atol-monitor/src/paging.rs", "crates/atol-monitor/src/health/*.rs"]),
];

pub(crate) fn run(project: &Project, options: &flags::Mutants) -> anyhow::Result<ExitCode> {
    if !project.answers(&["cargo-mutants", "--version"]) {
        bail!("this needs cargo-mutants: `cargo install --locked cargo-mutants`");
    }
    let filter = options.filter.as_deref().map(|text| ["--file".to_owned(), format!("*{text}*")]);
    let mut runner = Runner::new(false);
    runner.begin("mutants");
    for (package, files) in CHANGED {
        let files = match &filter {
            Some(filter) => filter.to_vec(),
            None => files.iter().flat_map(|file| ["--file".to_owned(), (*file).to_owned()]).collect(),
        };
        runner.step(Step::streamed(cmd!(
            project.sh,
            "cargo mutants -p {package} -j1 --timeout 120 {files...} -- --all-features --lib"
        )))?;
    }
    Ok(runner.finish())
}
