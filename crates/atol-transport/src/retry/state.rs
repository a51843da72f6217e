//! How far a call has come.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Sent};

/// What has happened to a call so far, for the decision whether and when to try again.
///
/// The layer fills it; the setters are for tests of your own policies.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::retry::State;
///
/// let state = State::default().with_attempts(2).with_elapsed(Duration::from_secs(3));
/// assert_eq!(state.attempts, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// How many attempts have been made; at least 1 when a decision is asked for.
    pub attempts: u32,
    /// The time since the first attempt began.
    pub elapsed: Duration,
    /// Whether any of the attempts may have reached the service: the worst answer of them all.
    pub sent: Sent,
    /// How many of the last attempts ended with the same kind of error, the last one included.
    pub in_a_row: u32,
    /// The kind with which the last attempt ended.
    last: Option<ErrorKind>,
}

impl Default for State {
    /// The state after one attempt that took no time and was not sent.
    fn default() -> Self {
        State { attempts: 1, elapsed: Duration::ZERO, sent: Sent::No, in_a_row: 1, last: None }
    }
}

impl State {
    /// The state before the first attempt.
    pub(super) fn new() -> State {
        State { attempts: 0, in_a_row: 0, ..State::default() }
    }

    /// Takes down how an attempt ended.
    pub(super) fn failed(&mut self, error: &Error, elapsed: Duration) {
        self.elapsed = elapsed;
        self.sent = self.sent.max(error.sent());
        self.in_a_row = if self.last == Some(error.kind()) { self.in_a_row.saturating_add(1) } else { 1 };
        self.last = Some(error.kind());
    }

    /// Sets [`State::attempts`].
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> State {
        self.attempts = attempts;
        self
    }

    /// Sets [`State::elapsed`].
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> State {
        self.elapsed = elapsed;
        self
    }

    /// Sets [`State::sent`].
    #[must_use]
    pub fn with_sent(mut self, sent: Sent) -> State {
        self.sent = sent;
        self
    }

    /// Sets [`State::in_a_row`].
    #[must_use]
    pub fn with_in_a_row(mut self, in_a_row: u32) -> State {
        self.in_a_row = in_a_row;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_for_the_test_of_a_policy_is_what_was_set() {
        let state = State::default()
            .with_attempts(3)
            .with_elapsed(Duration::from_secs(7))
            .with_sent(Sent::Maybe)
            .with_in_a_row(2);
        assert_eq!((state.attempts, state.elapsed), (3, Duration::from_secs(7)));
        assert_eq!((state.sent, state.in_a_row), (Sent::Maybe, 2));
    }
}
