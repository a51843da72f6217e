//! The commands, a file for each.

pub(crate) mod check;
mod codes;
mod completions;
mod config;
mod get;
mod list;
mod serve;
mod watch;

use std::process::ExitCode;

use crate::args::Command;
use crate::context::Context;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(context: &Context, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Codes { output } => codes::run(context.console.language, output),
        Command::Config(command) => config::run(context, &command),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { command } => completions::man(command.as_deref()),
        Command::List(args) => list::run(context, &args).await,
        Command::Get(args) => get::run(context, &args).await,
        Command::Watch(args) => watch::run(context, &args).await,
        Command::Check(args) => check::run(context, &args).await,
        Command::Serve(args) => serve::run(context, &args).await,
    }
}
