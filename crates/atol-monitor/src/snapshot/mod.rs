//! A fleet at one moment: how many registers are in which state, what is due next, and what changed between two lists.
//!
//! ```
//! use atol_model::{Kkt, KktList};
//! use atol_monitor::health::{Policy, Severity};
//! use atol_monitor::snapshot::{self, Snapshot};
//!
//! let before = KktList::new(vec![Kkt::builder("00107703864827").fiscal_storage_percentage_use(85.0).build()], vec![]);
//! let after = KktList::new(vec![Kkt::builder("00107703864827").fiscal_storage_percentage_use(99.0).build()], vec![]);
//!
//! let now = "2019-12-05T10:46:00Z".parse()?;
//! let fleet = Snapshot::of(&after, &Policy::default(), now);
//! assert_eq!(fleet.counts().of(Severity::Critical), 1);
//!
//! let diff = snapshot::diff(&before, &after);
//! let change = &diff.changed[0].attributes[0];
//! assert_eq!((change.name.as_ref(), change.old.as_f64(), change.new.as_f64()),
//!     ("fiscalStoragePercentageUse", Some(85.0), Some(99.0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counts;
mod deadline;
mod diff;
mod fleet;
#[cfg(test)]
mod tests;

pub use counts::{Counts, GroupCounts};
pub use deadline::Deadline;
pub(crate) use diff::changes;
pub use diff::{AttributeChange, ChangedKkt, Diff, diff};
pub use fleet::{Snapshot, SnapshotBuilder, UnreadableKkt};
