//! The rows that the benchmarks report, and the table they make.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::problem::Problem;

/// A target with what was measured, or a figure beside one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    id: String,
    what: String,
    result: Outcome,
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Target { measured: f64, sign: String, target: f64, verdict: String },
    Figure(f64),
    Skipped(String),
}

const MET: &str = "met";
const MISSED: &str = "MISSED";

/// Targets that are missed for the reason that docs/performance.md gives, and what they must stay within all the same.
const EXPLAINED: &[(&str, f64)] = &[("P7", 1.7), ("P8", 1.0), ("P9", 0.65)];

impl Row {
    /// A count that has a budget.
    #[expect(clippy::cast_precision_loss, reason = "some hundred crates")]
    pub(super) fn count(id: &str, what: &str, count: usize, budget: usize) -> Self {
        let verdict = if count <= budget { MET } else { MISSED };
        let result = Outcome::Target {
            measured: count as f64,
            sign: "<=".to_owned(),
            target: budget as f64,
            verdict: verdict.to_owned(),
        };
        Self { id: id.to_owned(), what: what.to_owned(), result }
    }

    fn read(value: &Value) -> Option<Self> {
        let string = |name: &str| Some(value[name].as_str()?.to_owned());
        let result = if let Some(why) = string("skipped") {
            Outcome::Skipped(why)
        } else {
            let measured = value["measured"].as_f64()?;
            match value["target"].as_f64() {
                Some(target) => {
                    Outcome::Target { measured, sign: string("sign")?, target, verdict: string("verdict")? }
                }
                None => Outcome::Figure(measured),
            }
        };
        Some(Self { id: string("id")?, what: string("what")?, result })
    }

    fn write(&self) -> Value {
        let Self { id, what, result } = self;
        match result {
            Outcome::Target { measured, sign, target, verdict } => {
                json!({ "id": id, "what": what, "measured": measured, "sign": sign, "target": target, "verdict": verdict })
            }
            Outcome::Figure(measured) => json!({ "id": id, "what": what, "measured": measured }),
            Outcome::Skipped(why) => json!({ "id": id, "what": what, "skipped": why }),
        }
    }

    /// What is said of a target behind its figures.
    fn verdict(&self) -> &str {
        match &self.result {
            Outcome::Target { verdict, .. } if verdict == MISSED && self.is_explained() => {
                "missed, explained"
            }
            Outcome::Target { verdict, .. } => verdict,
            Outcome::Figure(_) | Outcome::Skipped(_) => "",
        }
    }

    fn is_explained(&self) -> bool {
        let Outcome::Target { measured, sign, .. } = &self.result else { return false };
        let within = |limit: f64| if sign == ">=" { *measured >= limit } else { *measured <= limit };
        EXPLAINED.iter().any(|(id, limit)| *id == self.id && within(*limit))
    }

    fn measured(&self) -> Option<f64> {
        match &self.result {
            Outcome::Target { measured, .. } | Outcome::Figure(measured) => Some(*measured),
            Outcome::Skipped(_) => None,
        }
    }
}

/// By number, so that P10 comes behind P9; what has none comes last.
pub(super) fn order(id: &str) -> u32 {
    id.trim_start_matches('P').parse().unwrap_or(u32::MAX)
}

/// A point of a curve: what a register takes in a list of so many.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) curve: String,
    pub(super) registers: f64,
    pub(super) nanoseconds: f64,
    /// The time as a multiple of what the plainest code takes.
    pub(super) multiple: f64,
    pub(super) bytes: f64,
}

impl Point {
    fn read(value: &Value) -> Option<Self> {
        let number = |name: &str| value[name].as_f64();
        Some(Self {
            curve: value["curve"].as_str()?.to_owned(),
            registers: number("registers")?,
            nanoseconds: number("nanoseconds")?,
            multiple: number("multiple")?,
            bytes: number("bytes")?,
        })
    }
}

/// Everything one run has reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) targets: Vec<Row>,
    pub(super) points: Vec<Point>,
}

