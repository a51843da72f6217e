//! What `atol watch` can be asked for.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::{HealthArgs, duration};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WatchArgs {
    /// Only these registers, each asked for by itself; without them the whole list
    #[arg(value_name = "SERIAL")]
    pub(crate) serials: Vec<String>,

    /// The form of the events
    #[arg(long, short, default_value = "text", value_name = "FORM")]
    pub(crate) output: WatchFormat,

    /// From one poll to the next [default: 60s; 1s in a demo]
    #[arg(long, short, value_name = "TIME", value_parser = duration)]
    pub(crate) interval: Option<Duration>,

    /// Tell when nothing was heard of a register for so long, two intervals at least
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    pub(crate) no_news: Duration,

    /// Remember in this file what was seen, and go on from it after a restart
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Tell of every attribute that changes, counters too
    #[arg(long)]
    pub(crate) all_changes: bool,

    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WatchFormat {
    /// Lines for people
    Text,
    /// One event a line, for programs
    Jsonl,
}

const EXAMPLES: &str = "\
Examples:
  atol watch --demo                                    what it looks like: an hour passes in a second
  atol watch --interval 5m --state /var/lib/atol/watch.json
  atol watch 00107703864827                            one register
  atol watch --output jsonl | jq 'select(.event == \"finding-opened\")'

It goes on through outages, and tells of them. Ctrl-C and SIGTERM end it with a summary.";
