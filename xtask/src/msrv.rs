//! The oldest Rust we build with: said once, and true of everything a user compiles.

use crate::{
    problem::Problem,
    project::Project,
    workspace::{Package, Workspace},
};

/// Every package of ours names the same `rust-version`, and nothing they bring asks for a newer one.
pub(crate) fn problems(project: &Project) -> anyhow::Result<Vec<Problem>> {
    let workspace = Workspace::load(project)?;
    let mut problems = disagreements(workspace.members());
    if problems.is_empty() {
        let floor =
            workspace.members().find_map(|package| package.rust_version.as_deref()).unwrap_or_default();
        problems.extend(too_new(&workspace.shipped(), floor));
    }
    Ok(problems)
}

fn disagreements<'a>(members: impl Iterator<Item = &'a Package>) -> Vec<Problem> {
    let mut agreed = None;
    let mut problems = Vec::new();
    for package in members {
        match (&package.rust_version, agreed) {
            (None, _) => problems.push(Problem::new(&package.name, "write `rust-version.workspace = true`")),
            (Some(version), None) => agreed = Some(version),
            (Some(version), Some(first)) if version != first => problems.push(Problem::new(
                &package.name,
                format!("rust-version {version}, but another package says {first}; both must come from the workspace"),
            )),
            (Some(_), Some(_)) => {}
        }
    }
    problems
}

fn too_new(packages: &[&Package], floor: &str) -> Vec<Problem> {
    packages
        .iter()
        .filter_map(|package| {
            let wanted = package.rust_version.as_deref()?;
            (number(wanted) > number(floor)).then(|| {
                let Package { name, version, .. } = package;
                Problem::new(
                    format!("{name} {version}"),
                    format!(
                        "needs Rust {wanted}, our rust-version is {floor}: take an older one, or raise ours"
                    ),
                )
            })
        })
        .collect()
}

/// `1.88` and `1.88.0` are the same version.
fn number(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, rust_version: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            rust_version: rust_version.map(str::to_owned),
            published: true,
            features: Vec::new(),
            examples: Vec::new(),
        }
    }

    #[test]
    fn packages_must_agree() {
        let packages = [package("a", Some("1.88")), package("b", None), package("c", Some("1.90"))];
        let found: Vec<String> = disagreements(packages.iter()).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("b: write"), "{found:?}");
        assert!(found[1].starts_with("c: rust-version 1.90"), "{found:?}");
    }

    #[test]
    fn a_dependency_may_not_ask_for_more() {
        let (same, newer, silent) =
            (package("same", Some("1.88.0")), package("newer", Some("1.90.1")), package("silent", None));
        let found = too_new(&[&same, &newer, &silent], "1.88");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].to_string().starts_with("newer 1.0.0: needs Rust 1.90.1"), "{found:?}");
    }
}
