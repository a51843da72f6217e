//! What `atol get` can be asked for.

use super::{HealthArgs, OutputArgs};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GetArgs {
    /// Serial numbers with their leading zeros, as `atol list` shows them
    #[arg(required = true, value_name = "SERIAL")]
    pub(crate) serials: Vec<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

const EXAMPLES: &str = "\
Examples:
  atol get 00107703864827                       one register: every field, and what is wrong with it
  atol get 00107703864827 --output json | jq .fiscalStorageExpiration
  atol get 00107703864827 00107703864828        several, in a table
  tail -n +2 mine.csv | cut -d, -f1 | xargs atol get --output jsonl";
