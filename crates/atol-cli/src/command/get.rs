//! `atol get`: the registers that are named.

use std::process::ExitCode;

use atol_monitor::{KktList, KktMonitor, SerialNumber};
use jiff::Timestamp;

use crate::args::{Format, OutputArgs};
use crate::failure::{Failure, PARTLY, complain};
use crate::output::{print, table};

pub(crate) async fn run(
    monitor: &KktMonitor,
    serials: &[String],
    output: OutputArgs,
    now: Timestamp,
) -> Result<ExitCode, Failure> {
    // All of them before the first is asked for: a slip in the last one should cost nothing.
    let serials = serials.iter().map(|serial| serial.parse()).collect::<Result<Vec<SerialNumber>, _>>()?;
    if let [serial] = serials.as_slice() {
        let kkt = monitor.get_one(serial.as_str()).await?;
        match output.output {
            Format::Json => print(&kkt)?,
            Format::Table => print(&table::of(&[kkt], now))?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut found = Vec::new();
    let mut last_failure = None;
    for serial in &serials {
        match monitor.get_one(serial.as_str()).await {
            Ok(kkt) => found.push(kkt),
            // It would be the same for every register.
            Err(error) if found.is_empty() && error.is_auth() => return Err(Failure::from(error)),
            Err(error) => {
                complain(&format!("{serial}: {}", error.report()));
                last_failure = Some(error);
            }
        }
    }
    if let Some(error) = last_failure.take_if(|_| found.is_empty()) {
        return Err(Failure::from(error));
    }
    match output.output {
        Format::Json => print(&found.into_iter().collect::<KktList>())?,
        Format::Table => print(&table::of(&found, now))?,
    }
    Ok(if last_failure.is_some() { ExitCode::from(PARTLY) } else { ExitCode::SUCCESS })
}
