//! The registers as a watcher knows them at a moment.

use jiff::Timestamp;

use super::failure::{Failure, FailureKind};
use super::memory::Memory;
use super::register::Register;
use super::watched::{RegisterState, WatchedKkt};
use crate::health::Policy;
use crate::snapshot::Snapshot;

/// The registers as a [`Watcher`](super::Watcher) knows them at a moment: for status pages and exporters.
///
/// ```
/// use atol_monitor::watch::{Fleet, RegisterState};
///
/// fn page(fleet: &Fleet<'_>) {
///     for register in fleet.registers() {
///         match register.state() {
///             RegisterState::Unknown { since, error } => println!("{}: unknown since {since}: {error}", register.serial_number()),
///             _ => println!("{}: {}", register.serial_number(), register.severity()),
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fleet<'a> {
    policy: &'a Policy,
    memory: &'a Memory,
    now: Timestamp,
}

impl<'a> Fleet<'a> {
    pub(super) fn new(policy: &'a Policy, memory: &'a Memory, now: Timestamp) -> Self {
        Self { policy, memory, now }
    }

    /// The moment, put right by the service's clock where that differs from ours.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How many registers are known.
    pub fn len(&self) -> usize {
        self.memory.registers.len()
    }

    /// Whether no register is known: none exists, or nobody has told yet.
    pub fn is_empty(&self) -> bool {
        self.memory.registers.is_empty()
    }

    /// Whether the first answer has come.
    pub fn is_begun(&self) -> bool {
        self.memory.is_begun
    }

    /// The registers, in the order of their serial numbers.
    pub fn registers(&self) -> impl Iterator<Item = WatchedKkt<'a>> + use<'a> {
        let fleet = *self;
        self.memory.registers.iter().map(move |(name, register)| fleet.watched(name, register))
    }

    /// One register.
    pub fn register(&self, serial_number: &str) -> Option<WatchedKkt<'a>> {
        let (name, register) = self.memory.registers.get_key_value(serial_number)?;
        Some(self.watched(name, register))
    }

    /// Records of the last answer that could not be read and do not tell whose they are.
    pub fn unnamed(&self) -> &'a [Failure] {
        &self.memory.unnamed
    }

    /// By how much the service's clock is ahead of this machine's, in seconds; 0 while they agree.
    pub fn clock_ahead_seconds(&self) -> i64 {
        self.memory.time.ahead_seconds()
    }

    /// The fleet summed up, judged for this moment.
    ///
    /// A register that is unknown counts as unknown, or as what its open findings say if that is worse; it keeps its group
    /// and its deadlines, and is among the [unreadable](Snapshot::unreadable) ones with the reason.
    pub fn snapshot(&self) -> Snapshot {
        let mut builder = Snapshot::builder(self.policy, self.now);
        for register in self.registers() {
            match (register.state(), register.last()) {
                (RegisterState::Unknown { error, .. }, Some(kkt)) if error.kind != FailureKind::Undated => {
                    builder.add_last_known(kkt, register.findings(), error.to_string());
                }
                (RegisterState::Unknown { error, .. }, None) => {
                    builder.add_unknown(Some(register.serial_number()), error.to_string());
                }
                (_, Some(kkt)) => builder.add_with(kkt, register.history()),
                // A register that is known has a record.
                (_, None) => {}
            }
        }
        for error in self.unnamed() {
            builder.add_unknown(None, error.to_string());
        }
        builder.build()
    }

    fn watched(self, serial_number: &'a str, register: &'a Register) -> WatchedKkt<'a> {
        let state = match (register.trouble(), &self.memory.outage) {
            (Some((since, error)), Some(outage)) if error.kind == FailureKind::NotAsked => {
                RegisterState::Unknown { since, error: outage.error.clone() }
            }
            (Some((since, error)), _) => RegisterState::Unknown { since, error: error.clone() },
            (None, Some(outage)) => {
                RegisterState::Unknown { since: outage.since, error: outage.error.clone() }
            }
            (None, None) => register.known_state(self.policy, self.now),
        };
        WatchedKkt::new(serial_number, register, state)
    }
}
