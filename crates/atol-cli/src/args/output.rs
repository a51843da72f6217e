//! In which form the data is told.

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct OutputArgs {
    /// The form of the data
    #[arg(long, short, default_value = "table", value_name = "FORM")]
    pub(crate) output: Format,
}

/// For registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, as wide as the terminal
    Table,
    /// Every column, however wide
    Wide,
    /// As the service writes it: a list, or an object for one register
    Json,
    /// As the service writes it, one register a line
    Jsonl,
    /// For spreadsheets (RFC 4180, with a header)
    Csv,
}

/// For data that is no list of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListingFormat {
    /// For people
    Table,
    /// For programs
    Json,
}
