//! Source files that Markdown names, such as `retry/policy.rs`: each is there, so that a map of the code stays one.

use crate::{problem::Problem, project::extension};

/// Names in the Markdown file at `path` that end no path of the project.
pub(super) fn gone(path: &str, text: &str, files: &[String]) -> Vec<Problem> {
    text.lines()
        .zip(1..)
        .flat_map(|(line, number)| line.split('`').skip(1).step_by(2).map(move |code| (code, number)))
        .filter(|(code, _)| extension(code) == "rs" && !code.contains(' '))
        .filter(|(code, _)| {
            let end = format!("/{code}");
            !files.iter().any(|file| file == code || file.ends_with(&end))
        })
        .map(|(code, number)| Problem::at(path, number, format!("there is no {code}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_is_found_where_it_is_named() {
        let files = ["crates/a/src/retry/policy.rs", "xtask/src/ci.rs"].map(str::to_owned);
        let text = "Ask `retry/policy.rs` and `xtask/src/ci.rs`;\n`cargo run a.rs` is none.\nGone: `try/policy.rs`.\n";
        let found: Vec<String> = gone("docs/a.md", text, &files).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["docs/a.md:3: there is no try/policy.rs"]);
    }
}
