//! `cargo xtask mutants`: small changes of the code that some test must notice, by cargo-mutants.

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail};
use xshell::{Shell, cmd};

use crate::{
    flags,
    problem::Problem,
    project::Project,
    runner::{Runner, Step},
    workspace::Workspace,
};

/// Where a mistake costs most.
const AREAS: &[Area] = &[
    Area {
        name: "health",
        package: "atol-monitor",
        files: &["crates/atol-monitor/src/health/*.rs"],
        tests: "health::",
        slow: &["health::tests::differential", "health::tests::missing"],
    },
    Area {
        name: "paging",
        package: "atol-monitor",
        files: &["crates/atol-monitor/src/paging.rs", "crates/atol-monitor/src/paging/*.rs"],
        tests: "paging::",
        slow: &["a_list_that_changes", "a_list_that_stands_still", "a_list_without_an_order"],
    },
    Area {
        name: "retry",
        package: "atol-transport",
        files: &["crates/atol-transport/src/retry/*.rs"],
        tests: "retry::",
        slow: &["retry::simulation"],
    },
    Area {
        name: "token",
        package: "atol-transport",
        files: &["crates/atol-transport/src/token/*.rs"],
        tests: "token::",
        slow: &["token::tests::recovery", "u07_an_outage", "k01_jumps"],
    },
];

#[derive(Debug)]
struct Area {
    name: &'static str,
    package: &'static str,
    /// The files that are changed.
    files: &'static [&'static str],
    /// The tests that know them best.
    tests: &'static str,
    /// Those of them that take seconds each.
    slow: &'static [&'static str],
}

pub(crate) fn run(project: &Project, options: &flags::Mutants) -> anyhow::Result<ExitCode> {
    let areas = chosen(options.area.as_deref())?;
    if !project.answers(&["cargo", "mutants", "--version"]) {
        bail!("this needs cargo-mutants: `cargo install --locked cargo-mutants`");
    }
    let sh = &project.sh;
    let target = Workspace::load(project)?.target_directory.join("mutants");
    // The crates we depend on are built once, and not once for each area.
    sh.set_var("CARGO_TARGET_DIR", target.join("build"));
    sh.set_var("CARGO_PROFILE_DEV_DEBUG", "none");
    let shard: Vec<&str> = match &options.shard {
        Some(shard) => vec!["--sharding", "round-robin", "--shard", shard],
        None => Vec::new(),
    };
    let mut runner = Runner::of_command("mutants");
    for area in areas {
        area.put_to_the_tests(sh, &target.join(area.name), &shard, &mut runner)?;
    }
    Ok(runner.finish())
}

impl Area {
    fn put_to_the_tests(
        &self,
        sh: &Shell,
        out: &Path,
        shard: &[&str],
        runner: &mut Runner,
    ) -> anyhow::Result<()> {
        let Self { name, package, files, tests, slow } = self;
        let files: &Vec<&str> = &files.iter().flat_map(|file| ["--file", *file]).collect();
        // What an earlier run left there would be taken for the results of this one.
        sh.remove_path(out)?;
        sh.create_dir(out)?;
        // Most are noticed in no time by the tests of their own module; what these miss is no verdict yet.
        let skip: Vec<&str> = slow.iter().flat_map(|test| ["--skip", *test]).collect();
        let quick = cmd!(
            sh,
            "cargo mutants -p {package} --build-timeout 600 --timeout 60 -o {out} {files...} {shard...} -- --all-features --lib -- {tests} {skip...}"
        );
        let mut undecided = Vec::new();
        runner.check(&format!("{name}: the quick tests of the module"), || {
            println!();
            let code = Command::from(quick).status()?.code();
            let verdicts = Verdicts::read(sh, out);
            if let Some(fault) = fault(code, verdicts.count()) {
                return Ok(vec![Problem::new(*name, fault)]);
            }
            undecided = verdicts.not_noticed;
            Ok(Vec::new())
        })?;
        if undecided.is_empty() {
            return Ok(());
        }
        // These are put before every test of the crate. (Changes that delete a field come along whatever the patterns say.)
        let named = out.join("undecided.toml");
        let patterns: Vec<String> = undecided.iter().map(|name| exactly(name)).collect();
        sh.write_file(&named, format!("examine_re = {patterns:?}\n"))?;
        runner.step(Step::streamed(cmd!(
            sh,
            "cargo mutants -p {package} --config {named} --build-timeout 600 --timeout 300 -o {out} {files...} -- --all-features --lib"
        )))?;
        runner.check(&format!("{name}: the rest was judged by every test"), || {
            let left_out = undecided.len().saturating_sub(Verdicts::read(sh, out).count());
            let problem = Problem::new(*name, format!("{left_out} of {} were not", undecided.len()));
            Ok(if left_out == 0 { Vec::new() } else { vec![problem] })
        })
    }
}

