//! `atol get`: the registers that are named.

use std::process::ExitCode;

use atol_monitor::SerialNumber;

use crate::args::{Format, GetArgs};
use crate::connection::DemoTime;
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::judged::Judged;
use crate::output::{Cells, Screen, card, print, print_registers};
use crate::text::Text;

pub(crate) async fn run(context: &Context, args: &GetArgs) -> Result<ExitCode, Failure> {
    // All of them before the first is asked for: a slip in the last one should cost nothing.
    let serials =
        args.serials.iter().map(|serial| serial.parse()).collect::<Result<Vec<SerialNumber>, _>>()?;
    let policy = context.policy(&args.health)?;
    let connection = context.connect(DemoTime::Still).await?;
    let (monitor, now) = (&connection.monitor, connection.clock.wall());
    let cells = Cells { policy: &policy, now, language: context.console.language };
    let format = args.output.output;
    if let [serial] = serials.as_slice() {
        let kkt = monitor.get_one(serial.as_str()).await?;
        match format {
            Format::Json => print(&kkt)?,
            Format::Table => print(&card(&Judged::new(kkt, &policy, now), cells, Screen::of_stdout()))?,
            _ => print_registers(vec![Judged::new(kkt, &policy, now)], format, cells)?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut found = Vec::new();
    let mut last_failure = None;
    for serial in &serials {
        match monitor.get_one(serial.as_str()).await {
            Ok(kkt) => found.push(Judged::new(kkt, &policy, now)),
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
    match last_failure {
        // It was told already, beside its register.
        Some(failure) if found.is_empty() => Ok(failure.exit_code()),
        failure => {
            print_registers(found, format, cells)?;
            Ok(if failure.is_some() { ExitCode::from(PARTLY) } else { ExitCode::SUCCESS })
        }
    }
}
