//! The job `package`: what goes to crates.io builds from what is in it.

use xshell::cmd;

use crate::{
    project::Project,
    runner::{Runner, Step},
    workspace::{PUBLISHED, Workspace},
};

/// Packs the published crates, unpacks them into a workspace of their own and builds each of them there.
///
/// Cargo's own look at each package cannot be trusted here: what packages that depend on each other find of one
/// another is unpacked and built by name and version only, for good, so that the second run with the same version
/// would build against the sources of the first.
pub(super) fn package(project: &Project, runner: &mut Runner) -> anyhow::Result<()> {
    let sh = &project.sh;
    let workspace = Workspace::load(project)?;
    let packages: Vec<(&str, String)> = workspace
        .published()
        .map(|package| (package.name.as_str(), format!("{}-{}", package.name, package.version)))
        .collect();
    let target = &workspace.target_directory;
    let packed = target.join("package");
    let unpacked = target.join("unpacked");

    // Uncommitted changes are the normal state of a checkout this runs in.
    runner.step(Step::quiet(cmd!(sh, "cargo package {PUBLISHED...} --allow-dirty --no-verify")))?;
    if !runner.job_passed() {
        return Ok(());
    }
    runner.check("a workspace of what was packed", || {
        sh.remove_path(&unpacked)?;
        sh.create_dir(&unpacked)?;
        for (_, package) in &packages {
            let archive = packed.join(format!("{package}.crate"));
            // With the time of now (-m), since the one in the package is the same for every file ever packed.
            cmd!(sh, "tar -xmzf {archive} -C {unpacked}").quiet().run()?;
        }
        sh.write_file(unpacked.join("Cargo.toml"), manifest(&packages))?;
        sh.copy_file(project.path("Cargo.lock"), unpacked.join("Cargo.lock"))?;
        Ok(Vec::new())
    })?;
    let manifest = &unpacked.join("Cargo.toml");
    // One by one: asked for together, packages would lend each other their features.
    for (name, _) in &packages {
        let build = cmd!(sh, "cargo build -p {name} --target-dir {target} --manifest-path {manifest}");
        // The packages do not see our profile; with this their dependencies are those of the tests.
        runner.step(Step::quiet(build).env("CARGO_PROFILE_DEV_DEBUG", "false"))?;
    }
    Ok(())
}

/// A workspace in which packages find each other instead of what crates.io has by their names.
fn manifest(packages: &[(&str, String)]) -> String {
    let folders: Vec<&str> = packages.iter().map(|(_, folder)| folder.as_str()).collect();
    let patches = packages.iter().map(|(name, folder)| format!("{name} = {{ path = {folder:?} }}\n"));
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = {folders:?}\n\n[patch.crates-io]\n{}",
        patches.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_a_member_and_stands_in_for_its_release() -> anyhow::Result<()> {
        let packages = [("a", "a-0.1.0".to_owned()), ("b", "b-0.1.0".to_owned())];
        let manifest: toml::Table = manifest(&packages).parse()?;
        assert_eq!(manifest["workspace"]["members"], toml::Value::from(["a-0.1.0", "b-0.1.0"].to_vec()));
        assert_eq!(manifest["patch"]["crates-io"]["b"]["path"].as_str(), Some("b-0.1.0"));
        Ok(())
    }
}