/// What cargo-mutants has written down about changes that could be built.
struct Verdicts {
    noticed: usize,
    /// Missed, or the tests ran too long.
    not_noticed: Vec<String>,
}

impl Verdicts {
    fn read(sh: &Shell, out: &Path) -> Self {
        let names = |file: &str| -> Vec<String> {
            let text = sh.read_file(out.join("mutants.out").join(file)).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        };
        let not_noticed = [names("missed.txt"), names("timeout.txt")].concat();
        Self { noticed: names("caught.txt").len(), not_noticed }
    }

    fn count(&self) -> usize {
        self.noticed + self.not_noticed.len()
    }
}

/// Why the quick tests have told nothing of the changes, if that is so.
fn fault(code: Option<i32>, judged: usize) -> Option<&'static str> {
    /// All were noticed; some were missed; some made the tests run too long.
    const VERDICTS: [i32; 3] = [0, 2, 3];
    const FAIL_ANYWAY: i32 = 4;
    match code {
        Some(FAIL_ANYWAY) => Some("the code does not build or its tests fail without any change"),
        Some(code) if VERDICTS.contains(&code) => (judged == 0).then_some("there was no change to judge"),
        _ => Some("cargo-mutants did not get to its end"),
    }
}

/// A pattern that fits the name of this change and no other.
fn exactly(name: &str) -> String {
    let mut pattern = String::new();
    for character in name.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    format!("^{pattern}$")
}

fn chosen(name: Option<&str>) -> anyhow::Result<Vec<&'static Area>> {
    let Some(name) = name else { return Ok(AREAS.iter().collect()) };
    let area = AREAS.iter().find(|area| area.name == name).with_context(|| {
        let names: Vec<&str> = AREAS.iter().map(|area| area.name).collect();
        format!("there is no area {name:?}; there are {}", names.join(", "))
    })?;
    Ok(vec![area])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_are_changed_are_there() -> anyhow::Result<()> {
        let there = Project::open()?.files()?;
        for pattern in AREAS.iter().flat_map(|area| area.files) {
            let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
            let is_there = there.iter().any(|file| file.starts_with(start) && file.ends_with(end));
            assert!(is_there, "{pattern}");
        }
        Ok(())
    }

    #[test]
    fn tests_that_fail_anyway_and_nothing_to_judge_are_no_success() {
        assert_eq!(fault(Some(0), 5), None);
        assert_eq!(fault(Some(3), 5), None);
        assert_eq!(fault(Some(4), 0), Some("the code does not build or its tests fail without any change"));
        assert_eq!(fault(Some(0), 0), Some("there was no change to judge"));
        assert!(fault(Some(1), 0).is_some() && fault(Some(70), 5).is_some() && fault(None, 5).is_some());
    }

    #[test]
    fn a_change_is_named_by_a_pattern_of_its_own() {
        assert_eq!(
            exactly("src/a.rs:7:5: replace a -> Vec<(u8, bool)> with vec![(0, true)]"),
            r"^src/a\.rs:7:5: replace a \-> Vec<\(u8, bool\)> with vec!\[\(0, true\)\]$"
        );
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = chosen(Some("pages")).map(|areas| areas.len()).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("there is no area \"pages\"; there are health, paging, retry, token".to_owned())
        );
    }
}
