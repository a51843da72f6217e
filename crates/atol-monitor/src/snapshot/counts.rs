//! How many registers are in which state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::health::Severity;

/// How many registers are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Registers in which nothing was found.
    pub ok: usize,
    /// Registers of which something, or everything, is not known.
    pub unknown: usize,
    /// Registers that someone has to look after in the next days.
    pub warning: usize,
    /// Registers that someone has to look after now.
    pub critical: usize,
}

impl Counts {
    /// How many registers are in this state.
    pub fn of(&self, severity: Severity) -> usize {
        match severity {
            Severity::Ok => self.ok,
            Severity::Unknown => self.unknown,
            Severity::Warning => self.warning,
            Severity::Critical => self.critical,
        }
    }

    /// How many registers there are.
    pub fn total(&self) -> usize {
        Severity::ALL.into_iter().map(|severity| self.of(severity)).sum()
    }

    /// The worst state that a register is in; `None` without registers.
    pub fn worst(&self) -> Option<Severity> {
        Severity::ALL.into_iter().rev().find(|&severity| self.of(severity) > 0)
    }

    pub(crate) fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Ok => self.ok += 1,
            Severity::Unknown => self.unknown += 1,
            Severity::Warning => self.warning += 1,
            Severity::Critical => self.critical += 1,
        }
    }
}

/// The counts of the registers that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupCounts {
    /// What they have in common; `None` for the registers that do not tell.
    pub name: Option<String>,
    /// How many are in which state.
    pub counts: Counts,
}

/// Counts by name, in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(BTreeMap<String, Counts>, Counts);

impl Groups {
    pub(super) fn add(&mut self, name: Option<&str>, severity: Severity) {
        let Some(name) = name else { return self.1.add(severity) };
        // Names repeat a lot: one is copied only when it is new.
        if let Some(counts) = self.0.get_mut(name) {
            counts.add(severity);
        } else {
            self.0.entry(name.to_owned()).or_default().add(severity);
        }
    }

    /// In the order of the names; the nameless come first, if there are any.
    pub(super) fn finish(self) -> Vec<GroupCounts> {
        let nameless = (self.1.total() > 0).then_some(GroupCounts { name: None, counts: self.1 });
        let named = self.0.into_iter().map(|(name, counts)| GroupCounts { name: Some(name), counts });
        nameless.into_iter().chain(named).collect()
    }
}
