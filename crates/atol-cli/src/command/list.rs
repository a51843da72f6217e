//! `atol list`: every register.

use std::process::ExitCode;

use atol_monitor::{KktList, KktMonitor};
use atol_transport::error::Excerpt;
use jiff::Timestamp;

use crate::args::{Format, OutputArgs};
use crate::failure::{Failure, PARTLY, complain};
use crate::output::{print, table};

/// The longest serial number of a broken record that is shown whole.
const LONGEST_SERIAL: usize = 40;

pub(crate) async fn run(
    monitor: &KktMonitor,
    output: OutputArgs,
    now: Timestamp,
) -> Result<ExitCode, Failure> {
    let list = monitor.get_all().await?;
    match output.output {
        Format::Json => print(&list)?,
        Format::Table => print(&table::of(&list, now))?,
    }
    Ok(ending(&list))
}

/// Names the records that could not be read; they must not go unnoticed.
fn ending(list: &KktList) -> ExitCode {
    for rejected in list.rejected() {
        let serial = rejected.serial_number.as_deref().unwrap_or("without a serial number");
        let serial = Excerpt::of(serial, LONGEST_SERIAL);
        complain(&format!("a record ({serial}) could not be read: {}", rejected.error));
    }
    if list.rejected().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) }
}
