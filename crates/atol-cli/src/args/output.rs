//! In which form the data is told.

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct OutputArgs {
    /// The form of the data
    #[arg(long, short, default_value = "table")]
    pub(crate) output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// As the service writes it
    Json,
}

/// For data that is no list of registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListingFormat {
    /// For people
    Table,
    /// For programs
    Json,
}
