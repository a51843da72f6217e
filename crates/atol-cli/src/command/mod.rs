//! The commands, a file for each.

mod codes;
mod completions;
mod config;
mod get;
mod list;
mod serve;

use std::process::ExitCode;

use crate::args::Command;
use crate::context::Context;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(context: &Context, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Codes { output } => codes::run(output),
        Command::Config(command) => config::run(context, &command),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { command } => completions::man(command.as_deref()),
        Command::List { output, health } => list::run(context, output, &health).await,
        Command::Serve(args) => serve::run(context, &args).await,
        Command::Get { serials, output, health } => get::run(context, &serials, output, &health).await,
    }
}
