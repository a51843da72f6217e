//! `cargo xtask release`: one version for every crate, in the manifest, in the changelog and as a tag.
//!
//! It ends before anything leaves the machine: pushing and publishing are a person's, and are printed.

use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use xshell::cmd;

use crate::{flags, project::Project};

const MANIFEST: &str = "Cargo.toml";
const CHANGELOG: &str = "CHANGELOG.md";
const UNRELEASED: &str = "## [Unreleased]";

/// Makes the release, or with `--dry-run` only says what it would do.
pub(crate) fn run(project: &Project, options: &flags::Release) -> anyhow::Result<ExitCode> {
    let sh = &project.sh;
    let version = &options.version;
    let tag = format!("v{version}");
    let manifest = project.read(MANIFEST)?;
    let old = version_of(&manifest)?;
    ensure!(
        numbers(version)? > numbers(old)? || is_first(project, version, old)?,
        "{version} is not newer than {old}, which {MANIFEST} has"
    );
    // The day of what is released, which is the same for whoever repeats this.
    let date = cmd!(sh, "git log -1 --format=%cs").read()?;
    let manifest = bumped(&manifest, old, version);
    let changelog = cut(&project.read(CHANGELOG)?, version, &date)?;

    let changes = cmd!(sh, "git status --porcelain").read()?;
    let branch = cmd!(sh, "git branch --show-current").read()?;
    let tags = cmd!(sh, "git tag --list {tag}").read()?;
    let obstacles: Vec<String> = [
        (!changes.is_empty()).then(|| "there are uncommitted changes: commit or stash them".to_owned()),
        (branch != "main").then(|| format!("this is the branch `{branch}`: releases are made from main")),
        (!tags.is_empty()).then(|| format!("there is a tag {tag} already")),
    ]
    .into_iter()
    .flatten()
    .collect();

    println!("{MANIFEST}: version {old} becomes {version}, for every crate");
    println!("{CHANGELOG}: what stands under Unreleased becomes {version} of {date}");
    println!("git: a commit \"Release {version}\" and the tag {tag}");
    if options.dry_run {
        for obstacle in &obstacles {
            println!("in the way: {obstacle}");
        }
    } else {
        ensure!(obstacles.is_empty(), "{}", obstacles.join("; "));
        sh.write_file(project.path(MANIFEST), manifest)?;
        sh.write_file(project.path(CHANGELOG), changelog)?;
        // Brings the new versions into the lock file and leaves everybody else's alone.
        cmd!(sh, "cargo update --quiet --workspace").run()?;
        cmd!(sh, "git commit --quiet --all --message").arg(format!("Release {version}")).run()?;
        cmd!(sh, "git tag --annotate {tag} --message").arg(format!("Version {version}")).run()?;
    }
    println!("then, by hand: cargo xtask ci && git push --follow-tags && cargo publish --workspace");
    Ok(ExitCode::SUCCESS)
}

/// The version in the manifest may be released as it stands when nothing was released before.
fn is_first(project: &Project, version: &str, old: &str) -> anyhow::Result<bool> {
    Ok(version == old && cmd!(project.sh, "git tag --list v*").read()?.is_empty())
}

fn version_of(manifest: &str) -> anyhow::Result<&str> {
    let package = manifest.split_once("[workspace.package]").context("there is no [workspace.package]")?.1;
    let version = package.lines().find_map(|line| line.strip_prefix("version = \""));
    version.and_then(|rest| rest.strip_suffix('"')).context("[workspace.package] has no version")
}

/// The manifest with the new version for the crates and for what they ask of each other.
fn bumped(manifest: &str, old: &str, new: &str) -> String {
    let (ours, theirs) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let lines = manifest.split_inclusive('\n').map(|line| {
        let is_ours = line.starts_with("version = ") || line.contains("path = \"crates/");
        if is_ours { line.replace(&ours, &theirs) } else { line.to_owned() }
    });
    lines.collect()
}

/// The changelog with a new section for what was unreleased.
fn cut(changelog: &str, version: &str, date: &str) -> anyhow::Result<String> {
    let (before, after) =
        changelog.split_once(UNRELEASED).with_context(|| format!("{CHANGELOG} has no `{UNRELEASED}`"))?;
    let news = after.split("\n## ").next().unwrap_or_default();
    if !news.lines().any(|line| line.starts_with("- ")) {
        bail!("nothing stands under `{UNRELEASED}` in {CHANGELOG}: a release is for something");
    }
    Ok(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}{after}"))
}

fn numbers(version: &str) -> anyhow::Result<[u64; 3]> {
    let numbers: Result<Vec<u64>, _> = version.split('.').map(str::parse).collect();
    let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.with_context(|| format!("`{version}` is not a version such as 1.2.3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[workspace.package]
version = \"0.1.0\"
[workspace.dependencies]
atol-model = { path = \"crates/atol-model\", version = \"0.1.0\" }
other = { version = \"0.1.0\" }
";

    #[test]
    fn the_version_is_raised_for_our_crates_and_for_nobody_else() -> anyhow::Result<()> {
        assert_eq!(version_of(MANIFEST)?, "0.1.0");
        let bumped = bumped(MANIFEST, "0.1.0", "0.2.0");
        assert_eq!(version_of(&bumped)?, "0.2.0");
        assert!(bumped.contains("crates/atol-model\", version = \"0.2.0\""));
        assert!(bumped.contains("other = { version = \"0.1.0\" }"));
        Ok(())
    }

    #[test]
    fn what_was_unreleased_gets_a_section_and_the_place_stays() -> anyhow::Result<()> {
        let cut = cut("# Log\n\n## [Unreleased]\n\n- A thing.\n", "0.2.0", "2026-12-01")?;
        assert_eq!(cut, "# Log\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n- A thing.\n");
        Ok(())
    }

    #[test]
    fn nothing_new_is_no_release() {
        let old = "## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- A thing.\n";
        assert!(cut(old, "0.2.0", "2026-12-01").is_err_and(|error| error.to_string().contains("nothing")));
    }

    #[test]
    fn versions_are_compared_by_number() -> anyhow::Result<()> {
        assert!(numbers("0.10.0")? > numbers("0.9.1")?);
        assert!(numbers("0.2").is_err() && numbers("0.2.0-rc").is_err());
        Ok(())
    }
}
