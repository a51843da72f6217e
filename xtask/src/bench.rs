//! `cargo xtask bench`: runs the benchmarks and shows what they measured beside what is promised, as one table.
//!
//! Each benchmark adds its rows to a file, one JSON object a line; they are judged here. What only `cargo tree` knows, the
//! number of crates, is added to them.

mod plot;
mod row;

use std::{fs, process::ExitCode};

use anyhow::{Context as _, bail};
use xshell::cmd;

use self::row::{Row, Rows};
use crate::{
    flags, layers,
    project::Project,
    runner::{Runner, Step},
    workspace::Workspace,
};

/// A benchmark and the targets it measures.
struct Suite {
    /// The folder of the workspace it belongs to.
    folder: &'static str,
    package: &'static str,
    bench: &'static str,
    ids: &'static [&'static str],
}

const SUITES: &[Suite] = &[
    Suite { folder: ".", package: "atol-model", bench: "memory", ids: &["P3"] },
    Suite { folder: ".", package: "atol-model", bench: "targets", ids: &["P1", "P2", "P4"] },
    Suite { folder: ".", package: "atol-model", bench: "scaling", ids: &["P16"] },
    Suite { folder: ".", package: "atol-monitor", bench: "listing", ids: &["P5", "P6", "P10"] },
    Suite { folder: ".", package: "atol-monitor", bench: "asking", ids: &["P7", "P9"] },
    Suite { folder: ".", package: "atol-monitor", bench: "watching", ids: &["P11", "P12"] },
    Suite { folder: ".", package: "atol-cli", bench: "metrics", ids: &["P13", "P16"] },
    Suite { folder: ".", package: "atol-cli", bench: "printing", ids: &["P14"] },
    // A workspace of its own: nobody who builds ours shall build reqwest.
    Suite { folder: "crates/atol-bench/compare", package: "atol-compare", bench: "reqwest", ids: &["P8"] },
];

/// The number of crates, which no benchmark measures.
const CRATES: &str = "P15";

/// The figure that `--plot` draws.
const FIGURE: &str = "docs/scaling.svg";

pub(crate) fn run(project: &Project, options: &flags::Bench) -> anyhow::Result<ExitCode> {
    let before = options.against.as_deref().map(Rows::load).transpose()?;
    let asked = asked_for(&options.id)?;
    let mut runner = Runner::new(false);
    runner.begin("bench");
    let rows = measure(project, &mut runner, &asked, options.quick)?;
    println!("\n{}", rows.table(before.as_ref()));
    if let Some(path) = &options.save {
        rows.save(path)?;
    }
    if options.plot {
        project.sh.write_file(project.path(FIGURE), plot::svg(&rows.points)?)?;
        println!("{FIGURE} is drawn anew");
    }
    runner.check("every target asked for is met", || Ok(rows.problems(&asked)))?;
    Ok(runner.finish())
}

/// Runs the benchmarks that measure these targets.
fn measure(project: &Project, runner: &mut Runner, asked: &[&str], quick: bool) -> anyhow::Result<Rows> {
    let target = Workspace::load(project)?.target_directory;
    let file = target.join("bench-rows.jsonl");
    project.sh.remove_path(&file)?;
    for Suite { folder, package, bench, ids } in SUITES {
        if !ids.iter().any(|id| asked.contains(id)) {
            continue;
        }
        let manifest = format!("{folder}/Cargo.toml");
        let command =
            cmd!(project.sh, "cargo bench --locked --manifest-path {manifest} -p {package} --bench {bench}");
        // What is outside the workspace builds beside it, and not in a folder of its own.
        let command = command.env("CARGO_TARGET_DIR", &target).env("ATOL_BENCH_ROWS", &file);
        let mut step = Step::streamed(command).env("ATOL_BENCH_ONLY", asked.join(","));
        if quick {
            step = step.env("ATOL_BENCH_QUICK", "1");
        }
        runner.step(step)?;
    }
    let text = if file.exists() { fs::read_to_string(&file)? } else { String::new() };
    let mut rows = Rows::read(&text).context("a benchmark has reported what is no row")?;
    if asked.contains(&CRATES) {
        for (package, count, budget) in layers::sizes(project)? {
            rows.targets.push(Row::count(CRATES, &format!("crates that {package} compiles"), count, budget));
        }
    }
    Ok(rows)
}

/// The targets by these names, or all of them.
fn asked_for(ids: &[String]) -> anyhow::Result<Vec<&'static str>> {
    let mut known: Vec<&str> = SUITES.iter().flat_map(|suite| suite.ids).copied().chain([CRATES]).collect();
    // P16 is measured wherever there is something that could scale badly.
    known.sort_unstable();
    known.dedup();
    if let Some(unknown) = ids.iter().find(|id| !known.contains(&id.as_str())) {
        bail!("there is no target {unknown:?}; there are {}", known.join(", "));
    }
    Ok(known.into_iter().filter(|id| ids.is_empty() || ids.iter().any(|asked| asked == id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_benchmark_of_a_target_is_there() -> anyhow::Result<()> {
        let project = Project::open()?;
        for Suite { folder, package, bench, .. } in SUITES {
            let manifests = [format!("crates/{package}/Cargo.toml"), format!("{folder}/Cargo.toml")];
            let manifest = manifests.iter().find(|path| project.exists(path)).context("no manifest")?;
            let name = format!("[[bench]]\nname = \"{bench}\"");
            assert!(project.read(manifest)?.contains(&name), "{manifest} has no benchmark {bench}");
        }
        Ok(())
    }

    #[test]
    fn an_unknown_target_is_refused() {
        let error = asked_for(&["P99".to_owned()]).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("P15")));
    }
}
