//! What goes to standard output.

pub(crate) mod table;

use std::fmt::Display;
use std::io::{self, Write};

/// Prints data, and a line end behind it.
pub(crate) fn print(data: &dyn Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{data}")?;
    out.flush()
}
