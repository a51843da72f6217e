//! What `atol codes` can be asked for.

use super::ListingFormat;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CodesArgs {
    /// Only these codes, with what to do about them; without one all that are known
    #[arg(value_name = "CODE")]
    pub(crate) codes: Vec<i64>,
    /// The form of the data
    #[arg(long, short, default_value = "table")]
    pub(crate) output: ListingFormat,
}

const EXAMPLES: &str = "\
Examples:
  atol codes                        every code and its meaning
  atol codes 3                      one code, and what to do about it";