impl Rows {
    /// From one JSON object a line.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let mut rows = Self::default();
        for line in text.lines() {
            let value = serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))?;
            if let Some(point) = Point::read(&value) {
                rows.points.push(point);
            } else {
                rows.targets.push(Row::read(&value).with_context(|| format!("not a row: {line}"))?);
            }
        }
        Ok(rows)
    }

    pub(super) fn load(path: impl AsRef<std::path::Path>) -> anyhow::Result<Self> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::read(&text)
    }

    pub(super) fn save(&self, path: impl AsRef<std::path::Path>) -> anyhow::Result<()> {
        let path = path.as_ref();
        std::fs::write(path, self.lines()).with_context(|| format!("cannot write {}", path.display()))
    }

    /// One JSON object a line; the points stay behind, for nothing is compared with them.
    fn lines(&self) -> String {
        let lines: Vec<String> = self.targets.iter().map(|row| row.write().to_string()).collect();
        lines.join("\n")
    }

    /// What a person reads, in the order of the targets; with `before`, how each has changed.
    pub(super) fn table(&self, before: Option<&Self>) -> String {
        let mut rows: Vec<&Row> = self.targets.iter().collect();
        rows.sort_by_key(|row| order(&row.id));
        let widest = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or_default();
        let mut table = format!("{:<4} {:<widest$} {:>9}  {:<8}", "id", "what", "measured", "target");
        if before.is_some() {
            table.push_str("   before  change");
        }
        for row in rows {
            // Writing to a `String` cannot fail.
            let _ = write!(table, "\n{:<4} {:<widest$} ", row.id, row.what);
            let _ = match &row.result {
                Outcome::Target { measured, sign, target, .. } => {
                    write!(table, "{measured:>9.2}  {:<8}", format!("{sign} {target}"))
                }
                Outcome::Figure(measured) => write!(table, "{measured:>9.2}  {:<8}", ""),
                Outcome::Skipped(_) => write!(table, "{:>9}  {:<8}", "", ""),
            };
            if let Some(before) = before {
                let _ = write!(table, " {}", change(before.same(row), row.measured()));
            }
            let _ = match &row.result {
                Outcome::Skipped(why) => write!(table, "  skipped: {why}"),
                Outcome::Target { .. } | Outcome::Figure(_) => write!(table, "  {}", row.verdict()),
            };
        }
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }

    /// What was measured as rows of a Markdown table.
    pub(super) fn measured(&self) -> Vec<String> {
        let line = |row: &Row| {
            let (id, what, measured) = (&row.id, &row.what, row.measured()?);
            let target = match &row.result {
                Outcome::Target { sign, target, .. } => {
                    format!("{} {target} | {} |", if sign == ">=" { '≥' } else { '≤' }, row.verdict())
                }
                Outcome::Figure(_) | Outcome::Skipped(_) => "| |".to_owned(),
            };
            Some(format!("| {id} | {what} | {measured:.2} | {target}"))
        };
        self.targets.iter().filter_map(line).collect()
    }

    fn same(&self, row: &Row) -> Option<f64> {
        self.targets.iter().find(|old| old.id == row.id && old.what == row.what)?.measured()
    }

    /// Targets that are missed, and those among `asked` that nobody has reported.
    pub(super) fn problems(&self, asked: &[&str]) -> Vec<Problem> {
        let missed = self.targets.iter().filter_map(|row| match &row.result {
            Outcome::Target { measured, sign, target, .. } if row.verdict() == MISSED => {
                let message = format!("{}: {measured:.2}, promised {sign} {target}", row.what);
                Some(Problem::new(&row.id, message))
            }
            _ => None,
        });
        let silent = asked.iter().filter(|id| self.targets.iter().all(|row| row.id != **id));
        missed.chain(silent.map(|id| Problem::new(*id, "no benchmark has reported it"))).collect()
    }
}

fn change(before: Option<f64>, now: Option<f64>) -> String {
    match (before, now) {
        (Some(before), Some(now)) => format!("{before:>8.2} {:>+6.1}%", (now / before - 1.0) * 100.0),
        _ => format!("{:>16}", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"{"id":"P10","what":"pages","measured":0.5,"sign":"<=","target":1.0,"verdict":"met"}
{"id":"P1","what":"read","measured":1.1,"sign":">=","target":1.2,"verdict":"MISSED"}
{"id":"P7","what":"one","skipped":"there is no valgrind"}
{"id":"P1","what":"for comparison","measured":3.25}
{"curve":"read","registers":100,"nanoseconds":900.0,"multiple":0.8,"bytes":507.0}
"#;

    #[test]
    fn the_table_is_in_the_order_of_the_targets_and_marks_misses() -> anyhow::Result<()> {
        assert_eq!(
            Rows::read(ROWS)?.table(None),
            "id   what            measured  target\n\
             P1   read                1.10  >= 1.2    MISSED\n\
             P1   for comparison      3.25\n\
             P7   one                                 skipped: there is no valgrind\n\
             P10  pages               0.50  <= 1      met\n"
        );
        Ok(())
    }

    #[test]
    fn what_is_saved_is_what_the_next_run_is_compared_with() -> anyhow::Result<()> {
        let now = Rows::read(ROWS)?;
        let before = Rows::read(&now.lines().replace("0.5", "0.4"))?;
        assert!(now.table(Some(&before)).contains("0.40  +25.0%  met"), "{}", now.table(Some(&before)));
        Ok(())
    }

    #[test]
    fn misses_and_silence_are_problems_and_a_reason_is_not() -> anyhow::Result<()> {
        let problems = Rows::read(ROWS)?.problems(&["P1", "P7", "P8"]);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["P1: read: 1.10, promised >= 1.2", "P8: no benchmark has reported it"]);
        Ok(())
    }

    #[test]
    fn an_explained_miss_is_said_and_no_problem_until_it_grows() -> anyhow::Result<()> {
        let row = r#"{"id":"P7","what":"one","measured":1.6,"sign":"<=","target":1.3,"verdict":"MISSED"}"#;
        let rows = Rows::read(row)?;
        assert!(rows.table(None).contains("missed, explained"), "{}", rows.table(None));
        assert_eq!(rows.problems(&["P7"]), []);
        assert_eq!(Rows::read(&row.replace("1.6", "9.9"))?.problems(&["P7"]).len(), 1);
        Ok(())
    }

    #[test]
    fn points_are_kept_apart_from_targets() -> anyhow::Result<()> {
        assert_eq!(Rows::read(ROWS)?.points.len(), 1);
        Ok(())
    }
}
