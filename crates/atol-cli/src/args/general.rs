//! What holds for every command: language, how much is said, where the settings are.

use std::path::PathBuf;

use atol_monitor::Language;
use clap::ArgAction;

use crate::console::Verbosity;

#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "General")]
pub(crate) struct GeneralArgs {
    /// Language of tables, findings and errors: `en` or `ru`; else that of the configuration file, `LC_ALL`,
    /// `LC_MESSAGES` or `LANG`
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,

    /// Say more: once for all causes of an error and the log of calls, twice for all of the log
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Say nothing but errors beside the data
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// The configuration file [default: ~/.config/atol/config.toml] [env: `ATOL_CONFIG`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Which profile of the configuration file to take [env: `ATOL_PROFILE`]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

impl GeneralArgs {
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Trace,
        }
    }
}
