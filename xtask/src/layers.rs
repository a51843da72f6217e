//! What each crate may bring with it: layers that point one way, features that keep their promise, tree sizes.
//!
//! The rules are a table; `cargo tree` tells how it is.

use std::collections::BTreeSet;

use anyhow::Context as _;
use xshell::cmd;

use crate::{problem::Problem, project::Project};

/// Which features of the package a rule looks at.
#[derive(Clone, Copy, Debug)]
enum Features {
    None,
    Default,
    All,
}

/// What the normal dependency tree of a package must not hold.
#[derive(Debug)]
struct Ban {
    package: &'static str,
    features: Features,
    banned: &'static [&'static str],
    why: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        package: "atol-model",
        features: Features::All,
        banned: &[
            "tokio",
            "hyper",
            "http",
            "tower",
            "atol-transport",
            "atol-monitor",
            "atol-mock",
            "atol-cli",
        ],
        why: "the model is usable without a runtime and without HTTP",
    },
    Ban {
        package: "atol-transport",
        features: Features::All,
        banned: &["atol-monitor", "atol-mock", "atol-cli"],
        why: "layers point one way: model, transport, monitor, cli",
    },
    Ban {
        package: "atol-transport",
        features: Features::None,
        banned: &["hyper-util", "hyper-rustls", "rustls", "ring", "aws-lc-rs"],
        why: "without default features it is layers only, for users who bring their own connector",
    },
    Ban {
        package: "atol-monitor",
        features: Features::All,
        banned: &["atol-mock", "atol-cli"],
        why: "layers point one way: model, transport, monitor, cli",
    },
    Ban {
        package: "atol-mock",
        features: Features::All,
        banned: &["atol-transport", "atol-monitor", "atol-cli"],
        why: "a stand-in that shared code with the client would share its mistakes",
    },
    Ban {
        package: "xtask",
        features: Features::All,
        banned: &[
            "atol-model",
            "atol-transport",
            "atol-monitor",
            "atol-mock",
            "atol-cli",
            "atol-tests",
            "atol-bench",
        ],
        why: "xtask keeps working while the crates do not compile",
    },
];

/// What no user of a published package shall compile, on whatever platform and with whatever features.
const NEVER: &[(&str, &str)] = &[
    ("openssl", "TLS is rustls: nothing to install, one behaviour everywhere"),
    ("openssl-sys", "TLS is rustls: nothing to install, one behaviour everywhere"),
    ("native-tls", "TLS is rustls: nothing to install, one behaviour everywhere"),
    ("h2", "the service speaks HTTP/1.1"),
    ("rustls-pemfile", "unmaintained; rustls-pki-types reads PEM"),
];

// The command is not in this list: its embedded stand-in is built on wiremock, which brings h2.
const SHIPPED: &[&str] = &["atol-model", "atol-transport", "atol-monitor"];

/// How many crates, itself included, a package may compile with its default features.
const BUDGETS: &[(&str, usize)] =
    &[("atol-model", 15), ("atol-transport", 70), ("atol-monitor", 75), ("atol-cli", 180)];

/// Docs that tell the reader how many crates a package compiles.
const TOLD: &[(&str, &str)] =
    &[("atol-model", "crates/atol-model/src/lib.rs"), ("atol-model", "crates/atol-model/README.md")];

/// Checks the whole table.
pub(crate) fn problems(project: &Project) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for Ban { package, features, banned, why } in BANS {
        let tree = tree(project, package, *features, Platforms::All)?;
        for name in names(&tree).intersection(&banned.iter().copied().collect()) {
            problems.push(Problem::new(*package, brings(package, *features, name, why)));
        }
    }
    for package in SHIPPED {
        let tree = tree(project, package, Features::All, Platforms::All)?;
        let names = names(&tree);
        for (name, why) in NEVER.iter().filter(|(name, _)| names.contains(name)) {
            problems.push(Problem::new(*package, brings(package, Features::All, name, why)));
        }
    }
    for (package, count, budget) in sizes(project)? {
        for (_, docs) in TOLD.iter().filter(|(told, _)| *told == package) {
            let sentence = told(count);
            if !project.read(docs)?.contains(&sentence) {
                problems
                    .push(Problem::new(*docs, format!("must say \"{sentence}\": so `cargo tree` counts")));
            }
        }
        if count > budget {
            let see = format!("cargo tree -p {package} -e normal");
            problems
                .push(Problem::new(package, format!("{count} crates, the budget is {budget}; see `{see}`")));
        }
    }
    Ok(problems)
}

/// How many crates, itself included, a package compiles, and how many it may.
pub(crate) fn sizes(project: &Project) -> anyhow::Result<Vec<(&'static str, usize, usize)>> {
    let size = |&(package, budget)| {
        let tree = tree(project, package, Features::Default, Platforms::Host)?;
        Ok((package, crates(&tree).len(), budget))
    };
    BUDGETS.iter().map(size).collect()
}

#[derive(Clone, Copy, Debug)]
enum Platforms {
    Host,
    All,
}

fn tree(
    project: &Project,
    package: &str,
    features: Features,
    platforms: Platforms,
) -> anyhow::Result<String> {
    let format = "{p}";
    let features = features_flag(features);
    let target: &[&str] = match platforms {
        Platforms::Host => &[],
        Platforms::All => &["--target", "all"],
    };
    cmd!(
        project.sh,
        "cargo tree --quiet --locked -p {package} -e normal --prefix none -f {format} {features...} {target...}"
    )
    .quiet()
    .read()
    .with_context(|| format!("cannot read the dependency tree of {package}"))
}

fn told(count: usize) -> String {
    format!("{count} crates, itself included")
}

fn features_flag(features: Features) -> &'static [&'static str] {
    match features {
        Features::None => &["--no-default-features"],
        Features::Default => &[],
        Features::All => &["--all-features"],
    }
}

fn brings(package: &str, features: Features, name: &str, why: &str) -> String {
    let features = features_flag(features).concat();
    let space = if features.is_empty() { "" } else { " " };
    format!(
        "brings {name}, but {why}; see `cargo tree -p {package} -e normal --target all{space}{features} -i {name}`"
    )
}

/// The distinct `name version` pairs of a tree printed with `{p}`, one package a line.
fn crates(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect()
}

fn names(tree: &str) -> BTreeSet<&str> {
    crates(tree).into_iter().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "\
atol-model v0.1.0 (/somewhere/crates/atol-model)
jiff v1.0.1
serde v1.0.229
serde_derive v1.0.229 (proc-macro)
serde v1.0.229 (*)
syn v2.0.0
syn v3.0.0
";

    #[test]
    fn counts_every_version_once() {
        assert_eq!(crates(TREE).len(), 6);
    }

    #[test]
    fn names_are_whole_names() {
        let names = names(TREE);
        assert!(names.contains("serde_derive") && names.contains("atol-model"));
        assert!(!names.contains("derive"));
    }

    #[test]
    fn a_finding_names_the_command_that_shows_why() {
        assert_eq!(
            brings("atol-model", Features::All, "tokio", "it must not"),
            "brings tokio, but it must not; \
             see `cargo tree -p atol-model -e normal --target all --all-features -i tokio`"
        );
    }
}
