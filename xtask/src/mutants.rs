//! `cargo xtask mutants`: small changes of the code that some test must notice, by cargo-mutants.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use xshell::cmd;

use crate::{
    flags,
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
    for Area { name, package, files, tests, slow } in areas {
        let (shard, files) = (&shard, &files.iter().flat_map(|file| ["--file", *file]).collect::<Vec<_>>());
        let out = target.join(name);
        sh.create_dir(&out)?;
        // Most are noticed in no time by the tests of their own module; what these miss is no verdict yet.
        let skip: Vec<&str> = slow.iter().flat_map(|test| ["--skip", *test]).collect();
        println!("{name}: the quick tests of the module");
        cmd!(
            sh,
            "cargo mutants -p {package} --baseline skip --build-timeout 600 --timeout 60 -o {out} {files...} {shard...} -- --all-features --lib -- {tests} {skip...}"
        )
        .quiet()
        .ignore_status()
        .run()?;
        // The rest is put before every test of the crate.
        runner.step(Step::streamed(cmd!(
            sh,
            "cargo mutants -p {package} --iterate --build-timeout 600 --timeout 300 -o {out} {files...} {shard...} -- --all-features --lib"
        )))?;
    }
    Ok(runner.finish())
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
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = chosen(Some("pages")).map(|areas| areas.len()).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("there is no area \"pages\"; there are health, paging, retry, token".to_owned())
        );
    }
}
