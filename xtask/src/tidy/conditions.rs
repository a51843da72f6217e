//! Conditional compilation: what is built may depend on features, tests and docs; on the platform only with a reason.

use crate::problem::Problem;

/// Conditions that need no explanation.
const PLAIN: &[&str] = &["test", "feature", "docsrs", "doc", "doctest"];
/// Combine others.
const LOGIC: &[&str] = &["not", "any", "all"];
/// What the platform decides, and `debug_assertions`: code some of us never run. A comment says why it must be.
const EXPLAINED: &[&str] =
    &["unix", "windows", "target_os", "target_family", "target_arch", "debug_assertions"];

/// `cfg` attributes and macros that are neither plain nor explained.
pub(super) fn stray(path: &str, text: &str) -> Vec<Problem> {
    let mut above = "";
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if !code.starts_with("//")
            && let Some(condition) = condition(code)
        {
            let explained = above.trim_start().starts_with("// ") || code.contains(" // ");
            for name in names(condition) {
                if PLAIN.contains(&name) || LOGIC.contains(&name) || (EXPLAINED.contains(&name) && explained)
                {
                    continue;
                }
                let hint = if EXPLAINED.contains(&name) {
                    "say why in a comment above it"
                } else {
                    "only test, feature, docsrs and the platform may decide what is compiled"
                };
                problems.push(Problem::at(path, index + 1, format!("stray cfg({name}): {hint}")));
            }
        }
        // The comment stands above the whole stack of attributes.
        if !code.starts_with("#[") {
            above = line;
        }
    }
    problems
}

/// What stands between the brackets of the first `#[cfg(`, `cfg!(` or the condition part of `#[cfg_attr(` in a line.
fn condition(code: &str) -> Option<&str> {
    let attribute = ["#[cfg(", "#![cfg(", "#[cfg_attr(", "#![cfg_attr("]
        .iter()
        .find_map(|start| code.strip_prefix(start));
    let rest = match attribute {
        Some(rest) => rest,
        None => code.split_once("cfg!(")?.1,
    };
    let mut depth = 0_usize;
    let end = rest.find(|c| {
        match c {
            '(' => depth += 1,
            // In `cfg_attr` the attribute follows the condition.
            ')' | ',' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        false
    });
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// The identifiers of a condition, without the strings they are compared with.
fn names(condition: &str) -> impl Iterator<Item = &str> {
    condition
        .split('"')
        .step_by(2)
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_features_and_docs_are_plain() {
        let text = "#[cfg(test)]\n#[cfg(all(feature = \"tls\", not(docsrs)))]\n#![cfg_attr(docsrs, feature(doc_cfg))]\n";
        assert_eq!(stray("a.rs", text), []);
    }

    #[test]
    fn the_platform_needs_a_reason() {
        for above in ["fn f() {}", "/// What it is, not why only here.", "//! Lives here."] {
            assert_eq!(stray("a.rs", &format!("{above}\n#[cfg(unix)]\nfn g() {{}}\n")).len(), 1, "{above}");
        }
        assert_eq!(stray("a.rs", "// Only unix has file modes.\n#[cfg(unix)]\nfn g() {}\n"), []);
        assert_eq!(stray("a.rs", "// Only unix has file modes.\n#[must_use]\n#[cfg(unix)]\nfn g() {}\n"), []);
    }

    #[test]
    fn other_conditions_are_stray_with_or_without_a_comment() {
        let text = concat!("// Because.\n#[cfg(my_switch)]\nlet a = cfg", "!(other);\n");
        let found = stray("a.rs", text);
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("cfg(my_switch)") && lines[1].contains("cfg(other)"), "{lines:?}");
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(stray("a.rs", "/// Without `#[cfg(nonsense)]` this would not do.\n"), []);
    }
}
