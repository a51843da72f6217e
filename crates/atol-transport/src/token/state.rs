//! What changes about the tokens of a client, behind a lock that is never held while waiting.

use std::sync::Arc;
use std::time::Duration;

use super::cooldown::{Cooldown, Held};
use super::flight::Flight;
use super::issued::Issued;
use super::relogin::Relogins;
use super::unexplained::Unexplained;
use super::value::Token;
use crate::credentials::Credentials;
use crate::error::Error;

/// What changes about the tokens of a client.
pub(super) struct State {
    pub(super) credentials: Credentials,
    pub(super) random: fastrand::Rng,
    pub(super) current: Option<Arc<Issued>>,
    /// The token that was refused or forgotten last: the store may still have it.
    pub(super) dead: Option<Token>,
    pub(super) flight: Option<Flight>,
    pub(super) flights: u64,
    /// How many tokens there have been.
    pub(super) generations: u64,
    /// How often the token was dropped on purpose: flights that set off before bring what nobody wants.
    pub(super) era: u64,
    /// How often the pauses were ended from outside: what a flight that set off before hears of login and password is
    /// out of date.
    pub(super) resets: u64,
    /// After codes 12 and 14.
    pub(super) rejected: Cooldown,
    /// After refused tokens.
    pub(super) relogins: Relogins,
    /// After refusals without a code.
    pub(super) unexplained: Unexplained,
    /// After a login whose answer asks to wait.
    pub(super) asked_to_wait: Option<Held>,
    /// Monotonic times before which no early refresh, and no login at all, is sent.
    pub(super) refresh_not_before: Duration,
    pub(super) login_not_before: Duration,
}

impl State {
    pub(super) fn new(credentials: Credentials, random: fastrand::Rng) -> State {
        State {
            credentials,
            random,
            current: None,
            dead: None,
            flight: None,
            flights: 0,
            generations: 0,
            era: 0,
            resets: 0,
            rejected: Cooldown::default(),
            relogins: Relogins::default(),
            unexplained: Unexplained::default(),
            asked_to_wait: None,
            refresh_not_before: Duration::ZERO,
            login_not_before: Duration::ZERO,
        }
    }

    /// Why no login is made now, if there is a reason.
    pub(super) fn held(&self, now: Duration) -> Option<Error> {
        self.rejected
            .held(now)
            .or_else(|| self.relogins.held(now))
            .or_else(|| self.asked_to_wait.as_ref().and_then(|asked| asked.error(now)))
    }

    /// Forgets what led to a pause.
    pub(super) fn end_pauses(&mut self) {
        self.resets += 1;
        self.rejected.reset();
        self.relogins = Relogins::default();
        self.unexplained = Unexplained::default();
    }

    /// Whether `issued` is the token at hand.
    pub(super) fn is_current(&self, issued: &Issued) -> bool {
        self.current.as_ref().is_some_and(|current| current.generation == issued.generation)
    }

    /// Whether new callers wait for this flight.
    pub(super) fn awaits(&self, flight: u64) -> bool {
        self.flight.as_ref().is_some_and(|awaited| awaited.id == flight)
    }

    /// Waits for the flight no longer; it may go on, but keeps nobody else from logging in.
    pub(super) fn leave_flight(&mut self) {
        if let Some(flight) = self.flight.take() {
            flight.unlock();
        }
    }

    /// Drops the token and calls off the flights that may bring it back.
    pub(super) fn drop_token(&mut self) {
        self.era += 1;
        self.leave_flight();
        if let Some(issued) = self.current.take() {
            self.dead = Some(issued.token.clone());
        }
    }
}
