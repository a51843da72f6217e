//! What `atol list` can be asked for.

use clap::ValueEnum;

use super::{HealthArgs, OutputArgs};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

// Which registers, in which order. No doc comment, which would become what the command is about.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Only registers of this group; may be given several times
    #[arg(long, value_name = "CODE")]
    pub(crate) group: Vec<String>,

    /// Only registers of this taxpayer (ИНН); may be given several times
    #[arg(long, value_name = "INN")]
    pub(crate) inn: Vec<String>,

    /// Only registers that are not well
    #[arg(long)]
    pub(crate) problems: bool,

    /// Order of the registers; without it tables show the worst first, and the other forms keep the order of the service
    #[arg(long, value_name = "KEY")]
    pub(crate) sort: Option<SortKey>,

    /// Reverse the order
    #[arg(long, requires = "sort")]
    pub(crate) reverse: bool,

    /// Show at most so many of the registers selected
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,

    /// Skip so many of the registers selected
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) offset: u32,
}

/// What registers are ordered by; those that do not tell come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// The worst first
    State,
    Serial,
    Group,
    Inn,
    /// The ФН that expires first
    Expiry,
    /// The fullest ФН first
    Fill,
    /// The most unsent documents first
    Unsent,
    /// The oldest data first
    Age,
}

const EXAMPLES: &str = "\
Examples:
  atol list                                   the fleet, the worst first
  atol list --problems --group shop-17        what is wrong in one shop
  atol list --sort expiry --limit 10          whose ФН has to be replaced next
  atol list --output csv > registers.csv      for a spreadsheet
  atol list --output jsonl | jq .serialNumber for a program, as it arrives
  atol list --demo --output wide              every column, without an account";
