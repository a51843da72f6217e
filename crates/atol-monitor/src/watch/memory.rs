//! Everything that a watcher remembers between polls.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::outage::Outage;
use super::register::Register;
use super::statistics::Statistics;
use super::timekeeper::Timekeeper;

/// Everything that a watcher remembers between polls. It grows with the fleet and not with time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Memory {
    pub(super) time: Timekeeper,
    /// Whether the first answer has come.
    pub(super) is_begun: bool,
    /// By serial number.
    pub(super) registers: BTreeMap<String, Register>,
    /// Records of the last answer that do not tell whose they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unnamed: Vec<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outage: Option<Outage>,
    /// When an answer came last, on the scale of the time that has passed.
    pub(super) heard_ms: u64,
    /// Whether it was told that nothing has come for too long, while no register was known.
    #[serde(default)]
    pub(super) is_silent: bool,
    pub(super) statistics: Statistics,
    /// Counts the answers of this process.
    #[serde(skip)]
    pub(super) answers: u64,
}
