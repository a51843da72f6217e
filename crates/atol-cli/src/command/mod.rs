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
use crate::console::Console;
use crate::context::Context;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(
    context: Result<Context, Failure>,
    console: Console,
    command: Command,
) -> Result<ExitCode, Failure> {
    match command {
        // What these print depends on no account, so settings that cannot be used are none of their business.
        Command::Codes(args) => codes::run(console.language, &args),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { command } => completions::man(command.as_deref()),
        Command::Config(command) => config::run(&context?, &command),
        Command::List(args) => list::run(&context?, &args).await,
        Command::Get(args) => get::run(&context?, &args).await,
        Command::Watch(args) => watch::run(&context?, &args).await,
        Command::Check(args) => check::run(&context?, &args).await,
        Command::Serve(args) => serve::run(&context?, &args).await,
    }
}
