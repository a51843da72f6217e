//! `atol list`: every register.

use std::process::ExitCode;

use atol_monitor::RejectedKkt;
use atol_transport::error::Excerpt;

use crate::args::{Format, ListArgs, SortKey};
use crate::connection::DemoTime;
use crate::console::Console;
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::judged::Judged;
use crate::output::{Cells, print_registers};
use crate::text::text;

/// The longest serial number of a broken record that is shown whole.
const LONGEST_SERIAL: usize = 40;

pub(crate) async fn run(context: &Context, args: &ListArgs) -> Result<ExitCode, Failure> {
    let policy = context.policy(&args.health)?;
    let connection = context.connect(DemoTime::Still).await?;
    let list =
        connection.progress.during(connection.monitor.get_all(), context.console, &context.clock).await?;
    let (registers, rejected) = list.into_parts();

    let now = connection.clock.wall();
    let format = args.output.output;
    let usual_order = matches!(format, Format::Table | Format::Wide).then_some(SortKey::State);
    let judged = registers.into_iter().map(|kkt| Judged::new(kkt, &policy, now));
    let chosen = args.selection.choose(judged, usual_order);
    if chosen.is_empty() {
        context.console.notice(&text!("there are no such registers", "таких ККТ нет"));
    }
    print_registers(chosen, format, Cells { policy: &policy, now, language: context.console.language })?;
    Ok(ending(context.console, &rejected))
}

/// Names the records that could not be read; they must not go unnoticed.
fn ending(console: Console, rejected: &[RejectedKkt]) -> ExitCode {
    for rejected in rejected {
        let serial = rejected.serial_number.as_deref().unwrap_or("?");
        let (serial, error) = (Excerpt::of(serial, LONGEST_SERIAL), &rejected.error);
        console.warn(&text!(
            "a record ({serial}) could not be read: {error}",
            "не удалось разобрать запись ({serial}): {error}"
        ));
    }
    if rejected.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) }
}
