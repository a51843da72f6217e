//! `cargo xtask ci`: every check of the project, as a table of jobs.

mod optional;
mod package;

use std::process::ExitCode;

use anyhow::bail;
use xshell::cmd;

use crate::{
    bench, browser, contract, docs, examples, faults, flags, guide, layers, msrv,
    project::Project,
    promtool,
    runner::{Runner, Step},
    shipped, snapshots, tidy,
    workspace::{PUBLISHED, Workspace},
};

/// One job: what `--job` calls it, what it proves, and how.
struct Job {
    name: &'static str,
    proves: &'static str,
    run: fn(&Project, &mut Runner, Mode) -> anyhow::Result<()>,
}

/// Cheap jobs come first: who broke the formatting should not wait for the tests.
const JOBS: &[Job] = &[
    Job { name: "fmt", proves: "the code is formatted", run: fmt },
    Job { name: "tidy", proves: "the house rules no other tool checks hold", run: tidy },
    Job { name: "layers", proves: "no crate brings what it must not, and none too much", run: layers },
    Job { name: "msrv", proves: "the oldest Rust is said once and is true", run: msrv },
    Job { name: "clippy", proves: "no lint fires, with all features and all targets", run: clippy },
    Job { name: "features", proves: "each feature builds alone, and so does none", run: features },
    Job { name: "rustdoc", proves: "the API docs build and their links lead somewhere", run: rustdoc },
    Job {
        name: "test",
        proves: "unit, doc and integration tests pass, and no snapshot is orphaned",
        run: test,
    },
    Job {
        name: "bench",
        proves: "the benchmarks run, and what they count holds",
        run: |p, r, _| bench::job(p, r),
    },
    Job { name: "contract", proves: "each contract case holds, told as a table", run: contract },
    Job {
        name: "examples",
        proves: "each example runs to its end and has something to say",
        run: |p, r, _| examples::run(p, r),
    },
    Job {
        name: "guide",
        proves: "the commands that guide and READMEs show do what they show",
        run: |p, r, _| guide::run(p, r),
    },
    Job { name: "docs", proves: "generated files say what their sources say", run: docs },
    Job {
        name: "faults",
        proves: "each fault of the catalogue is proved or left out with a reason",
        run: faults,
    },
    Job {
        name: "shipped",
        proves: "what is shipped beside the command speaks of metrics that exist",
        run: shipped,
    },
    Job {
        name: "package",
        proves: "what goes to crates.io builds from what is in it",
        run: |p, r, _| package::package(p, r),
    },
    Job {
        name: "deny",
        proves: "licences, advisories and sources are in order",
        run: |p, r, _| optional::deny(p, r),
    },
    Job { name: "machete", proves: "every dependency is used", run: |p, r, _| optional::machete(p, r) },
    Job { name: "powerset", proves: "any two features go together", run: |p, r, _| optional::powerset(p, r) },
    Job {
        name: "semver",
        proves: "the API breaks only with a new version",
        run: |p, r, _| optional::semver(p, r),
    },
    Job {
        name: "minimal",
        proves: "the oldest dependencies we admit do",
        run: |p, r, _| optional::minimal(p, r),
    },
    Job {
        name: "docs-rs",
        proves: "the API docs build as docs.rs builds them",
        run: |p, r, _| optional::docs_rs(p, r),
    },
    Job {
        name: "promtool",
        proves: "Prometheus takes our alerts and a real scrape",
        run: |p, r, _| promtool::run(p, r),
    },
    Job {
        name: "browser",
        proves: "the status page works in a real browser",
        run: |p, r, _| browser::run(p, r),
    },
];

/// Whether to look or to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Check,
    Fix,
}

