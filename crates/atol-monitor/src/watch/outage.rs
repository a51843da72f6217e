//! Polls that fail, one after the other.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::{Failure, FailureKind};

/// Polls that have failed in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outage {
    /// When the first of them failed.
    pub since: Timestamp,
    /// How many there were.
    pub failures: u32,
    /// Why the last of them failed.
    pub error: Failure,
    told: BTreeSet<FailureKind>,
}

impl Outage {
    pub(super) fn begin(since: Timestamp, error: Failure) -> Self {
        Self { since, failures: 0, error, told: BTreeSet::new() }
    }

    /// Counts a failure. Says whether it is worth telling: the first, the first of its kind, and each time there have been
    /// twice as many as when it was told before; so an outage is told of ever more seldom, but never forgotten.
    pub(super) fn add(&mut self, error: Failure) -> bool {
        self.failures = self.failures.saturating_add(1);
        let is_new = self.told.insert(error.kind);
        self.error = error;
        is_new || self.failures.is_power_of_two()
    }
}
