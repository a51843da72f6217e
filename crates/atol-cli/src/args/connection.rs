//! How to reach the service; the same for every command.

use std::path::PathBuf;
use std::time::Duration;

use super::duration::duration;

// The variables are read by the settings, which tell their origin, and not by clap, which would show their values.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Where the registers are: `test`, `production` or a URL such as <https://kkt.example.com> [default: test] [env:
    /// `ATOL_ENVIRONMENT`]
    #[arg(long, global = true, value_name = "NAME|URL")]
    pub(crate) environment: Option<String>,

    /// The login with which documents are registered; in the test environment the vendor's public one if left out
    /// [env: `ATOL_LOGIN`]
    #[arg(long, global = true)]
    pub(crate) login: Option<String>,

    /// A file with the password in its first line, `-` for standard input; or set `ATOL_PASSWORD` [env:
    /// `ATOL_PASSWORD_FILE`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// PEM file with root certificates to trust besides the machine's [env: `ATOL_CA_FILE`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// The longest that a call may take, retries included, and with `atol check` the whole check: `20`, `1.5`, `500ms`,
    /// `2m` [default: 60s]
    #[arg(long, short, global = true, value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Log in for this run alone, and keep no token on disk for the next
    #[arg(long, global = true)]
    pub(crate) no_token_cache: bool,

    /// Ask an embedded stand-in with a made fleet: no account and no network needed
    // No conflict with login, password and environment: they may be set for good as variables, and a demo sends nothing.
    #[arg(long, global = true)]
    pub(crate) demo: bool,

    /// How many registers the made fleet has [default: 24]; implies `--demo`
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(crate) demo_size: Option<u32>,
}

/// How many registers a demo has unless told otherwise: every trouble is among them, and they fit a screen.
const DEMO_SIZE: u32 = 24;

impl ConnectionArgs {
    /// How many registers the made fleet is to have, if there shall be one.
    pub(crate) fn demo(&self) -> Option<u32> {
        self.demo_size.or(self.demo.then_some(DEMO_SIZE))
    }
}
