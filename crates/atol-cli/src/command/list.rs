//! `atol list`: every register.

use std::process::ExitCode;

use atol_monitor::KktList;
use atol_transport::error::Excerpt;

use crate::args::{Format, HealthArgs, OutputArgs};
use crate::connection::DemoTime;
use crate::console::Console;
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::output::{print, table};
use crate::text::text;

/// The longest serial number of a broken record that is shown whole.
const LONGEST_SERIAL: usize = 40;

pub(crate) async fn run(
    context: &Context,
    output: OutputArgs,
    health: &HealthArgs,
) -> Result<ExitCode, Failure> {
    let policy = context.policy(health)?;
    let connection = context.connect(DemoTime::Still).await?;
    let list = connection.monitor.get_all().await?;
    match output.output {
        Format::Json => print(&list)?,
        Format::Table => print(&table::of(&list, &policy, connection.clock.wall()))?,
    }
    Ok(ending(context.console, &list))
}

/// Names the records that could not be read; they must not go unnoticed.
fn ending(console: Console, list: &KktList) -> ExitCode {
    for rejected in list.rejected() {
        let serial = rejected.serial_number.as_deref().unwrap_or("?");
        let (serial, error) = (Excerpt::of(serial, LONGEST_SERIAL), &rejected.error);
        console.warn(&text!(
            "a record ({serial}) could not be read: {error}",
            "не удалось разобрать запись ({serial}): {error}"
        ));
    }
    if list.rejected().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) }
}
