//! What a watch tells.

use std::sync::Arc;

use atol_model::Kkt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::health::{Finding, Severity};
use crate::snapshot::{AttributeChange, Counts, UnreadableKkt};

/// What a watch tells, with the moment of the poll that brought it to light.
///
/// ```
/// use atol_monitor::watch::WatchEvent;
///
/// fn alarm(event: &WatchEvent) {
///     match event {
///         WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. } => {
///             println!("{}: {}: {finding}", finding.id(), finding.severity());
///         }
///         WatchEvent::FindingClosed { finding, .. } => println!("{}: over", finding.id()),
///         WatchEvent::NoNews { serial_numbers, .. } => println!("no news of {serial_numbers:?}"),
///         _ => {}
///     }
/// }
/// ```
///
/// # Guarantees
///
/// - Within one poll events come in this order: clock, recovery, then for each register what became of its record and
///   after that its findings, then removals, silence, and [`Polled`](Self::Polled) last.
/// - A register is told of by [`Snapshot`](Self::Snapshot) or [`Added`](Self::Added) before anything else is told of it,
///   save that it [cannot be read](Self::Unreadable). Between two [`Removed`](Self::Removed) it is added once.
/// - A finding is opened before it changes and before it is closed. It is closed only by a record that was read, or by
///   its register's removal: never because a poll failed or a record could not be read.
/// - What was told is not told again until it changes. After a crash the events since the last saved
///   [state](super::WatchState) may come once more; findings then have the same [id](Finding::id).
///
/// Moments are the machine's time of day, put right by the service's clock where they differ.
///
/// As JSON it is an object whose member `event` names the variant in kebab-case; new variants and members may be added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum WatchEvent {
    /// The first answer: the whole fleet. Once in the life of a watch; a restored one does not repeat it.
    Snapshot {
        /// When.
        at: Timestamp,
        /// The registers that could be read, in the order of the answer.
        registers: Vec<Arc<Kkt>>,
        /// The registers that could not. There is no [`Unreadable`](Self::Unreadable) for them as well.
        unreadable: Vec<UnreadableKkt>,
    },
    /// A register is new, or could be read for the first time.
    Added {
        /// When.
        at: Timestamp,
        /// The register.
        kkt: Arc<Kkt>,
    },
    /// A register's record differs from the one before in more than its `timestamp`.
    Changed {
        /// When.
        at: Timestamp,
        /// The register as it is now.
        kkt: Arc<Kkt>,
        /// What differs, at least one.
        attributes: Vec<AttributeChange>,
    },
    /// A complete list, without records that might be this register's, no longer has it. Its findings were closed before.
    Removed {
        /// When.
        at: Timestamp,
        /// The factory number of the register.
        serial_number: String,
        /// Its last record that could be read, if there was one.
        last: Option<Arc<Kkt>>,
    },
    /// A register was asked for or listed, and its record could not be had. Told when that begins; its findings stay open.
    Unreadable {
        /// When.
        at: Timestamp,
        /// The factory number of the register, when at least that is known.
        serial_number: Option<String>,
        /// Why.
        error: Failure,
    },
    /// A register that could not be read can be read again.
    Readable {
        /// When.
        at: Timestamp,
        /// The factory number of the register.
        serial_number: String,
        /// Since when it could not.
        since: Timestamp,
    },
    /// Something is wrong with a register, or can no longer be found out.
    FindingOpened {
        /// When.
        at: Timestamp,
        /// The finding.
        finding: Finding,
    },
    /// A finding is more or less severe than before: escalated, eased, or not known any more.
    FindingChanged {
        /// When.
        at: Timestamp,
        /// The finding as it is now.
        finding: Finding,
        /// The severity before.
        was: Severity,
    },
    /// A finding is over.
    FindingClosed {
        /// When.
        at: Timestamp,
        /// The finding as it was last seen.
        finding: Finding,
        /// Why it is over.
        because: Closure,
    },
    /// A poll brought nothing: of no register is it known how it is.
    ///
    /// Told for the first failure of an outage, the first of each kind, and each time the number of failures has doubled:
    /// some twenty times in a month of failing every minute.
    PollFailed {
        /// When.
        at: Timestamp,
        /// When the first poll of this outage failed.
        since: Timestamp,
        /// How many have failed in a row.
        failures: u32,
        /// Why this one did.
        error: Failure,
    },
    /// The first poll after an outage that brought something.
    Recovered {
        /// When.
        at: Timestamp,
        /// When the first poll of the outage failed.
        since: Timestamp,
        /// How many had failed in a row.
        failures: u32,
    },
    /// Nothing could be learnt of these registers for [as long as is allowed](super::WatchOptionsBuilder::no_news).
    ///
    /// Told once for each silence, in one event for all registers that fall silent together. This is about our questions;
    /// a service that answers with old data is the finding
    /// [`StaleData`](crate::health::FindingKind::StaleData).
    NoNews {
        /// When.
        at: Timestamp,
        /// The last poll that brought something, if there was one.
        last_poll: Option<Timestamp>,
        /// The registers. Empty when no poll has ever told which registers there are.
        serial_numbers: Vec<String>,
    },
    /// These registers, of which [there was no news](Self::NoNews), can be read again.
    NewsAgain {
        /// When.
        at: Timestamp,
        /// The registers. Empty as in [`NoNews`](Self::NoNews).
        serial_numbers: Vec<String>,
    },
    /// This machine's clock is not right by that of the service. From now on its time is put right.
    ClockSkew {
        /// When, put right.
        at: Timestamp,
        /// By how much the service's clock is ahead of ours; negative when it is behind, 0 when they agree again.
        ahead_seconds: i64,
    },
    /// A poll that brought something is told to its end.
    Polled {
        /// When.
        at: Timestamp,
        /// How many registers are in which state; those that could not be read are at least unknown.
        counts: Counts,
    },
}

/// Why a finding is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Closure {
    /// A record shows that it is.
    Resolved,
    /// The register is no longer in the list.
    Removed,
}

impl WatchEvent {
    /// When it came to light.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Snapshot { at, .. }
            | Self::Added { at, .. }
            | Self::Changed { at, .. }
            | Self::Removed { at, .. }
            | Self::Unreadable { at, .. }
            | Self::Readable { at, .. }
            | Self::FindingOpened { at, .. }
            | Self::FindingChanged { at, .. }
            | Self::FindingClosed { at, .. }
            | Self::PollFailed { at, .. }
            | Self::Recovered { at, .. }
            | Self::NoNews { at, .. }
            | Self::NewsAgain { at, .. }
            | Self::ClockSkew { at, .. }
            | Self::Polled { at, .. } => *at,
        }
    }

    /// The finding that it is about.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::FindingOpened { finding, .. }
            | Self::FindingChanged { finding, .. }
            | Self::FindingClosed { finding, .. } => Some(finding),
            _ => None,
        }
    }
}
