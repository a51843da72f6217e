//! A register under watch, at a moment.

use std::sync::Arc;
use std::time::Duration;

use atol_model::Kkt;
use jiff::Timestamp;

use super::failure::Failure;
use super::register::Register;
use crate::health::{Finding, History, Severity};

/// A register under watch, at a moment.
#[derive(Clone, Debug)]
pub struct WatchedKkt<'a> {
    serial_number: &'a str,
    register: &'a Register,
    state: RegisterState,
}

/// How much the last record of a register is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterState {
    /// The last poll brought it, and the service had formed it not long ago.
    Fresh {
        /// The age of the service's data.
        age: Duration,
    },
    /// The last poll brought it, but the service had formed it too long ago: as long as the policy's
    /// [`stale_data`](crate::health::Policy::stale_data) has for a warning, or longer.
    Stale {
        /// The age of the service's data.
        age: Duration,
    },
    /// It is not known how the register is.
    Unknown {
        /// Since when.
        since: Timestamp,
        /// Why.
        error: Failure,
    },
}

impl<'a> WatchedKkt<'a> {
    pub(super) fn new(serial_number: &'a str, register: &'a Register, state: RegisterState) -> Self {
        Self { serial_number, register, state }
    }

    /// The factory number of the register.
    pub fn serial_number(&self) -> &'a str {
        self.serial_number
    }

    /// How much the last record is worth.
    pub fn state(&self) -> &RegisterState {
        &self.state
    }

    /// The severity of the worst finding that is open; no better than unknown while the register is.
    pub fn severity(&self) -> Severity {
        self.register.severity(matches!(self.state, RegisterState::Unknown { .. }))
    }

    /// The last record that could be read.
    pub fn last(&self) -> Option<&'a Arc<Kkt>> {
        self.register.last()
    }

    /// When that record was read.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.register.read_at()
    }

    /// What earlier records told.
    pub fn history(&self) -> &'a History {
        self.register.history()
    }

    /// The findings that were told and are not over, the worst first. While the register is unknown they are those of its
    /// last record.
    pub fn findings(&self) -> &'a [Finding] {
        self.register.findings()
    }

    /// Whether it was told that there is [no news](super::WatchEvent::NoNews) of it.
    pub fn is_silent(&self) -> bool {
        self.register.is_silent
    }
}
