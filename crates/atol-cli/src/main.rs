//! The `atol` command: watch your cloud cash registers (ККТ) at ATOL Online.

mod args;
mod command;
mod connection;
mod console;
mod context;
mod failure;
mod logging;
mod output;
mod password;
mod serve;
mod settings;
mod text;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::console::Console;
use crate::context::Context;
use crate::failure::Failure;
use crate::settings::{Variables, spoken};
use crate::text::text;

fn main() -> ExitCode {
    let args = Args::parse();
    // For failures before the configuration file is read, which may choose another language.
    let language = spoken(args.general.lang, &Variables::of_process());
    let console = Console { language, verbosity: args.general.verbosity() };
    logging::start(console.verbosity);
    let context = match Context::new(&args.general, &args.connection) {
        Ok(context) => context,
        Err(failure) => return end(console, &failure),
    };
    match run(&context, args) {
        Ok(code) => code,
        Err(failure) => end(context.console, &failure),
    }
}

fn run(context: &Context, args: Args) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(text!(
            "the program could not start: {error}",
            "программа не смогла запуститься: {error}"
        ))
    })?;
    runtime.block_on(command::run(context, args.command))
}

fn end(console: Console, failure: &Failure) -> ExitCode {
    console.failure(failure);
    failure.exit_code()
}
