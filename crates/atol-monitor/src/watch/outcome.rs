//! What a poll brought.

use atol_model::{Kkt, KktList, OffsetTimestamp};
use jiff::Timestamp;

use super::failure::Failure;

/// What a poll brought, for a [`Watcher`](super::Watcher).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PollOutcome {
    /// The complete list: a register that is not in it is gone.
    List(KktList),
    /// What the question for each single register brought; a register that was not asked for is no longer watched.
    ///
    /// When nobody answered any of them, the poll has failed.
    Registers(Vec<(String, Result<Kkt, Failure>)>),
    /// Nothing.
    Failed(Failure),
}

/// An answer, however the question was put.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) registers: Vec<Kkt>,
    /// The registers whose record could not be had.
    pub(super) unreadable: Vec<(String, Failure)>,
    /// Records that could not be read and do not tell whose they are.
    pub(super) unnamed: Vec<Failure>,
}

impl PollOutcome {
    /// When the newest record was formed.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        let formed = |kkt: &Kkt| kkt.timestamp.map(OffsetTimestamp::timestamp);
        match self {
            Self::List(list) => list.iter().filter_map(formed).max(),
            Self::Registers(answers) => {
                answers.iter().filter_map(|(_, answer)| formed(answer.as_ref().ok()?)).max()
            }
            Self::Failed(_) => None,
        }
    }

    /// The answer, or why there is none.
    pub(super) fn into_answer(self) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => {
                let (registers, rejected) = list.into_parts();
                let mut answer = Answer { registers, unreadable: Vec::new(), unnamed: Vec::new() };
                for record in rejected {
                    let error = Failure::from(&record);
                    match record.serial_number {
                        Some(serial_number) => answer.unreadable.push((serial_number, error)),
                        None => answer.unnamed.push(error),
                    }
                }
                Ok(answer)
            }
            Self::Registers(answers) => {
                let is_answer = |(_, answer): &(_, Result<_, Failure>)| {
                    answer.as_ref().map_or_else(|error| error.kind.is_about_the_register(), |_| true)
                };
                if !answers.iter().any(is_answer)
                    && let Some((_, Err(error))) = answers.first()
                {
                    return Err(error.clone());
                }
                let mut answer =
                    Answer { registers: Vec::new(), unreadable: Vec::new(), unnamed: Vec::new() };
                for (serial_number, register) in answers {
                    match register {
                        Ok(kkt) => answer.registers.push(kkt),
                        Err(error) => answer.unreadable.push((serial_number, error)),
                    }
                }
                Ok(answer)
            }
            Self::Failed(error) => Err(error),
        }
    }
}
