//! The jobs that need more than the Rust toolchain: run where the tool is there, otherwise named as skipped.

use xshell::cmd;

use crate::{
    project::Project,
    runner::{Runner, Step},
    workspace::{PUBLISHED, Workspace},
};

/// Licences, sources and bans of `deny.toml`, and advisories where their database can be had.
pub(super) fn deny(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_cargo_tool(project, runner, "deny") {
        return Ok(());
    }
    runner.step(Step::quiet(cmd!(project.sh, "cargo deny check bans licenses sources")))?;
    if !project.answers(&["cargo", "deny", "fetch", "db"]) {
        runner.skip_job("looked at no advisories: their database cannot be fetched from here");
        return Ok(());
    }
    runner.step(Step::quiet(cmd!(project.sh, "cargo deny check advisories")))
}

/// Dependencies nobody uses.
pub(super) fn machete(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_cargo_tool(project, runner, "machete") {
        return Ok(());
    }
    runner.step(Step::quiet(cmd!(project.sh, "cargo machete")))
}

/// Every pair of features; the job `features` looks at each alone.
pub(super) fn powerset(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_cargo_tool(project, runner, "hack") {
        return Ok(());
    }
    let sh = &project.sh;
    runner.step(Step::quiet(cmd!(
        sh,
        "cargo hack check {PUBLISHED...} --feature-powerset --depth 2 --no-dev-deps"
    )))
}

/// No break without a new version, against what was released last.
pub(super) fn semver(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_cargo_tool(project, runner, "semver-checks") {
        return Ok(());
    }
    let sh = &project.sh;
    let Ok(tag) = cmd!(sh, "git describe --tags --abbrev=0 --match v*").quiet().ignore_stderr().read() else {
        runner.skip_job("there is no release tag v… to compare with yet");
        return Ok(());
    };
    runner.step(Step::quiet(cmd!(sh, "cargo semver-checks {PUBLISHED...} --baseline-rev {tag}")))
}

/// The docs as docs.rs builds them: nightly, with the badges that name the feature of an item.
pub(super) fn docs_rs(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_nightly(project, runner) {
        return Ok(());
    }
    let doc = cmd!(project.sh, "cargo +nightly doc {PUBLISHED...} --no-deps --all-features");
    runner.step(Step::quiet(doc).env("RUSTDOCFLAGS", "--cfg docsrs -D rustdoc::broken_intra_doc_links"))
}

/// The oldest versions our manifests admit are enough: what we ask for is what we need.
///
/// Works on a copy, because resolving anew rewrites the lock file.
pub(super) fn minimal(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    if !has_nightly(project, runner) {
        return Ok(());
    }
    let sh = &project.sh;
    let target = Workspace::load(project)?.target_directory;
    let copy = target.join("minimal-versions");
    runner.check("a copy of the project for the oldest dependencies", || {
        sh.remove_path(&copy)?;
        for file in project.files()? {
            let to = copy.join(&file);
            if let Some(folder) = to.parent() {
                sh.create_dir(folder)?;
            }
            sh.copy_file(project.path(&file), to)?;
        }
        Ok(Vec::new())
    })?;
    let manifest = copy.join("Cargo.toml");
    runner.step(Step::quiet(cmd!(
        sh,
        "cargo +nightly update -Z direct-minimal-versions --manifest-path {manifest}"
    )))?;
    runner.step(Step::quiet(cmd!(
        sh,
        "cargo check {PUBLISHED...} --all-features --target-dir {target} --manifest-path {manifest}"
    )))
}

fn has_cargo_tool(project: &Project, runner: &mut Runner, name: &str) -> bool {
    let tool = format!("cargo-{name}");
    // cargo-hack answers only as cargo's subcommand; cargo-machete, started from below cargo, only by its own name.
    let there = project.answers(&["cargo", name, "--version"]) || project.answers(&[&tool, "--version"]);
    if !there {
        runner.skip_job(format!("needs {tool}: `cargo install --locked {tool}`"));
    }
    there
}

fn has_nightly(project: &Project, runner: &mut Runner) -> bool {
    let there = project.answers(&["cargo", "+nightly", "--version"]);
    if !there {
        runner.skip_job("needs a nightly toolchain: `rustup toolchain install nightly --profile minimal`");
    }
    there
}
