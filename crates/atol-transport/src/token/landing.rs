//! What becomes of the outcome of a login.

use std::sync::Arc;
use std::time::Duration;

use super::cooldown::Held;
use super::expiry::refresh_age;
use super::fetch::{Fetched, Plan, is_refusal};
use super::flight::Outcome;
use super::issued::Issued;
use super::refusals::Refusals;
use super::store::StoredToken;
use super::tokens::Tokens;
use crate::error::{Error, Result, Sent};

/// The pause after an early refresh that failed or was left to somebody else; the token at hand stays in use.
const REFRESH_AGAIN: Duration = Duration::from_secs(5 * 60);

/// The pause after an early refresh that brought the same token back: it is renewed only when it has expired.
const SAME_TOKEN_AGAIN: Duration = Duration::from_secs(30 * 60);

/// The vendor asks for a second between a system error and the next try.
const AFTER_ANSWERED_FAILURE: Duration = Duration::from_secs(1);

/// The longest wait that is kept because the answer to a login asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

impl Tokens {
    /// Takes what a flight brought, unless it was called off meanwhile.
    ///
    /// A flight that was given up is not called off: its runtime may have been slow rather than dead, and each login
    /// may end the token of the one before.
    pub(super) fn land(&self, plan: &Plan, fetched: Result<Option<Fetched>>) -> Outcome {
        let clock = &*self.shared().clock;
        let now = clock.monotonic();
        let mut state = self.state();
        if state.awaits(plan.flight) {
            state.flight = None;
        }
        if plan.era != state.era {
            return Outcome::Void;
        }
        let Some(fetched) = fetched.transpose() else {
            state.refresh_not_before = now.saturating_add(REFRESH_AGAIN);
            return Outcome::Void;
        };
        match fetched.and_then(|fetched| Ok((fetched.token.header()?, fetched))) {
            Ok((header, fetched)) => {
                let by_login = fetched.fresh;
                if by_login {
                    state.rejected.reset();
                    state.asked_to_wait = None;
                }
                let current = state.current.clone().filter(|issued| !issued.lifetime.is_over(clock));
                if let Some(newer) = current.as_ref().filter(|_| plan.generation != state.generations) {
                    return Outcome::Landed { issued: Arc::clone(newer), by_login };
                }
                if let Some(same) = current.filter(|issued| issued.token == fetched.token) {
                    // It lives for 24 h from its first issue, so its age is that of the first time.
                    state.refresh_not_before = now.saturating_add(SAME_TOKEN_AGAIN);
                    return Outcome::Landed { issued: same, by_login };
                }
                // By the wall clock, which may be wrong: no longer than we would wait ourselves.
                let put_off = fetched.refresh_not_before.map(|until| until.duration_since(clock.wall()));
                let put_off = put_off.and_then(|wait| Duration::try_from(wait).ok()).unwrap_or_default();
                state.refresh_not_before = now.saturating_add(put_off.min(SAME_TOKEN_AGAIN));
                state.generations += 1;
                let issued = Arc::new(Issued::new(
                    state.generations,
                    header,
                    fetched,
                    refresh_age(state.random.f64()),
                ));
                state.current = Some(Arc::clone(&issued));
                Outcome::Landed { issued, by_login }
            }
            Err(error) => {
                let error = Arc::new(error);
                if is_refusal(&error) && plan.resets == state.resets {
                    state.rejected.refuse(now, Arc::clone(&error));
                }
                if let Some(asked) = error.retry_after().filter(|_| error.sent() == Sent::Yes) {
                    let until = now.saturating_add(asked.min(LONGEST_WAIT));
                    state.asked_to_wait = Some(Held::new(until, Arc::clone(&error)));
                }
                if error.sent() == Sent::Yes {
                    state.login_not_before = now.saturating_add(AFTER_ANSWERED_FAILURE);
                }
                state.refresh_not_before = now.saturating_add(REFRESH_AGAIN);
                Outcome::Failed(error)
            }
        }
    }

    /// What a store is to keep of a token.
    pub(super) fn to_stored(&self, issued: &Issued) -> StoredToken {
        let clock = &*self.shared().clock;
        let stored = StoredToken::new(issued.token.clone(), issued.lifetime.obtained_at());
        let put_off = self.state().refresh_not_before.saturating_sub(clock.monotonic());
        match clock.wall().checked_add(put_off) {
            Ok(until) if !put_off.is_zero() => stored.with_refresh_not_before(until),
            _ => stored,
        }
    }

    /// Takes over refusals from the store; the error, when logins are held back because of them.
    pub(super) fn take_over(&self, plan: &Plan, refusals: &Refusals) -> Option<Error> {
        let clock = &*self.shared().clock;
        let (now, ages) = (clock.monotonic(), refusals.ages(clock.wall()));
        let mut state = self.state();
        if plan.era != state.era || plan.resets != state.resets {
            return None;
        }
        state.rejected.take_over(now, &ages, &Arc::new(refusals.error()));
        state.rejected.held(now)
    }
}
