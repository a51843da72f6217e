//! Reads the command line, and says what is wrong with it.

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, Parser};

use crate::args::Args;
use crate::command::check;

/// Wrong usage, as for every command but `check`.
const USAGE: u8 = 2;

/// The command with exit codes of its own.
const CHECK: &str = "check";

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
    let matches = Args::command().ignore_errors(true).try_get_matches().ok();
    match matches.as_ref().and_then(ArgMatches::subcommand_name) {
        Some(name) => name == CHECK,
        // It was not found behind what is wrong.
        None => std::env::args_os().skip(1).any(|word| word == CHECK),
    }
}
