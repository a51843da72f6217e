//! The packages of the workspace and of its lock file, as `cargo metadata` tells them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::Context as _;
use serde_json::{Value, json};
use xshell::cmd;

use crate::project::Project;

/// What tells cargo to take the packages that go to crates.io, and those alone.
pub(crate) const PUBLISHED: [&str; 7] =
    ["--workspace", "--exclude", "xtask", "--exclude", "atol-tests", "--exclude", "atol-bench"];

/// One package, ours or foreign.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The oldest Rust the package says it builds with, as written: `1.88` or `1.88.0`.
    pub(crate) rust_version: Option<String>,
    pub(crate) published: bool,
    /// Feature names without `default`.
    pub(crate) features: Vec<String>,
    pub(crate) examples: Vec<String>,
}

/// Everything `cargo metadata` knows that our checks ask for.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Where cargo puts what it builds.
    pub(crate) target_directory: PathBuf,
    members: Vec<String>,
    packages: BTreeMap<String, Package>,
    normal_dependencies: BTreeMap<String, Vec<String>>,
}

impl Workspace {
    pub(crate) fn load(project: &Project) -> anyhow::Result<Self> {
        let text =
            cmd!(project.sh, "cargo metadata --quiet --format-version 1 --all-features --locked").read()?;
        let metadata = serde_json::from_str(&text).context("cargo metadata did not print JSON")?;
        Self::from_metadata(&metadata)
    }

    fn from_metadata(metadata: &Value) -> anyhow::Result<Self> {
        let target_directory = string(&metadata["target_directory"])?.into();
        let members = strings(&metadata["workspace_members"]);
        let packages = list(&metadata["packages"])
            .map(|package| Ok((string(&package["id"])?, package_from(package)?)))
            .collect::<anyhow::Result<_>>()?;
        let normal_dependencies = list(&metadata["resolve"]["nodes"])
            .map(|node| Ok((string(&node["id"])?, normal_dependencies_of(node)?)))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self { target_directory, members, packages, normal_dependencies })
    }

    /// Our own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.members.iter().filter_map(|id| self.packages.get(id))
    }

    /// Our own packages that go to crates.io.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.published)
    }

    /// The published packages and everything a user of them compiles, on whatever platform.
    pub(crate) fn shipped(&self) -> Vec<&Package> {
        let mut open: Vec<&String> =
            self.members.iter().filter(|id| self.packages.get(*id).is_some_and(|p| p.published)).collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.normal_dependencies.get(id).into_iter().flatten());
            }
        }
        seen.into_iter().filter_map(|id| self.packages.get(id)).collect()
    }
}

fn package_from(package: &Value) -> anyhow::Result<Package> {
    let features = package["features"].as_object().context("a package without features")?;
    let examples = list(&package["targets"]).filter(|target| target["kind"] == json!(["example"]));
    Ok(Package {
        name: string(&package["name"])?,
        version: string(&package["version"])?,
        rust_version: package["rust_version"].as_str().map(str::to_owned),
        // `publish = false` reads as an empty list of registries.
        published: !package["publish"].as_array().is_some_and(Vec::is_empty),
        features: features.keys().filter(|name| *name != "default").cloned().collect(),
        examples: examples.map(|target| string(&target["name"])).collect::<anyhow::Result<_>>()?,
    })
}

fn normal_dependencies_of(node: &Value) -> anyhow::Result<Vec<String>> {
    list(&node["deps"])
        // A normal dependency has the kind null; development and build ones are named.
        .filter(|dependency| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
        .map(|dependency| string(&dependency["pkg"]))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn strings(value: &Value) -> Vec<String> {
    list(value).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn string(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().with_context(|| format!("a string was expected, not {value}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, publish: &Value) -> Value {
        json!({
            "id": name, "name": name, "version": "0.1.0", "rust_version": "1.88", "publish": publish,
            "targets": [{ "kind": ["lib"], "name": "l" }, { "kind": ["example"], "name": "e" }], "features": { "default": ["tls"], "tls": [] },
        })
    }

    #[test]
    fn follows_only_normal_dependencies_of_published_packages() -> anyhow::Result<()> {
        let normal = json!([{ "kind": null }]);
        let dev = json!([{ "kind": "dev" }]);
        let workspace = Workspace::from_metadata(&json!({
            "target_directory": "/target",
            "workspace_members": ["lib", "tests"],
            "packages": [
                package("lib", &Value::Null), package("tests", &json!([])),
                package("used", &Value::Null), package("dev", &Value::Null), package("other", &Value::Null),
            ],
            "resolve": { "nodes": [
                { "id": "lib", "deps": [{ "pkg": "used", "dep_kinds": normal }, { "pkg": "dev", "dep_kinds": dev }] },
                { "id": "tests", "deps": [{ "pkg": "other", "dep_kinds": normal }] },
            ] },
        }))?;
        let shipped: Vec<&str> = workspace.shipped().iter().map(|package| package.name.as_str()).collect();
        assert_eq!(shipped, ["lib", "used"]);
        let published: Vec<&Package> = workspace.published().collect();
        assert_eq!(published.len(), 1);
        assert_eq!(published[0].features, ["tls"]);
        assert_eq!(published[0].examples, ["e"]);
        Ok(())
    }

    #[test]
    fn what_is_excluded_is_what_is_not_published() -> anyhow::Result<()> {
        let workspace = Workspace::load(&Project::open()?)?;
        let private = workspace.members().filter(|package| !package.published);
        let mut private: Vec<&str> = private.map(|package| package.name.as_str()).collect();
        private.sort_unstable();
        let mut excluded: Vec<&str> = PUBLISHED.into_iter().filter(|word| !word.starts_with("--")).collect();
        excluded.sort_unstable();
        assert_eq!(private, excluded);
        Ok(())
    }
}
