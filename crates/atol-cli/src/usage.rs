//! Reads the command line, and says what is wrong with it.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::Args;
use crate::command::check;

/// Wrong usage, as for every command but `check`.
const USAGE: u8 = 2;

/// The command line; or the exit code, when everything is said already.
pub(crate) fn parse() -> Result<Args, ExitCode> {
    Args::try_parse().map_err(|error| {
        if error.use_stderr() && is_check() {
            return check::unknown_usage(&error.render().to_string());
        }
        // Help and version go to standard output; when nobody reads them there is nobody to tell.
        let _ = error.print();
        if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
    })
}

/// Whether the command line, wrong as it is, asks for a check: a monitoring system takes the usual exit code of wrong
/// usage for a critical state.
fn is_check() -> bool {
    Args::command()
        .ignore_errors(true)
        .try_get_matches()
        .is_ok_and(|matches| matches.subcommand_name() == Some("check"))
}
