//! Code fences: every block says what it holds, and Rust in docs is compiled.

use crate::problem::Problem;

/// Tags of blocks that are not Rust, the same in doc comments and in Markdown.
const OTHER: &[&str] = &[
    "text",
    "sh",
    "console",
    // Not run by the job `guide`, because it needs what a check must not need.
    "console by-hand",
    "powershell",
    "json",
    "toml",
    "yaml",
    "http",
    "ini",
    "csv",
    "promql",
    "dockerfile",
    "mermaid",
    "php",
];

/// Tags of Rust blocks that rustdoc compiles. `ignore` is not among them on purpose: an example nobody compiles rots.
const COMPILED: &[&str] = &["", "rust", "no_run", "rust,no_run", "compile_fail", "should_panic"];

/// Fences in `///` and `//!` comments, where an empty tag means Rust.
pub(super) fn in_doc_comments(path: &str, text: &str) -> Vec<Problem> {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))
    });
    unknown(path, lines, |tag| COMPILED.contains(&tag) || OTHER.contains(&tag))
}

/// Fences in Markdown files, where every block is named.
pub(super) fn in_markdown(path: &str, text: &str) -> Vec<Problem> {
    unknown(path, text.lines().map(Some), |tag| {
        (COMPILED.contains(&tag) && !tag.is_empty()) || OTHER.contains(&tag)
    })
}

/// A line of `None` is not documentation and ends any block, so an unclosed fence cannot swallow the file.
fn unknown<'a>(
    path: &str,
    lines: impl Iterator<Item = Option<&'a str>>,
    known: impl Fn(&str) -> bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut open: Option<&str> = None;
    for (index, line) in lines.enumerate() {
        let Some(line) = line else {
            open = None;
            continue;
        };
        let Some((fence, tag)) = fence(line) else { continue };
        match open {
            Some(opening) if fence.starts_with(opening) && tag.is_empty() => open = None,
            Some(_) => {}
            None => {
                open = Some(fence);
                if !known(tag) {
                    let tag = if tag.is_empty() { "no tag" } else { tag };
                    problems.push(Problem::at(path, index + 1, format!("a code block with {tag}: take one of the tags in xtask/src/tidy/fences.rs (Rust is compiled, never ignored)")));
                }
            }
        }
    }
    problems
}

/// The run of backticks or tildes a line begins with, and what stands behind it.
pub(crate) fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    // Backticks behind the run are inline code that happens to begin the line.
    (length >= 3 && !rest.contains('`')).then(|| (&line[..length], rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_examples_are_found() {
        let text = "/// ```\n/// let a = 1;\n/// ```\n///\n/// ```ignore\n/// nonsense\n/// ```\nfn f() {}\n";
        let found: Vec<String> = in_doc_comments("a.rs", text).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("a.rs:5: a code block with ignore"), "{found:?}");
    }

    #[test]
    fn markdown_blocks_need_a_tag() {
        assert_eq!(in_markdown("a.md", "```sh\nls\n```\n~~~text\n```\n~~~\n"), []);
        assert_eq!(in_markdown("a.md", "```\nls\n```\n").len(), 1);
        assert_eq!(in_markdown("a.md", "```rust,ignore\nls\n```\n").len(), 1);
    }

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        assert_eq!(in_markdown("a.md", "````text\n```nonsense\n```\n````\n"), []);
    }

    #[test]
    fn inline_code_is_no_fence() {
        assert_eq!(in_markdown("a.md", "```a``` is inline\n"), []);
    }

    #[test]
    fn a_block_ends_with_its_comment() {
        let text = "/// ```json\n/// {}\nfn f() {}\n/// ```wrong\n/// ```\nfn g() {}\n";
        assert_eq!(in_doc_comments("a.rs", text).len(), 1);
    }
}
