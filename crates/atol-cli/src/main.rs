//! The `atol` command: watch your cloud cash registers (ККТ) at ATOL Online.

mod answers;
mod args;
mod command;
mod connection;
mod console;
mod context;
mod failure;
mod fast;
mod judged;
mod limits;
mod logging;
mod output;
mod password;
mod progress;
mod serve;
mod settings;
mod signals;
mod text;
mod token_cache;
mod usage;

use std::process::ExitCode;

use crate::args::Command;
use crate::command::check;
use crate::console::Console;
use crate::context::Context;
use crate::failure::Failure;
use crate::settings::{Variables, spoken};
use crate::text::text;

fn main() -> ExitCode {
    let args = match usage::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    // For failures before the configuration file is read, which may choose another language.
    let language = spoken(args.general.lang, &Variables::of_process());
    let console = Console { language, verbosity: args.general.verbosity() };
    logging::start(console.verbosity);
    let is_check = matches!(args.command, Command::Check(_));
    let context = Context::new(&args);
    let console = context.as_ref().map_or(console, |context| context.console);
    match run(context, console, args.command) {
        Ok(code) => code,
        Err(failure) if is_check => check::unknown(console, &failure),
        Err(failure) => {
            console.failure(&failure);
            failure.exit_code()
        }
    }
}

fn run(context: Result<Context, Failure>, console: Console, command: Command) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(text!(
            "the program could not start: {error}",
            "программа не смогла запуститься: {error}"
        ))
    })?;
    let result = runtime.block_on(command::run(context, console, command));
    // Whoever broke off does not wait for a reader that has stalled.
    runtime.shutdown_background();
    result
}