/// Runs the jobs `options` asks for.
pub(crate) fn run(project: &Project, options: &flags::Ci) -> anyhow::Result<ExitCode> {
    if options.list {
        for Job { name, proves, .. } in JOBS {
            println!("{name:<9} {proves}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mode = if options.fix { Mode::Fix } else { Mode::Check };
    let mut runner = Runner::new(options.fail_fast);
    for job in chosen(&options.job)? {
        runner.begin(job.name);
        if let Err(error) = (job.run)(project, &mut runner, mode) {
            runner.job_ended_early(&error);
            if options.fail_fast {
                break;
            }
        }
    }
    Ok(runner.finish())
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Job>> {
    if let Some(unknown) = names.iter().find(|name| JOBS.iter().all(|job| job.name != *name)) {
        bail!("there is no job {unknown:?}; `cargo xtask ci --list` names them");
    }
    Ok(JOBS.iter().filter(|job| names.is_empty() || names.iter().any(|name| name == job.name)).collect())
}

fn fmt(Project { sh, .. }: &Project, runner: &mut Runner, mode: Mode) -> anyhow::Result<()> {
    let check: &[&str] = if mode == Mode::Fix { &[] } else { &["--check"] };
    runner.step(Step::quiet(cmd!(sh, "cargo fmt --all {check...}")))
}

fn tidy(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    let mut long_files = Vec::new();
    runner.check("house rules of docs, sources and links", || {
        let report = tidy::report(project)?;
        long_files = report.long_files;
        Ok(report.problems)
    })?;
    for (path, lines) in long_files {
        runner.note(format!("{path} has {lines} lines: is it still about one thing?"));
    }
    Ok(())
}

fn layers(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    runner.check("layers, banned crates and budgets by `cargo tree`", || layers::problems(project))
}

fn msrv(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    runner.check("rust-version by `cargo metadata`", || msrv::problems(project))
}

fn clippy(Project { sh, .. }: &Project, runner: &mut Runner, mode: Mode) -> anyhow::Result<()> {
    let fix: &[&str] = if mode == Mode::Fix { &["--fix", "--allow-dirty", "--allow-staged"] } else { &[] };
    runner.step(Step::quiet(cmd!(
        sh,
        "cargo clippy --workspace --all-targets --all-features {fix...} -- -D warnings"
    )))
}

/// Package by package: asked for together, packages would lend each other their features.
fn features(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    let sh = &project.sh;
    for package in Workspace::load(project)?.published().filter(|package| !package.features.is_empty()) {
        let name = &package.name;
        runner.step(Step::quiet(cmd!(
            sh,
            "cargo clippy -p {name} --all-targets --no-default-features -- -D warnings"
        )))?;
        for feature in &package.features {
            runner.step(Step::quiet(cmd!(
                sh,
                "cargo clippy -p {name} --no-default-features --features {feature} -- -D warnings"
            )))?;
        }
    }
    Ok(())
}

fn rustdoc(Project { sh, .. }: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    let doc = cmd!(sh, "cargo doc {PUBLISHED...} --no-deps --all-features");
    runner.step(Step::quiet(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

fn test(project: &Project, runner: &mut Runner, mode: Mode) -> anyhow::Result<()> {
    let sh = &project.sh;
    // Left alone insta would write files beside the snapshots, which a check must not do.
    let update = if mode == Mode::Fix { "always" } else { "no" };
    let references = Workspace::load(project)?.target_directory.join("snapshot-references.txt");
    sh.remove_path(&references)?;
    let tests = cmd!(sh, "cargo test --workspace --exclude xtask --all-features --no-fail-fast")
        .env(snapshots::REFERENCES, &references);
    runner.step(Step::streamed(tests).env("INSTA_UPDATE", update))?;
    runner.step(Step::streamed(cmd!(sh, "cargo test -p xtask")))?;
    if !runner.job_passed() {
        // A test that stopped early has not looked at all its snapshots.
        return Ok(());
    }
    runner.check("every snapshot is looked at by a test", || snapshots::orphans(project, &references))
}

fn contract(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    if !project.exists(contract::CASES) {
        runner.skip_job(format!("has nothing to read: there is no {}", contract::CASES));
        return Ok(());
    }
    runner.step(contract::step(&project.sh))
}

fn docs(project: &Project, runner: &mut Runner, mode: Mode) -> anyhow::Result<()> {
    if mode == Mode::Fix {
        docs::write(project)?;
    }
    runner.check("generated files are fresh", || docs::stale(project))
}

fn faults(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    if !project.exists(faults::CATALOGUE) {
        runner.skip_job(format!("has nothing to read: there is no {}", faults::CATALOGUE));
        return Ok(());
    }
    runner.check("each fault of the catalogue has its test", || faults::problems(project))
}

fn shipped(project: &Project, runner: &mut Runner, _: Mode) -> anyhow::Result<()> {
    runner.check("alerts, dashboard and container file", || shipped::problems(project))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_run_in_the_order_of_the_table_whatever_the_command_line_says() -> anyhow::Result<()> {
        let names = ["test", "fmt"].map(str::to_owned);
        let chosen: Vec<&str> = chosen(&names)?.iter().map(|job| job.name).collect();
        assert_eq!(chosen, ["fmt", "test"]);
        Ok(())
    }

    #[test]
    fn no_name_means_every_job() -> anyhow::Result<()> {
        assert_eq!(chosen(&[])?.len(), JOBS.len());
        Ok(())
    }

    #[test]
    fn the_workflow_names_jobs_that_there_are() -> anyhow::Result<()> {
        let workflow = Project::open()?.read(".github/workflows/ci.yml")?;
        let behind = workflow.split("--job ").skip(1);
        let names: Vec<String> =
            behind.filter_map(|rest| rest.split_whitespace().next()).map(str::to_owned).collect();
        assert!(!names.is_empty());
        chosen(&names)?;
        Ok(())
    }

    #[test]
    fn an_unknown_job_is_refused_instead_of_passing_with_nothing_run() {
        let error = chosen(&["tests".to_owned()]).map(|jobs| jobs.len());
        assert!(error.is_err_and(|error| error.to_string().contains("--list")));
    }
}
