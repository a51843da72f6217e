//! One register a line, written as they come.

use std::io::{self, Write};

use super::csv::CsvRows;
use crate::judged::Judged;

/// Writes registers one by one, in a form that need not know how many there will be.
pub(crate) enum Records<W: Write> {
    Jsonl(W),
    Csv(Box<CsvRows<W>>),
}

impl<W: Write> Records<W> {
    pub(crate) fn write(&mut self, register: &Judged) -> io::Result<()> {
        match self {
            Records::Jsonl(out) => writeln!(out, "{}", register.kkt),
            Records::Csv(rows) => rows.write(register),
        }
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match self {
            Records::Jsonl(out) => out.flush(),
            Records::Csv(rows) => rows.finish(),
        }
    }
}
