//! The table of a page, with the rows of a run in the place of older ones.

use anyhow::Context as _;

use super::row::{Rows, order};

/// The page with these rows; those of targets that the run has not measured stay.
pub(super) fn page(page: &str, rows: &Rows) -> anyhow::Result<String> {
    let lines: Vec<&str> = page.lines().collect();
    let begin = lines.iter().position(|line| id(line).is_some()).context("no line begins with `| P1 |`")?;
    let end = begin + lines[begin..].iter().take_while(|line| id(line).is_some()).count();

    let measured = rows.measured();
    let is_measured = |line: &&str| measured.iter().any(|measured| id(measured) == id(line));
    let kept = lines[begin..end].iter().copied().filter(|line| !is_measured(line));
    let mut table: Vec<&str> = measured.iter().map(String::as_str).chain(kept).collect();
    // Rows of one target stay in the order they came in.
    table.sort_by_key(|line| id(line).map(order));

    Ok([&lines[..begin], &table, &lines[end..]].concat().join("\n") + "\n")
}

/// The target that a line of the table is about.
fn id(line: &str) -> Option<&str> {
    let is_id = |id: &&str| id.starts_with('P') && !id.contains(|char: char| char.is_lowercase());
    line.strip_prefix("| ")?.split(' ').next().filter(is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_takes_its_place_and_the_rest_stays() -> anyhow::Result<()> {
        let rows = r#"{"id":"P10","what":"pages","measured":0.5,"sign":"<=","target":1.0,"verdict":"met"}
{"id":"P2","what":"read","measured":1.25,"sign":">=","target":1.2,"verdict":"met"}
{"id":"P2","what":"for comparison","measured":3.0}
{"id":"P3","what":"one","skipped":"there is no valgrind"}"#;
        let before = "# It\n\n| | What |\n|---|---|\n| P2 | old |\n| P3 | by hand |\n\nAnd so on.\n";
        let after = "# It\n\n| | What |\n|---|---|\n\
                     | P2 | read | 1.25 | ≥ 1.2 | met |\n\
                     | P2 | for comparison | 3.00 | | |\n\
                     | P3 | by hand |\n\
                     | P10 | pages | 0.50 | ≤ 1 | met |\n\nAnd so on.\n";
        assert_eq!(page(before, &Rows::read(rows)?)?, after);
        Ok(())
    }

    #[test]
    fn a_page_without_a_table_is_refused() {
        assert!(page("# It\n", &Rows::default()).is_err());
    }
}
