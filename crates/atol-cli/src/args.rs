//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Watch your cloud cash registers (ККТ) at ATOL Online
#[derive(Debug, Parser)]
#[command(name = "atol", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  atol list --demo                       look around without an account
  ATOL_LOGIN=shop ATOL_PASSWORD=… atol list --environment production
  atol get 00107703864827 --output json  one register, as the service tells of it
  atol codes                             what the network error codes mean

The password comes from ATOL_PASSWORD or --password-file, never from an argument: arguments can be
read by every user of the machine.

Exit codes: 0 all is told, 1 failed, 2 wrong usage, 4 told in part (some records could not be read,
or some registers could not be had).";

/// How to reach the service; the same for every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    // Values of variables are kept out of the help: a URL may hold a password before it has been checked.
    /// Where the registers are: `test`, `production` or a URL such as <https://kkt.example.com>
    #[arg(
        long,
        global = true,
        env = "ATOL_ENVIRONMENT",
        hide_env_values = true,
        default_value = "test",
        value_name = "NAME|URL"
    )]
    pub(crate) environment: String,

    /// The login with which documents are registered; in the test environment the vendor's public one if left out
    #[arg(long, global = true, env = "ATOL_LOGIN", hide_env_values = true)]
    pub(crate) login: Option<String>,

    /// A file with the password in its first line, `-` for standard input; or set `ATOL_PASSWORD`
    #[arg(long, global = true, env = "ATOL_PASSWORD_FILE", hide_env_values = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// PEM file with root certificates to trust besides the machine's
    #[arg(long, global = true, env = "ATOL_CA_FILE", hide_env_values = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// The most seconds that a call may take, retries included
    #[arg(long, global = true, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,

    /// Ask an embedded stand-in with a made fleet: no account and no network needed
    // No conflict with login, password and environment: they may be set for good as variables, and a demo sends nothing.
    #[arg(long, global = true)]
    pub(crate) demo: bool,

    /// How many registers the made fleet has [default: 24]; implies `--demo`
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(crate) demo_size: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell of every register
    List {
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Tell of one register or several, by serial number
    Get {
        /// Serial numbers with their leading zeros, as `atol list` shows them
        #[arg(required = true, value_name = "SERIAL")]
        serials: Vec<String>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Tell what the network error codes mean
    Codes {
        #[command(flatten)]
        output: OutputArgs,
    },
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct OutputArgs {
    /// A table for people, or JSON as the service writes it for programs
    #[arg(long, short, default_value = "table")]
    pub(crate) output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}
