//! How polls went.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::FailureKind;

/// How polls went since the watch began, restarts with a saved state included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Statistics {
    /// Polls that brought something.
    pub succeeded: u64,
    /// When the last of them did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// Polls that brought nothing, by the kind of failure.
    pub failed: BTreeMap<FailureKind, u64>,
    /// Records that could not be had in polls that brought something, by the kind of failure.
    pub unreadable: BTreeMap<FailureKind, u64>,
}

impl Statistics {
    /// Polls that brought nothing, of whatever kind.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    pub(super) fn succeed(&mut self, at: Timestamp) {
        self.succeeded += 1;
        self.last_success = Some(at);
    }

    pub(super) fn fail(&mut self, kind: FailureKind) {
        *self.failed.entry(kind).or_default() += 1;
    }

    pub(super) fn miss(&mut self, kind: FailureKind) {
        *self.unreadable.entry(kind).or_default() += 1;
    }
}
