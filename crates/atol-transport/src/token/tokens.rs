//! The token of one client: who has it, who fetches it, when it is dropped.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use tokio::runtime::Handle;

use super::builder::TokensBuilder;
use super::expiry::LIFE;
use super::fetch::{LoginService, Plan};
use super::flight::{Flight, Outcome, Pilot};
use super::issued::Issued;
use super::lock::Holding;
use super::notice;
use super::relogin::Refused;
use super::state::State;
use super::store::{TokenKey, TokenStore};
use crate::clock::{Clock, SharedClock};
use crate::credentials::Credentials;
use crate::environment::{Endpoints, Environment};
use crate::error::{Error, ErrorKind, Result};

/// So many flights may get lost under one caller before it gives up.
const MOST_VOID: u32 = 4;

/// The token of one login in one environment, shared by everybody who holds a clone.
///
/// ```
/// use atol_transport::{Credentials, Environment, Tokens};
///
/// let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build()?;
/// assert!(!tokens.is_cached()); // nothing is sent before the first call needs a token
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// This is the handle; the work is done by a [`TokenLayer`](super::TokenLayer) made from it, whose module
/// documents the rules. Several stacks may share one handle, and it may be used from several runtimes.
#[derive(Clone)]
pub struct Tokens {
    shared: Arc<Shared>,
}

/// What never changes, and what does, behind a lock that is never held while waiting.
pub(super) struct Shared {
    pub(super) endpoints: Endpoints,
    pub(super) login_uri: Uri,
    pub(super) source: Option<String>,
    pub(super) clock: SharedClock,
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) refreshes_early: bool,
    pub(super) state: Mutex<State>,
}

/// What a caller without a token does next.
enum Step {
    Use(Arc<Issued>),
    Wait(Flight),
}

impl Tokens {
    /// The tokens of a login in an environment.
    pub fn builder(environment: &Environment, credentials: Credentials) -> TokensBuilder {
        TokensBuilder::new(environment, credentials)
    }

