//! `cargo xtask bench`: runs the benchmarks and shows what they measured beside what is promised, as one table.
//!
//! Each benchmark adds its rows to a file, one JSON object a line; they are judged here. What only `cargo tree` knows, the
//! number of crates, is added to them.

mod plot;
mod record;
mod row;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use xshell::{Cmd, cmd};

use self::row::{Row, Rows};
use crate::{
    flags, layers,
    project::Project,
    runner::{Runner, Step},
    workspace::Workspace,
};

/// A benchmark and the targets it measures.
struct Suite {
    package: &'static str,
    bench: &'static str,
    ids: &'static [&'static str],
    /// Whether it counts instructions, which needs valgrind and a build as users have it. Allocations and memory are the
    /// same in whatever build.
    counts_instructions: bool,
}

const fn suite(package: &'static str, bench: &'static str, ids: &'static [&'static str]) -> Suite {
    Suite { package, bench, ids, counts_instructions: false }
}

const fn counting(package: &'static str, bench: &'static str, ids: &'static [&'static str]) -> Suite {
    Suite { package, bench, ids, counts_instructions: true }
}

const SUITES: &[Suite] = &[
    suite("atol-model", "memory", &["P3"]),
    suite("atol-model", "targets", &["P1", "P2", "P4"]),
    suite("atol-model", "lists", &["P16"]),
    suite("atol-monitor", "listing", &["P5", "P6", "P10"]),
    suite("atol-monitor", "asking", &["P9"]),
    suite("atol-monitor", "watching", &["P11", "P12"]),
    suite("atol-monitor", "fleets", &["P16"]),
    suite("atol-cli", "metrics", &["P13", "P16"]),
    suite("atol-cli", "printing", &["P14"]),
    suite("atol-cli", "starting", &["P17"]),
    counting("atol-monitor", "asking", &["P7"]),
    counting(COMPARED, "reqwest", &["P8"]),
    suite(COMPARED, "php", &["PHP"]),
];

/// The package that compares ours with what one would take instead, in a workspace of its own: nobody who builds ours shall
/// build that.
const COMPARED: &str = "atol-compare";

/// The number of crates, which no benchmark measures.
const CRATES: &str = "P15";

/// Where `--record` puts the table and the curves.
const PAGE: &str = "docs/performance.md";
const FIGURE: &str = "docs/scaling.svg";

pub(crate) fn run(project: &Project, options: &flags::Bench) -> anyhow::Result<ExitCode> {
    if options.quick && options.record {
        bail!("the times of a quick run tell nothing: leave out --quick or --record");
    }
    let before = options.against.as_deref().map(Rows::load).transpose()?;
    let asked = asked_for(&options.id)?;
    let mut runner = Runner::of_command("bench");
    let rows = if options.quick {
        measure_quickly(project, &mut runner, asked, before.as_ref())?
    } else {
        measure(project, &mut runner, &asked, before.as_ref())?
    };
    if let Some(path) = &options.save {
        rows.save(path)?;
    }
    if options.record {
        project.sh.write_file(project.path(PAGE), record::page(&project.read(PAGE)?, &rows)?)?;
        if !rows.points.is_empty() {
            project.sh.write_file(project.path(FIGURE), plot::svg(&rows.points)?)?;
        }
    }
    Ok(runner.finish())
}

/// The job of `cargo xtask ci`: that the benchmarks run, and that what they count holds.
pub(crate) fn job(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    let compared: Vec<&str> = SUITES
        .iter()
        .filter(|suite| suite.package == COMPARED)
        .flat_map(|suite| suite.ids)
        .copied()
        .collect();
    let asked = asked_for(&[])?.into_iter().filter(|id| !compared.contains(id)).collect();
    measure_quickly(project, runner, asked, None)?;
    let compared = compared.join(" ");
    runner.skip_job(format!("built nothing to compare with: `cargo xtask bench --quick {compared}`"));
    Ok(())
}

/// Runs the benchmarks that measure these targets, one after the other.
fn measure(
    project: &Project,
    runner: &mut Runner,
    asked: &[&str],
    before: Option<&Rows>,
) -> anyhow::Result<Rows> {
    let rows = RowsFile::new(project)?;
    let suites: Vec<&Suite> = SUITES.iter().filter(|suite| !suite.among(asked).is_empty()).collect();
    for (number, suite) in suites.iter().enumerate() {
        println!("\nbenchmark {} of {}", number + 1, suites.len());
        runner.step(rows.filled_by(suite.command(project, &rows.target), &suite.among(asked)))?;
    }
    judge(project, runner, rows.read()?, asked, before)
}

