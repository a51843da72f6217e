//! One answer, compared with what is remembered.

use std::sync::Arc;

use atol_model::Kkt;
use jiff::Timestamp;

use super::event::WatchEvent;
use super::failure::{Failure, FailureKind};
use super::memory::Memory;
use super::outcome::Answer;
use super::register::Register;
use crate::health::Policy;
use crate::snapshot::UnreadableKkt;

/// One answer, being compared with what is remembered.
pub(super) struct Round<'a> {
    memory: &'a mut Memory,
    policy: &'a Policy,
    at: Timestamp,
    /// Whether this is the first answer, which is told as a whole.
    is_first: bool,
    events: &'a mut Vec<WatchEvent>,
    heard_again: Vec<String>,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        memory: &'a mut Memory,
        policy: &'a Policy,
        at: Timestamp,
        events: &'a mut Vec<WatchEvent>,
    ) -> Self {
        memory.answers += 1;
        memory.heard_ms = memory.time.elapsed_ms();
        let is_first = !std::mem::replace(&mut memory.is_begun, true);
        Self { memory, policy, at, is_first, events, heard_again: Vec::new() }
    }

    /// Takes in the answer and tells what is new about it.
    pub(super) fn take(mut self, answer: Answer) {
        let Answer { registers, unreadable, unnamed } = answer;
        let registers: Vec<_> = registers.into_iter().map(Arc::new).collect();
        if self.is_first {
            let named = unreadable.iter().map(|(name, error)| (Some(name.clone()), error));
            let nameless = unnamed.iter().map(|error| (None, error));
            let unreadable = named
                .chain(nameless)
                .map(|(serial_number, error)| UnreadableKkt { serial_number, reason: error.to_string() })
                .collect();
            self.events.push(WatchEvent::Snapshot { at: self.at, registers: registers.clone(), unreadable });
        }
        for kkt in registers {
            self.read(kkt);
        }
        for (serial_number, error) in unreadable {
            self.cannot_read(serial_number, error);
        }
        self.take_unnamed(unnamed);
        self.look_for_the_missing();

        let was_silent = std::mem::take(&mut self.memory.is_silent);
        if was_silent || !self.heard_again.is_empty() {
            self.events.push(WatchEvent::NewsAgain { at: self.at, serial_numbers: self.heard_again });
        }
    }

    fn read(&mut self, kkt: Arc<Kkt>) {
        let Memory { registers, time, answers, .. } = &mut *self.memory;
        let register = match registers.get_mut(&kkt.serial_number) {
            // The first record of a register counts.
            Some(register) if register.seen_in == *answers => return,
            Some(register) => register,
            None => {
                registers.entry(kkt.serial_number.clone()).or_insert_with(|| Register::new(time.elapsed_ms()))
            }
        };
        register.seen_in = *answers;
        register.heard_ms = time.elapsed_ms();
        if std::mem::take(&mut register.is_silent) {
            self.heard_again.push(kkt.serial_number.clone());
        }
        register.read(kkt, self.policy, self.at, self.is_first, self.events);
    }

    fn cannot_read(&mut self, serial_number: String, error: Failure) {
        let Memory { registers, time, answers, statistics, .. } = &mut *self.memory;
        let register = match registers.get_mut(&serial_number) {
            // It is in the answer once more, where it could be read.
            Some(register) if register.seen_in == *answers => return,
            Some(register) => register,
            None => {
                registers.entry(serial_number.clone()).or_insert_with(|| Register::new(time.elapsed_ms()))
            }
        };
        register.seen_in = *answers;
        statistics.miss(error.kind);
        if register.cannot_be_read(error.clone(), self.at) && !self.is_first {
            let (at, serial_number) = (self.at, Some(serial_number));
            self.events.push(WatchEvent::Unreadable { at, serial_number, error });
        }
    }

    fn take_unnamed(&mut self, unnamed: Vec<Failure>) {
        let known = self.memory.unnamed.len();
        for error in &unnamed {
            self.memory.statistics.miss(error.kind);
        }
        if !self.is_first {
            let more = unnamed.iter().skip(known).cloned();
            let at = self.at;
            self.events.extend(more.map(|error| WatchEvent::Unreadable { at, serial_number: None, error }));
        }
        self.memory.unnamed = unnamed;
    }

    /// Registers that the answer does not have are gone, unless a nameless record may be theirs.
    fn look_for_the_missing(&mut self) {
        let answers = self.memory.answers;
        let missing: Vec<String> = self
            .memory
            .registers
            .iter()
            .filter(|(_, register)| register.seen_in != answers)
            .map(|(serial_number, _)| serial_number.clone())
            .collect();
        for serial_number in missing {
            if !self.memory.unnamed.is_empty() {
                let error = Failure::new(
                    FailureKind::Unidentified,
                    "the list does not have it, but has a record that does not tell whose it is",
                );
                self.cannot_read(serial_number, error);
            } else if let Some(register) = self.memory.registers.remove(&serial_number) {
                register.remove(serial_number, self.at, self.events);
            }
        }
    }
}
