//! The rows that a benchmark reports: a target, what was measured, and whether it is met.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::curve::Point;

/// What a measured value has to be.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "there is no third side")]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Bound {
    fn is_kept(self, measured: f64) -> bool {
        match self {
            Bound::AtLeast(least) => measured >= least,
            Bound::AtMost(most) => measured <= most,
        }
    }

    fn parts(self) -> (&'static str, f64) {
        match self {
            Bound::AtLeast(least) => (">=", least),
            Bound::AtMost(most) => ("<=", most),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, value) = self.parts();
        write!(f, "{sign} {value}")
    }
}

/// The targets of one benchmark.
///
/// `cargo bench` prints them and fails when one is missed. `cargo xtask bench` gives a file in `ATOL_BENCH_ROWS` to which
/// they are added, one JSON object a line, and judges them itself; `ATOL_BENCH_ONLY` names the targets it wants, and under
/// `ATOL_BENCH_QUICK` only what is counted is judged, for the times of a short run tell nothing.
#[derive(Debug)]
pub struct Table {
    is_quick: bool,
    wanted: Option<String>,
    rows: Vec<Value>,
    is_kept: bool,
}

impl Table {
    /// As the environment says.
    pub fn from_env() -> Table {
        let is_quick = std::env::var_os("ATOL_BENCH_QUICK").is_some();
        Table { is_quick, wanted: std::env::var("ATOL_BENCH_ONLY").ok(), rows: Vec::new(), is_kept: true }
    }

    /// Whether it is only to be seen that the benchmark works.
    pub fn is_quick(&self) -> bool {
        self.is_quick
    }

    /// Whether this target is asked for.
    pub fn wants(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == id))
    }

    /// A ratio of times; measured only where it is asked for, and not told of a short run.
    pub fn time(&mut self, id: &str, what: &str, bound: Bound, measure: impl FnOnce() -> f64) {
        if self.wants(id) {
            let measured = measure();
            if self.is_quick {
                self.skip(id, what, "a quick run tells no times");
            } else {
                self.add(id, what, bound, measured);
            }
        }
    }

    /// A count or a ratio of counts, which is the same in a short run and on a busy machine. Left out with a reason where
    /// it cannot be counted.
    pub fn count(
        &mut self,
        id: &str,
        what: &str,
        bound: Bound,
        count: impl FnOnce() -> Result<f64, &'static str>,
    ) {
        if self.wants(id) {
            match count() {
                Ok(measured) => self.add(id, what, bound, measured),
                Err(why) => self.skip(id, what, why),
            }
        }
    }

    /// What cannot be measured here, and why.
    pub fn skip(&mut self, id: &str, what: &str, why: &str) {
        if self.wants(id) {
            self.push(json!({ "id": id, "what": what, "skipped": why }), &format!("skipped: {why}"));
        }
    }

    /// A figure that is promised nothing of but helps to read the others.
    pub fn note(&mut self, id: &str, what: &str, measured: f64) {
        if self.wants(id) {
            self.push(json!({ "id": id, "what": what, "measured": measured }), &format!("{measured:>9.2}"));
        }
    }

    /// A point of a curve.
    pub(crate) fn point(&mut self, curve: &str, point: Point) {
        let Point { registers, nanoseconds, multiple, bytes } = point;
        self.rows.push(json!({
            "curve": curve, "registers": registers, "nanoseconds": nanoseconds, "multiple": multiple, "bytes": bytes,
        }));
        #[expect(clippy::print_stdout, reason = "a person reads it")]
        {
            println!(
                "     {curve:<12} {registers:>9} registers {nanoseconds:>9.0} ns {multiple:>6.2} × {bytes:>9.1} bytes"
            );
        }
    }

    fn add(&mut self, id: &str, what: &str, bound: Bound, measured: f64) {
        let is_kept = bound.is_kept(measured);
        self.is_kept &= is_kept;
        let verdict = if is_kept { "met" } else { "MISSED" };
        let (sign, target) = bound.parts();
        self.push(
            json!({ "id": id, "what": what, "measured": measured, "sign": sign, "target": target, "verdict": verdict }),
            &format!("{measured:>9.2}  {bound:<8} {verdict}"),
        );
    }

    #[expect(clippy::print_stdout, reason = "the table is the purpose")]
    fn push(&mut self, row: Value, figures: &str) {
        println!(
            "{:<4} {:<66} {figures}",
            row["id"].as_str().unwrap_or_default(),
            row["what"].as_str().unwrap_or_default()
        );
        self.rows.push(row);
    }

    /// Hands the rows over, or fails when a target is missed and nobody else judges.
    pub fn finish(self) -> ExitCode {
        if let Some(path) = std::env::var_os("ATOL_BENCH_ROWS") {
            let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
            for row in self.rows {
                writeln!(file, "{row}").unwrap();
            }
            return ExitCode::SUCCESS;
        }
        if self.is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