/// The same in short: times mean nothing, so what counts no instructions is built as the tests are, which have left most of
/// it behind.
fn measure_quickly(
    project: &Project,
    runner: &mut Runner,
    mut asked: Vec<&str>,
    before: Option<&Rows>,
) -> anyhow::Result<Rows> {
    let rows = RowsFile::new(project)?;
    let (together, apart): (Vec<&Suite>, Vec<&Suite>) = SUITES
        .iter()
        .filter(|suite| !suite.among(&asked).is_empty())
        .partition(|suite| suite.package != COMPARED && !suite.counts_instructions);
    if !together.is_empty() {
        let benches = together.iter().flat_map(|suite| ["--bench", suite.bench]);
        let ids: Vec<&str> = together.iter().flat_map(|suite| suite.among(&asked)).collect();
        let command = cmd!(
            project.sh,
            "cargo bench --locked --workspace --exclude xtask --all-features --profile dev {benches...}"
        );
        runner.step(rows.filled_by(command, &ids).env("ATOL_BENCH_QUICK", "1"))?;
    }
    let has_valgrind = project.answers(&["valgrind", "--version"]);
    for suite in apart {
        let ids = suite.among(&asked);
        if has_valgrind || !suite.counts_instructions {
            let step = rows.filled_by(suite.command(project, &rows.target), &ids);
            runner.step(step.env("ATOL_BENCH_QUICK", "1"))?;
        } else {
            let ids = ids.join(", ");
            runner.skip_job(format!("counted no instructions, {ids}: `apt-get install valgrind`"));
            asked.retain(|id| !suite.ids.contains(id));
        }
    }
    judge(project, runner, rows.read()?, &asked, before)
}

/// Shows what the benchmarks have reported, the number of crates with it, and judges it.
fn judge(
    project: &Project,
    runner: &mut Runner,
    mut rows: Rows,
    asked: &[&str],
    before: Option<&Rows>,
) -> anyhow::Result<Rows> {
    if asked.contains(&CRATES) {
        for (package, count, budget) in layers::sizes(project)? {
            rows.targets.push(Row::count(CRATES, &format!("crates that {package} compiles"), count, budget));
        }
    }
    println!("\n{}", rows.table(before));
    runner.check("every target asked for is met", || Ok(rows.problems(asked)))?;
    Ok(rows)
}

impl Suite {
    /// Those of its targets that are asked for.
    fn among(&self, asked: &[&str]) -> Vec<&'static str> {
        self.ids.iter().copied().filter(|id| asked.contains(id)).collect()
    }

    fn command<'a>(&self, Project { sh, .. }: &'a Project, target: &Path) -> Cmd<'a> {
        let Suite { package, bench, .. } = self;
        let manifest =
            if *package == COMPARED { "crates/atol-bench/compare/Cargo.toml" } else { "Cargo.toml" };
        // What is outside the workspace builds beside it, and not in a folder of its own.
        cmd!(sh, "cargo bench --locked --manifest-path {manifest} -p {package} --bench {bench}")
            .env("CARGO_TARGET_DIR", target)
    }
}

/// The file to which the benchmarks add their rows.
struct RowsFile {
    target: PathBuf,
    path: PathBuf,
}

impl RowsFile {
    fn new(project: &Project) -> anyhow::Result<Self> {
        let target = Workspace::load(project)?.target_directory;
        // Two runs beside each other disturb their times, but not their rows.
        let path = target.join(format!("bench-rows-{}.jsonl", std::process::id()));
        project.sh.remove_path(&path)?;
        Ok(Self { target, path })
    }

    /// A step in which a benchmark measures these targets.
    fn filled_by<'a>(&self, command: Cmd<'a>, ids: &[&str]) -> Step<'a> {
        Step::streamed(command.env("ATOL_BENCH_ROWS", &self.path)).env("ATOL_BENCH_ONLY", ids.join(","))
    }

    fn read(&self) -> anyhow::Result<Rows> {
        if !self.path.exists() {
            return Ok(Rows::default());
        }
        let text = fs::read_to_string(&self.path)?;
        fs::remove_file(&self.path)?;
        Rows::read(&text).context("a benchmark has reported what is no row")
    }
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
        for Suite { package, bench, .. } in SUITES {
            let manifests =
                [format!("crates/{package}/Cargo.toml"), "crates/atol-bench/compare/Cargo.toml".to_owned()];
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
