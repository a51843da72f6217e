//! The examples of the crates, each run to its end.

use std::{process::Command, time::Duration};

use crate::{problem::Problem, program, project::Project, runner::Runner, workspace::Workspace};

/// How long one may take, and the first has to be built; `watch` takes five seconds by its nature.
const PATIENCE: Duration = Duration::from_secs(900);

/// Runs every example that there is. Each ends by itself, or with its standard input, which is empty here.
///
/// With the features of the job `test`, so that nothing is built twice.
pub(crate) fn run(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    for package in Workspace::load(project)?.published() {
        for example in &package.examples {
            let arguments = ["run", "--quiet", "--all-features", "--example", example];
            runner.check(&format!("cargo {}", arguments.join(" ")), || {
                let ended = program::run(
                    Command::new("cargo").args(arguments).current_dir(project.path("")),
                    PATIENCE,
                )?;
                Ok(fault(&ended).map(|fault| Problem::new(example, fault)).into_iter().collect())
            })?;
        }
    }
    Ok(())
}

fn fault(ended: &program::Ended) -> Option<String> {
    if !ended.status.success() {
        return Some(format!("ended with {}:\n{}", ended.status, ended.stderr));
    }
    ended.stdout.trim().is_empty().then(|| "printed nothing".to_owned())
}
