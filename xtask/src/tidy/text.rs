//! Rules about lines: the module doc comes first, nothing trails, nothing is left over.

use crate::{problem::Problem, project::extension};

/// The first line of every Rust file says what lives in it.
pub(super) fn module_doc(path: &str, text: &str) -> Option<Problem> {
    let says_something = text.strip_prefix("//! ").is_some_and(|rest| !rest.trim_start().is_empty());
    (!says_something)
        .then(|| Problem::at(path, 1, "the first line must be a `//!` that says what lives in the file"))
}

pub(super) fn trailing_whitespace(path: &str, text: &str) -> Vec<Problem> {
    let mut problems: Vec<Problem> = text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| line.trim_end() != *line)
        .map(|(index, _)| Problem::at(path, index + 1, "trailing whitespace"))
        .collect();
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(Problem::at(path, text.lines().count(), "no newline at the end of the file"));
    }
    problems
}

/// Spelt in halves, so that this file passes its own rule.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// A promise in a comment is forgotten; one with a link to the place where it is tracked is not.
pub(super) fn left_overs(path: &str, text: &str) -> Vec<Problem> {
    let comment = match extension(path) {
        "rs" => "//",
        "toml" | "yml" | "yaml" | "sh" => "#",
        _ => return Vec::new(),
    };
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let (_, comment) = line.split_once(comment)?;
            let marker = MARKERS.into_iter().find(|marker| words(comment).any(|word| word == *marker))?;
            (!comment.contains("https://")).then(|| {
                Problem::at(
                    path,
                    index + 1,
                    format!("{marker} without a link to its issue: do it, or link it"),
                )
            })
        })
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_file_begins_with_its_purpose() {
        assert_eq!(module_doc("a.rs", "//! Lives here.\n"), None);
        for text in ["", "//!\n//! Late.\n", "//! \n", "// Comment\n", "use std::fmt;\n", "\n//! Late.\n"] {
            assert!(module_doc("a.rs", text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn blanks_at_the_end_of_a_line_are_named_by_line() {
        assert_eq!(trailing_whitespace("a.md", "one\n\ntwo\n"), []);
        let found = trailing_whitespace("a.md", "one \ntwo\t\r\nthree");
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "a.md:1: trailing whitespace",
                "a.md:2: trailing whitespace",
                "a.md:3: no newline at the end of the file"
            ]
        );
    }

    #[test]
    fn markers_count_only_as_words_in_comments_without_a_link() {
        let marker = MARKERS[0];
        for fine in [
            format!("let {marker} = 1;"),
            format!("// {marker}S are forbidden"),
            format!("// {marker}(https://example.org/1): later"),
        ] {
            assert_eq!(left_overs("a.rs", &fine), [], "{fine}");
        }
        assert_eq!(left_overs("a.rs", &format!("x(); // {marker}: later")).len(), 1);
        assert_eq!(left_overs("a.toml", &format!("# {marker} later")).len(), 1);
        assert_eq!(left_overs("a.md", &format!("# {marker} later")).len(), 0);
    }
}
