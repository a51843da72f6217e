//! One register a line, written as they come.

use std::io::{self, Write};

use atol_monitor::Kkt;
use atol_monitor::health::Assessment;

use super::csv::CsvRows;

/// Writes registers one by one, in a form that need not know how many there will be.
pub(crate) enum Records<W: Write> {
    Jsonl(W),
    Csv(Box<CsvRows<W>>),
}

impl<W: Write> Records<W> {
    /// Judges the register only if the form tells of it.
    pub(crate) fn write(&mut self, kkt: &Kkt, judge: impl FnOnce() -> Assessment) -> io::Result<()> {
        match self {
            Records::Jsonl(out) => writeln!(out, "{kkt}"),
            Records::Csv(rows) => rows.write(kkt, &judge()),
        }
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self {
            Records::Jsonl(out) => out.flush(),
            Records::Csv(rows) => rows.finish(),
        }
    }
}
