//! `atol get`: the registers that are named.

use std::process::ExitCode;

use atol_monitor::{KktList, SerialNumber};

use crate::args::{Format, HealthArgs, OutputArgs};
use crate::connection::DemoTime;
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::output::{print, table};
use crate::text::Text;

pub(crate) async fn run(
    context: &Context,
    serials: &[String],
    output: OutputArgs,
    health: &HealthArgs,
) -> Result<ExitCode, Failure> {
    // All of them before the first is asked for: a slip in the last one should cost nothing.
    let serials = serials.iter().map(|serial| serial.parse()).collect::<Result<Vec<SerialNumber>, _>>()?;
    let policy = context.policy(health)?;
    let connection = context.connect(DemoTime::Still).await?;
    let (monitor, now) = (&connection.monitor, connection.clock.wall());
    if let [serial] = serials.as_slice() {
        let kkt = monitor.get_one(serial.as_str()).await?;
        match output.output {
            Format::Json => print(&kkt)?,
            Format::Table => print(&table::of(&[kkt], &policy, now))?,
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
                let failure = Failure::from(error);
                let told = context.console.told(&failure);
                context.console.warn(&Text::foreign(format_args!("{serial}: {told}")));
                last_failure = Some(failure);
            }
        }
    }
    if let Some(error) = last_failure.take_if(|_| found.is_empty()) {
        return Err(error);
    }
    match output.output {
        Format::Json => print(&found.into_iter().collect::<KktList>())?,
        Format::Table => print(&table::of(&found, &policy, now))?,
    }
    Ok(if last_failure.is_some() { ExitCode::from(PARTLY) } else { ExitCode::SUCCESS })
}
