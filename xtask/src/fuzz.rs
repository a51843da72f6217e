//! `cargo xtask fuzz`: runs the fuzz targets for a while each.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use xshell::cmd;

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
    workspace::Workspace,
};

/// How long each target runs unless told otherwise: enough to notice what is plainly broken.
const SECONDS: u64 = 60;

pub(crate) fn run(project: &Project, options: &flags::Fuzz) -> anyhow::Result<ExitCode> {
    let targets = chosen(&targets(&project.files()?), options.target.as_deref())?;
    if !project.answers(&["cargo", "+nightly", "--version"]) {
        bail!("fuzzing needs nightly: `rustup toolchain install nightly --profile minimal`");
    }
    if !project.answers(&["cargo-fuzz", "--version"]) {
        bail!("fuzzing needs cargo-fuzz: `cargo install --locked cargo-fuzz`");
    }
    let seconds = options.seconds.unwrap_or(SECONDS).to_string();
    let mut runner = Runner::of_command("fuzz");
    let findings = Workspace::load(project)?.target_directory.join("fuzz-corpus");
    for Target { folder, name } in targets {
        let (found, seeds) = (findings.join(&name), project.path(&format!("{folder}/corpus/{name}")));
        project.sh.create_dir(&found)?;
        // What is found goes into the first folder; the second holds the seeds of the checkout and is only read.
        runner.step(Step::streamed(cmd!(
            project.sh,
            "cargo +nightly fuzz run --fuzz-dir {folder} {name} {found} {seeds} -- -max_total_time={seconds}"
        )))?;
    }
    Ok(runner.finish())
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    /// The package cargo-fuzz made, `crates/atol-model/fuzz`.
    folder: String,
    name: String,
}

/// The targets among the project's files: `…/fuzz/fuzz_targets/NAME.rs`.
fn targets(files: &[String]) -> Vec<Target> {
    files
        .iter()
        .filter_map(|path| {
            let (folder, name) = path.split_once("/fuzz_targets/")?;
            let name = name.strip_suffix(".rs").filter(|name| !name.contains('/'))?;
            folder.ends_with("fuzz").then(|| Target { folder: folder.to_owned(), name: name.to_owned() })
        })
        .collect()
}

fn chosen(targets: &[Target], name: Option<&str>) -> anyhow::Result<Vec<Target>> {
    if targets.is_empty() {
        bail!("there are no fuzz targets under crates/*/fuzz or tests/fuzz");
    }
    let Some(name) = name else { return Ok(targets.to_vec()) };
    let target = targets.iter().find(|target| target.name == name).with_context(|| {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        format!("there is no fuzz target {name:?}; there are {}", names.join(", "))
    })?;
    Ok(vec![target.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Vec<Target> {
        targets(
            &[
                "crates/atol-model/fuzz/fuzz_targets/list.rs",
                "crates/atol-model/fuzz/Cargo.toml",
                "tests/fuzz/fuzz_targets/token.rs",
            ]
            .map(str::to_owned),
        )
    }

    #[test]
    fn targets_are_found_by_their_place() {
        let found: Vec<(String, String)> =
            some().into_iter().map(|target| (target.folder, target.name)).collect();
        let wanted = [("crates/atol-model/fuzz", "list"), ("tests/fuzz", "token")];
        assert_eq!(found, wanted.map(|(folder, name)| (folder.to_owned(), name.to_owned())));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = chosen(&some(), Some("lists")).map_err(|error| error.to_string());
        assert_eq!(error, Err("there is no fuzz target \"lists\"; there are list, token".to_owned()));
    }
}
