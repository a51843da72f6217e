//! What can be said on the command line: a file for each command, and for what several have in common.

mod check;
mod codes;
mod config;
mod connection;
mod duration;
mod general;
mod get;
mod health;
mod host;
mod list;
mod output;
mod serve;
mod watch;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::check::CheckArgs;
pub(crate) use self::codes::CodesArgs;
pub(crate) use self::config::ConfigCommand;
pub(crate) use self::connection::ConnectionArgs;
pub(crate) use self::duration::duration;
pub(crate) use self::general::GeneralArgs;
pub(crate) use self::get::GetArgs;
pub(crate) use self::health::HealthArgs;
pub(crate) use self::list::{ListArgs, SelectionArgs, SortKey};
pub(crate) use self::output::{Format, ListingFormat, OutputArgs};
pub(crate) use self::serve::ServeArgs;
pub(crate) use self::watch::{WatchArgs, WatchFormat};

/// Watch your cloud cash registers (ККТ) at ATOL Online
#[derive(Debug, Parser)]
#[command(name = "atol", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) general: GeneralArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

const EXAMPLES: &str = "\
Examples:
  atol list --demo                  look around without an account
  ATOL_LOGIN=shop ATOL_PASSWORD=… atol list --environment production
  atol list --problems --lang ru    what is wrong, in Russian
  atol get 00107703864827           everything about one register
  atol check                        for Nagios, Icinga and Zabbix
  atol watch --demo                 a fleet that lives an hour a second
  atol config show                  the settings in force, and how to write a file of them

The password comes from ATOL_PASSWORD or --password-file, or is asked for on a terminal, unless an
earlier command of today has logged in; never from an argument, which every user of the machine can
read. HTTPS_PROXY and NO_PROXY name the way out, NO_COLOR turns colours off.

Exit codes: 0 success, 1 failure, 2 wrong usage, 4 partial result (some records could not be read,
or some registers could not be had), 130 interrupted with Ctrl-C. `atol check` has its own: 0 OK,
1 WARNING, 2 CRITICAL, 3 UNKNOWN. Messages about wrong usage are in English only.";

#[derive(Debug, Subcommand)]
// Only the command that is asked for is put together, which is half of what reading the command line takes. Options that
// all commands share come before its own ones that have a heading.
#[command(defer = true)]
pub(crate) enum Command {
    /// List the registers, those in trouble first
    List(ListArgs),
    /// Show one register in full, or several, by serial number
    Get(GetArgs),
    /// Check the fleet for a monitoring system (Nagios, Icinga, Zabbix)
    Check(CheckArgs),
    /// Report changes and findings as they happen, until stopped
    Watch(WatchArgs),
    /// Serve metrics for Prometheus and a status page, until stopped
    #[command(after_help = serve::EXAMPLES)]
    Serve(ServeArgs),
    /// Explain the network error codes
    Codes(CodesArgs),
    /// Show the settings in force, and how to write a file of them
    #[command(subcommand, after_help = config::FILE)]
    Config(ConfigCommand),
    /// Print the completions of a shell
    #[command(after_help = "\
Examples:
  atol completions bash > ~/.local/share/bash-completion/completions/atol
  atol completions zsh > \"${fpath[1]}/_atol\"
  atol completions fish > ~/.config/fish/completions/atol.fish

`atol man` prints the manual page in the same way: atol man > atol.1; atol man check > atol-check.1")]
    Completions { shell: Shell },
    /// Print the manual page of the command, or of one of its commands
    #[command(hide = true)]
    Man { command: Option<String> },
}

impl Command {
    /// Whether it says itself which profiles it wants.
    pub(crate) fn names_accounts(&self) -> bool {
        matches!(self, Command::Serve(args) if args.all_accounts || !args.accounts.is_empty())
    }
}
