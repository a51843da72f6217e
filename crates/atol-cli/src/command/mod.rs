//! The commands, a file for each.

mod codes;
mod get;
mod list;

use std::process::ExitCode;

use atol_transport::clock::SystemClock;

use crate::args::{Args, Command};
use crate::connection::Connection;
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let clock = SystemClock::shared();
    match args.command {
        Command::Codes { output } => codes::run(output),
        Command::List { output } => {
            let connection = Connection::open(&args.connection, &clock).await?;
            list::run(&connection.monitor, output, clock.wall()).await
        }
        Command::Get { serials, output } => {
            let connection = Connection::open(&args.connection, &clock).await?;
            get::run(&connection.monitor, &serials, output, clock.wall()).await
        }
    }
}
