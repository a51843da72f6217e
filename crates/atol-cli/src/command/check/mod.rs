//! `atol check`: the verdict on the fleet, for monitoring systems.
//!
//! After the Monitoring Plugins Development Guidelines: one line with performance data, long output below, and the exit
//! codes 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, whatever happens.

mod perfdata;
mod report;
mod survey;
mod time_limit;

use std::io::Write;
use std::process::ExitCode;

use atol_monitor::health::Severity;

use self::report::Report;
use self::survey::Survey;
use crate::args::CheckArgs;
use crate::console::Console;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::print;

pub(crate) async fn run(context: &Context, args: &CheckArgs) -> Result<ExitCode, Failure> {
    let limits = context.limits(&args.health)?;
    let started = context.clock.monotonic();
    let survey = Survey::make(context, args, &limits).await?;
    let elapsed = context.clock.monotonic().saturating_sub(started);
    let report = Report::new(&survey, limits.policy(), context.console.language, elapsed);
    print(&report)?;
    Ok(exit_code(survey.severity()))
}

/// Nothing could be found out.
pub(crate) fn unknown(console: Console, failure: &Failure) -> ExitCode {
    say_unknown(&console.told(failure))
}

/// The command line cannot be understood.
pub(crate) fn unknown_usage(error: &str) -> ExitCode {
    say_unknown(error.strip_prefix("error: ").unwrap_or(error))
}

/// The first line, and the others below it.
fn say_unknown(told: &str) -> ExitCode {
    let told = report::without_bars(told.trim_end());
    // The exit code says it too.
    let _ = writeln!(std::io::stdout(), "ATOL UNKNOWN - {told}");
    exit_code(Severity::Unknown)
}

fn exit_code(severity: Severity) -> ExitCode {
    ExitCode::from(match severity {
        Severity::Ok => 0,
        Severity::Warning => 1,
        Severity::Critical => 2,
        Severity::Unknown => 3,
    })
}

#[cfg(test)]
mod tests;
