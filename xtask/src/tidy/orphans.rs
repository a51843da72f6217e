//! Source files that no module declares: they look like code, and nobody compiles them.

use crate::problem::Problem;

/// Files that are where a crate or a module begins, whoever declares them.
const ROOTS: &[&str] = &["lib", "main", "mod", "build"];

/// The files of `files` that the file of their parent module leaves out; `read` gives a file's text.
pub(super) fn orphans(files: &[String], read: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for path in files {
        let Some((folder, name)) = module(path) else { continue };
        let parents = ["/mod.rs", "/lib.rs", "/main.rs", ".rs"].map(|end| format!("{folder}{end}"));
        let parents: Vec<&String> = parents.iter().filter(|parent| files.contains(parent)).collect();
        // Without a parent it is a root of its own: an example, a benchmark, an integration test.
        let is_declared = parents.iter().any(|parent| read(parent).is_some_and(|text| declares(&text, name)));
        if let ([first, ..], false) = (parents.as_slice(), is_declared) {
            problems.push(Problem::new(path, format!("nobody compiles it: {first} has no `mod {name};`")));
        }
    }
    problems
}

/// The folder of the parent module, and the module's name.
fn module(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_suffix(".rs")?;
    let (folder, name) = path.strip_suffix("/mod").unwrap_or(path).rsplit_once('/')?;
    (!ROOTS.contains(&name)).then_some((folder, name))
}

fn declares(text: &str, name: &str) -> bool {
    text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).any(|line| {
        let declared = line.split_once("mod ").map(|(_, rest)| rest.trim_end_matches([';', ' ']));
        declared == Some(name) || line.contains(&format!("{name}.rs\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let names: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let read =
            |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        orphans(&names, read).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_that_no_module_declares_is_named_with_who_should() {
        let found = found(&[("a/src/lib.rs", "mod b;\n// mod c;\n"), ("a/src/b.rs", ""), ("a/src/c.rs", "")]);
        assert_eq!(found, ["a/src/c.rs: nobody compiles it: a/src/lib.rs has no `mod c;`"]);
    }

    #[test]
    fn modules_are_declared_by_the_file_of_their_folder_in_either_style() {
        let files = [
            ("a/src/main.rs", "pub(crate) mod b;\nmod c;\n"),
            ("a/src/b.rs", "mod d;\n"),
            ("a/src/b/d.rs", ""),
            ("a/src/c/mod.rs", "#[path = \"f.rs\"]\nmod e;\n"),
            ("a/src/c/f.rs", ""),
        ];
        assert!(found(&files).is_empty());
    }

    #[test]
    fn examples_benches_and_integration_tests_are_declared_by_nobody() {
        assert!(found(&[("a/tests/b.rs", ""), ("a/benches/c.rs", ""), ("a/build.rs", "")]).is_empty());
    }
}
