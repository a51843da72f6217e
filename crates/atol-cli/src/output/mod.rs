//! What goes to standard output: a file for each form.

mod card;
mod cell;
mod csv;
mod listing;
mod records;
mod screen;
mod table;
#[cfg(test)]
mod tests;
mod wide;

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use atol_monitor::KktList;

pub(crate) use self::card::card;
pub(crate) use self::cell::{Cells, foreign, state};
pub(crate) use self::csv::CsvRows;
pub(crate) use self::listing::{Listing, right};
pub(crate) use self::records::Records;
pub(crate) use self::screen::Screen;
pub(crate) use self::table::table;
pub(crate) use self::wide::wide;
use crate::args::Format;
use crate::judged::Judged;

/// Standard output, written in large pieces.
pub(crate) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(64 * 1024, io::stdout().lock())
}

/// Prints data, and a line end behind it.
pub(crate) fn print(data: &dyn Display) -> io::Result<()> {
    let mut out = stdout();
    writeln!(out, "{data}")?;
    out.flush()
}

/// Writes data as it is.
pub(crate) fn write_out(data: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data)?;
    out.flush()
}

/// Writes registers one by one to standard output; `None` for the forms that need all of them first.
pub(crate) fn records(format: Format) -> io::Result<Option<Records<BufWriter<StdoutLock<'static>>>>> {
    Ok(match format {
        Format::Jsonl => Some(Records::Jsonl(stdout())),
        Format::Csv => Some(Records::Csv(Box::new(CsvRows::new(stdout())?))),
        Format::Table | Format::Wide | Format::Json => None,
    })
}

/// Prints registers in their order.
pub(crate) fn print_registers(registers: Vec<Judged>, format: Format, cells: Cells<'_>) -> io::Result<()> {
    match format {
        Format::Table => print(&table(&registers, cells, Screen::of_stdout())),
        Format::Wide => print(&wide(&registers, cells, Screen::of_stdout())),
        Format::Json => print(&registers.into_iter().map(|register| register.kkt).collect::<KktList>()),
        Format::Jsonl | Format::Csv => {
            let Some(mut records) = records(format)? else { return Ok(()) };
            for Judged { kkt, assessment } in registers {
                records.write(&kkt, || assessment)?;
            }
            records.finish()
        }
    }
}
