//! What goes to standard output: a file for each form.

mod listing;
pub(crate) mod table;

use std::fmt::Display;
use std::io::{self, Write};

pub(crate) use self::listing::{Listing, right};

/// Prints data, and a line end behind it.
pub(crate) fn print(data: &dyn Display) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "{data}")?;
    out.flush()
}

/// Writes data as it is.
pub(crate) fn write_out(data: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data)?;
    out.flush()
}
