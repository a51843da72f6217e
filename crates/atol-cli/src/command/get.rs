//! `atol get`: the registers that are named.

use std::process::ExitCode;

use crate::answers::{answers, serial_numbers};
use crate::args::{Format, GetArgs};
use crate::connection::Look;
use crate::context::Context;
use crate::failure::{Failure, PARTLY};
use crate::judged::Judged;
use crate::output::{Cells, Screen, card, print, print_registers};
use crate::text::Text;

pub(crate) async fn run(context: &Context, args: &GetArgs) -> Result<ExitCode, Failure> {
    let serials = serial_numbers(&args.serials)?;
    let limits = context.limits(&args.health)?;
    let connection = context.connect(Look::Once).await?;
    let (monitor, now) = (&connection.monitor, connection.clock.wall());
    let cells = || Cells { policy: limits.policy(), now, language: context.console.language };
    let judged = |kkt| Judged::new(kkt, limits.policy(), now);
    let format = args.output.output;
    let progress = connection.progress.one_by_one(serials.len());
    if let [serial] = serials.as_slice() {
        let asking = monitor.get_one(serial.as_str());
        let kkt = progress.during(asking, context.console, &context.clock).await?;
        match format {
            Format::Json => print(&kkt)?,
            Format::Table => print(&card(&judged(kkt), cells(), Screen::of_stdout()))?,
            _ => print_registers(vec![judged(kkt)], format, cells())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let asking = answers(monitor, &serials, Failure::from);
    let answers = progress.during(asking, context.console, &context.clock).await?;
    let mut found = Vec::new();
    let mut last_failure = None;
    for (serial, answer) in answers {
        match answer {
            Ok(kkt) => found.push(judged(kkt)),
            Err(failure) => {
                let told = context.console.told(&failure);
                context.console.warn(&Text::foreign(format_args!("{}: {told}", serial.as_str())));
                last_failure = Some(failure);
            }
        }
    }
    match last_failure {
        // It was told already, beside its register.
        Some(failure) if found.is_empty() => Ok(failure.exit_code()),
        failure => {
            print_registers(found, format, cells())?;
            Ok(if failure.is_some() { ExitCode::from(PARTLY) } else { ExitCode::SUCCESS })
        }
    }
}
