//! What the benchmarks of all packages share: yardsticks and inputs, a server, and the table of targets.
//!
//! A benchmark is a program that fills a [`Table`]. It stops when something is wrong with its input or its machine:
//! there is nobody to handle an error, and a wrong figure is worse than none.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark may stop when something is wrong"
)]

mod curve;
mod pairs;
mod plain;
mod process;
#[cfg(feature = "raw")]
mod raw;
mod server;
mod table;

pub use curve::Work;
pub use pairs::{ratio, ratio_of_shortest, seconds, warm_seconds};
pub use plain::{Envelope, PlainKkt, REGISTERS, list};
pub use process::{Usage, arguments, instructions_per_call, output_of, peak, run_measured, usage_of};
#[cfg(feature = "raw")]
pub use raw::Raw;
pub use server::{Lists, Server, TOKEN};
pub use table::{Bound, Table};
