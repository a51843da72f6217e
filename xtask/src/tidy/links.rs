//! Links in Markdown: a relative one leads to a file of the project, an anchor to a heading in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{problem::Problem, project::extension, tidy::fences::fence};

/// Links in the file at `path` that lead nowhere. Links out of the project are not followed: a check must not need
/// the internet.
pub(super) fn broken(
    path: &str,
    text: &str,
    files: &[String],
    read: impl Fn(&str) -> Option<String>,
) -> Vec<Problem> {
    prose(text)
        .flat_map(|(number, line)| targets(&line).into_iter().map(move |target| (number, target)))
        .filter_map(|(number, link)| {
            let message = fault(path, text, &link, files, &read)?;
            Some(Problem::at(path, number, format!("link `{link}`: {message}")))
        })
        .collect()
}

fn fault(
    path: &str,
    text: &str,
    link: &str,
    files: &[String],
    read: &impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let Some(target) = resolve(path, file) else { return Some("leads out of the project".to_owned()) };
    let folder = format!("{target}/");
    let is_folder = target.is_empty() || files.iter().any(|known| known.starts_with(&folder));
    if !is_folder && !files.contains(&target) {
        return Some(format!("there is no {target}"));
    }
    if anchor.is_empty() || extension(&target) != "md" {
        return None;
    }
    let headings = if target == path { anchors(text) } else { anchors(&read(&target)?) };
    (!headings.contains(anchor)).then(|| format!("{target} has no heading #{anchor}"))
}

/// The path a link means, from the root; none when it climbs above the root.
fn resolve(from: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The lines outside code blocks with inline code blanked out, counted from one.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut open: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        match (fence(line), open) {
            (Some((mark, "")), Some(opening)) if mark.starts_with(opening) => open = None,
            (Some((mark, _)), None) => open = Some(mark),
            (None, None) => return Some((index + 1, without_code(line))),
            _ => {}
        }
        None
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// The targets of `[text](target)`, `[text](target "title")` and `[label]: target`.
fn targets(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let reference = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, rest)| rest.split_whitespace().next());
    inline.chain(reference).filter(|target| !target.is_empty()).map(str::to_owned).collect()
}

/// The anchors GitHub gives the headings of a page, and those set by hand with `<a id="…">`.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    let mut open = false;
    for line in text.lines() {
        if fence(line).is_some() {
            open = !open;
        }
        if open {
            continue;
        }
        if let Some((_, rest)) = line.split_once("<a id=\"")
            && let Some((id, _)) = rest.split_once('"')
        {
            anchors.insert(id.to_owned());
        }
        let heading = line.trim_start_matches('#');
        let Some(heading) = heading.strip_prefix(' ').filter(|_| line.starts_with('#')) else { continue };
        let slug = slug(heading);
        let count = seen.entry(slug.clone()).or_default();
        anchors.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
    anchors
}

fn slug(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            _ => c.is_alphanumeric().then_some(c),
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> Vec<String> {
        let files = ["README.md", "docs/guide.md", "docs/img/one.png"].map(str::to_owned);
        let read = |target: &str| {
            (target == "docs/guide.md")
                .then(|| "# Guide\n## First `atol` steps\n## Ошибки\n## Ошибки\n".to_owned())
        };
        broken(path, text, &files, read).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_links_pass() {
        let text = "# Here\n[a](docs/guide.md#first-atol-steps) [b](#here) [c](docs) [d](https://example.org/x)\n\
                    [e](docs/guide.md#ошибки-1 \"title\")\n[f]: docs/img/one.png\n";
        assert_eq!(check("README.md", text), Vec::<String>::new());
        assert_eq!(check("docs/guide.md", "[up](../README.md)\n"), Vec::<String>::new());
    }

    #[test]
    fn a_missing_file_a_missing_heading_and_a_climb_are_named() {
        assert_eq!(
            check("README.md", "[a](docs/gone.md)\n\n[b](docs/guide.md#gone) [c](../out.md)\n"),
            [
                "README.md:1: link `docs/gone.md`: there is no docs/gone.md",
                "README.md:3: link `docs/guide.md#gone`: docs/guide.md has no heading #gone",
                "README.md:3: link `../out.md`: leads out of the project",
            ]
        );
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(check("README.md", "`[a](gone.md)`\n```text\n[b](gone.md)\n```\n"), Vec::<String>::new());
    }
}