    pub(super) fn from_shared(shared: Shared) -> Tokens {
        Tokens { shared: Arc::new(shared) }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether there is a token that has not expired, so that the next call needs no login.
    ///
    /// The store is not asked: right after the start this is `false`, even if a file holds a good token.
    pub fn is_cached(&self) -> bool {
        let state = self.state();
        state.current.as_ref().is_some_and(|issued| !issued.lifetime.is_over(&*self.shared.clock))
    }

    /// Drops the token, here and in the store; the next call logs in again.
    ///
    /// The store's `remove` is called in place: for a file that is the time of an `unlink`.
    pub fn forget(&self) {
        let key = {
            let mut state = self.state();
            state.drop_token();
            TokenKey::new(&self.shared.endpoints, state.credentials.login())
        };
        self.shared.remove_stored(&key);
    }

    /// Goes on with another login or password: the old token is dropped, here and in the store, and the pause
    /// that wrong ones led to is over.
    ///
    /// Calls that are waiting for a login wait for one with the new pair.
    pub fn set_credentials(&self, credentials: Credentials) {
        let new = TokenKey::new(&self.shared.endpoints, credentials.login());
        let old = {
            let mut state = self.state();
            state.drop_token();
            state.end_pauses();
            let old = std::mem::replace(&mut state.credentials, credentials);
            TokenKey::new(&self.shared.endpoints, old.login())
        };
        self.shared.remove_stored(&old);
        self.shared.forget_refusals(&new);
    }

    /// Ends the pause after refused logins and refused tokens, here and in the store: the next call without a
    /// token logs in. For when a person says that login and password are right now.
    pub fn end_pause(&self) {
        let key = {
            let mut state = self.state();
            state.end_pauses();
            TokenKey::new(&self.shared.endpoints, state.credentials.login())
        };
        self.shared.forget_refusals(&key);
    }

    /// Refuses to let the token go to any other origin than its own.
    pub(super) fn check_origin(&self, uri: &Uri) -> Result<()> {
        if self.shared.endpoints.is_origin_of(uri) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Config,
            format!(
                "the request goes to `{}`, but the token belongs to {}",
                uri.host().unwrap_or_default(),
                self.shared.endpoints
            ),
        ))
    }

    /// A valid token: the one at hand at once, else the next one, through a login by way of `service`. The one that
    /// is `doubted` will not do. Also says whether there was a login for it meanwhile.
    pub(super) async fn obtain<S: LoginService>(
        &self,
        service: &mut S,
        doubted: Option<&Issued>,
    ) -> Result<(Arc<Issued>, bool)> {
        for _ in 0..MOST_VOID {
            let flight = match self.next_step(service, doubted)? {
                Step::Use(issued) => return Ok((issued, false)),
                Step::Wait(flight) => flight,
            };
            let id = flight.id;
            // In a box: it is rare, and its room would be taken up by every call.
            match Box::pin(flight.landing(&*self.shared.clock)).await {
                Some(Outcome::Landed { issued, by_login }) => return Ok((issued, by_login)),
                Some(Outcome::Failed(error)) => return Err(Error::shared(&error)),
                Some(Outcome::Void) => {}
                None => self.give_up(id),
            }
        }
        Err(Error::new(
            ErrorKind::Cancelled,
            "the login was lost again and again with the runtimes that carried it",
        ))
    }

    fn next_step<S: LoginService>(&self, service: &S, doubted: Option<&Issued>) -> Result<Step> {
        let clock = &*self.shared.clock;
        let mut state = self.state();
        if let Some(issued) = state.current.clone()
            && doubted.is_none_or(|doubted| doubted.generation != issued.generation)
            && let age = issued.lifetime.age(clock)
            && age < LIFE
        {
            if age >= issued.refresh_age && self.may_refresh(&state) {
                // Whoever has a valid token does not wait for the next one, nor hears of its failure.
                let launch = self.prepare(&mut state, true);
                drop(state);
                if let Ok((launch, _)) = launch {
                    launch.start(self, service);
                }
            }
            return Ok(Step::Use(issued));
        }
        if let Some(flight) = state.flight.as_ref().filter(|flight| !flight.is_lost()) {
            return Ok(Step::Wait(flight.clone()));
        }
        if let Some(error) = state.held(clock.monotonic()) {
            return Err(error);
        }
        let (launch, flight) = self.prepare(&mut state, false)?;
        drop(state);
        launch.start(self, service);
        Ok(Step::Wait(flight))
    }

    fn may_refresh(&self, state: &State) -> bool {
        let now = self.shared.clock.monotonic();
        self.shared.refreshes_early
            && now >= state.refresh_not_before
            && state.flight.as_ref().is_none_or(Flight::is_lost)
            && state.held(now).is_none()
    }

    /// Registers a flight, so that everybody from now on waits for it; the caller starts it without the lock.
    fn prepare(&self, state: &mut State, is_early: bool) -> Result<(Launch, Flight)> {
        let runtime = Handle::try_current().map_err(|_| {
            Error::new(
                ErrorKind::Config,
                "the login needs a tokio runtime, and this call is made outside of any",
            )
        })?;
        state.flights += 1;
        let holding = Holding::default();
        let (pilot, flight) = Flight::new(state.flights, runtime.id(), holding.release());
        state.flight = Some(flight.clone());
        let plan = Plan {
            flight: flight.id,
            era: state.era,
            resets: state.resets,
            generation: state.generations,
            is_early,
            key: TokenKey::new(&self.shared.endpoints, state.credentials.login()),
            credentials: state.credentials.clone(),
            dead: state.dead.clone(),
            newer_than: state.current.as_ref().map(|issued| issued.lifetime.obtained_at()),
            not_before: state.login_not_before,
            holding,
        };
        Ok((Launch { runtime, pilot, plan }, flight))
    }

    /// Whether there is a password.
    pub(super) fn can_log_in(&self) -> bool {
        self.state().credentials.has_password()
    }

    /// Whether what a flight brought is still wanted.
    pub(super) fn is_current(&self, issued: &Issued) -> bool {
        self.state().is_current(issued)
    }

    /// Whether a flight has not been called off.
    pub(super) fn is_wanted(&self, plan: &Plan) -> bool {
        self.state().era == plan.era
    }

    /// Whether nobody has changed the credentials or ended the pauses since a flight set off.
    pub(super) fn is_up_to_date(&self, plan: &Plan) -> bool {
        self.state().resets == plan.resets
    }

    /// Stops waiting for a flight whose runtime seems to stand still, so that somebody else sends another.
    fn give_up(&self, flight: u64) {
        let mut state = self.state();
        if state.awaits(flight) {
            state.leave_flight();
        }
    }

    /// Drops a token that the service refused, unless there is a newer one already.
    ///
    /// Returns whether it makes sense to ask for another one now.
    pub(super) fn refused(&self, issued: &Issued) -> bool {
        let clock = &*self.shared.clock;
        let now = clock.monotonic();
        let mut state = self.state();
        if state.is_current(issued) {
            state.current = None;
            state.dead = Some(issued.token.clone());
            count_refusal(&mut state, issued, clock);
        }
        state.current.is_some() || state.flight.is_some() || state.held(now).is_none()
    }

    /// What to do about a token that was refused at `path` without a code; it is not dropped for that.
    pub(super) fn doubt(&self, issued: &Issued, path: &str) -> Doubt {
        let now = self.shared.clock.monotonic();
        let state = self.state();
        // Before a token has worked for something, it is more likely the trouble than any path.
        let has_worked = state.current.as_ref().is_some_and(|current| current.worked());
        if has_worked && state.unexplained.is_known(now, path) {
            return Doubt::None;
        }
        if !state.is_current(issued) {
            return Doubt::IsOld;
        }
        let may_log_in = state.held(now).is_none() && state.unexplained.may_log_in(now);
        if state.flight.is_some() || may_log_in { Doubt::IsCurrent } else { Doubt::None }
    }

    /// Notes that `path` refused a token without a code that was fetched for it, so that the token is not the trouble.
    pub(super) fn did_not_help(&self, path: &str) {
        let now = self.shared.clock.monotonic();
        self.state().unexplained.did_not_help(now, path);
    }

    /// Notes that `path` took a token, in place of the `doubted` one if there is one.
    pub(super) fn worked(&self, path: &str, doubted: Option<&Issued>) {
        let mut state = self.state();
        state.unexplained.succeeded(path);
        if let Some(doubted) = doubted.filter(|doubted| doubted.note_replacement()) {
            count_refusal(&mut state, doubted, &*self.shared.clock);
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock leaves the state half changed, so a panic elsewhere is no reason to stop.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be thought of a token that was refused without a code.
pub(super) enum Doubt {
    /// It is not the trouble, or nothing can be done.
    None,
    /// There is a newer one, which may do.
    IsOld,
    /// It is the one at hand, and another may do.
    IsCurrent,
}

fn count_refusal(state: &mut State, issued: &Issued, clock: &dyn Clock) {
    let token = Refused { worked: issued.worked(), fresh: issued.fresh, age: issued.lifetime.age(clock) };
    if state.relogins.refused(clock.monotonic(), token) {
        notice::contention();
    }
}

/// A flight that is registered but not on its way.
struct Launch {
    runtime: Handle,
    pilot: Pilot,
    plan: Plan,
}

impl Launch {
    fn start<S: LoginService>(self, tokens: &Tokens, service: &S) {
        let task = self.plan.fly(tokens.clone(), service.clone(), self.pilot);
        drop(self.runtime.spawn(task));
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("environment", &format_args!("{}", self.shared.endpoints))
            .field("is_cached", &self.is_cached())
            .finish_non_exhaustive()
    }
}
