//! What a flight does: look into the store, log in, save what it got.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use jiff::Timestamp;
use tower_service::Service;

use super::expiry::Lifetime;
use super::flight::{Outcome, Pilot, caught, within};
use super::issued::Issued;
use super::lock::Holding;
use super::login;
use super::notice;
use super::refusals::Refusals;
use super::store::{StoredToken, TokenKey, TokenStore};
use super::tokens::{Shared, Tokens};
use super::value::Token;
use crate::body::{Body, ResponseBody};
use crate::call::EarlyRefresh;
use crate::credentials::Credentials;
use crate::error::{BoxError, Error, ErrorKind, Phase, Result, Sent};

/// The longest wait for a store.
const STORE_LIMIT: Duration = Duration::from_secs(2);

/// The longest login. The time limits of a complete stack are shorter; this one keeps a stack without any from
/// waiting for ever.
const LOGIN_LIMIT: Duration = Duration::from_secs(90);

/// The longest wait for the lock on logins: longer than a login that goes well, and short enough that a call has time
/// for its own after it.
const LOCK_LIMIT: Duration = Duration::from_secs(25);

/// From one look whether the lock is free to the next.
const LOCK_POLL: Duration = Duration::from_millis(100);

/// A service that a login can be sent through from a task of its own.
pub(super) trait LoginService:
    Service<Request<Body>, Response = Response<ResponseBody>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> LoginService for S where
    S: Service<Request<Body>, Response = Response<ResponseBody>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// What a flight needs to know.
pub(super) struct Plan {
    pub(super) flight: u64,
    /// The era, the resets and the last generation when it set off.
    pub(super) era: u64,
    pub(super) resets: u64,
    pub(super) generation: u64,
    /// Whether it renews a good token, so that no call waits for it.
    pub(super) is_early: bool,
    pub(super) key: TokenKey,
    pub(super) credentials: Credentials,
    /// A token that is known to be refused.
    pub(super) dead: Option<Token>,
    /// The age of the token at hand: a stored one is of use only if it is younger.
    pub(super) newer_than: Option<Timestamp>,
    pub(super) not_before: Duration,
    /// The lock on logins, from before the login until its outcome is saved.
    pub(super) holding: Holding,
}

/// A token as it came in.
pub(super) struct Fetched {
    pub(super) token: Token,
    pub(super) lifetime: Lifetime,
    /// Whether we logged in for it, rather than finding it in the store.
    pub(super) fresh: bool,
    /// Until when, by the wall clock, a stored one is not to be refreshed early.
    pub(super) refresh_not_before: Option<Timestamp>,
}

/// What a look into the store brought.
enum Look {
    Found(Fetched),
    Nothing,
    Failed,
}

/// Whose turn it is to log in, among those who share a store.
enum Turn {
    /// Ours; whoever had it before may have left something in the store.
    Ours,
    /// Still somebody else's.
    Theirs,
    /// There are no turns: the store has no lock, or fails to give it.
    Anybodys,
}

impl Plan {
    /// The task: fetches a token, hands it over, and tells everybody who waits.
    pub(super) async fn fly<S: LoginService>(self, tokens: Tokens, service: S, pilot: Pilot) {
        let fetched = caught(self.fetch(&tokens, service)).await.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Other, "cannot log in: a service of the stack panicked"))
        });
        let outcome = tokens.land(&self, fetched);
        match &outcome {
            // Also one that was found in the store, when the login has brought it again.
            Outcome::Landed { issued, by_login: true } => self.save(&tokens, issued).await,
            Outcome::Failed(error) if is_refusal(error) => {
                self.save_refusal(&tokens, error.kind()).await;
            }
            Outcome::Landed { .. } | Outcome::Failed(_) | Outcome::Void => {}
        }
        self.holding.release().now();
        pilot.send_replace(Some(outcome));
    }

    /// A token, from the store or through a login; `None` when that is left to somebody else or not wanted any more.
    async fn fetch<S: LoginService>(&self, tokens: &Tokens, service: S) -> Result<Option<Fetched>> {
        let shared = tokens.shared();
        match self.look(tokens).await? {
            Look::Found(found) => return Ok(Some(found)),
            Look::Nothing => match self.lock(tokens).await {
                // Somebody is renewing the token already.
                Turn::Theirs if self.is_early => return Ok(None),
                Turn::Ours | Turn::Theirs => {
                    if let Look::Found(found) = self.look(tokens).await? {
                        return Ok(Some(found));
                    }
                }
                Turn::Anybodys => {}
            },
            Look::Failed => {}
        }
        let clock = &*shared.clock;
        let pause = self.not_before.saturating_sub(clock.monotonic());
        if !pause.is_zero() {
            clock.sleep(pause).await;
        }
        if !tokens.is_wanted(self) {
            return Ok(None);
        }
        let mut request = login::request(&shared.login_uri, &self.credentials, shared.source.as_deref())?;
        if self.is_early {
            request.extensions_mut().insert(EarlyRefresh);
        }
        let lifetime = Lifetime::begin(clock);
        let token = within(clock, LOGIN_LIMIT, login::send(service, request, &self.credentials, clock))
            .await
            .unwrap_or_else(|| {
                Err(Error::new(
                    ErrorKind::Timeout(Phase::Head),
                    format!("cannot log in: no answer within {} s", LOGIN_LIMIT.as_secs()),
                ))
            })?;
        Ok(Some(Fetched { token, lifetime, fresh: true, refresh_not_before: None }))
    }

    /// What the store has, and an error if there is no use in logging in.
    async fn look(&self, tokens: &Tokens) -> Result<Look> {
        let shared = tokens.shared();
        let answer = self.find_stored(shared).await;
        let has_failed = answer.is_none();
        let (stored, refusals) = answer.unwrap_or_default();
        if let Some(found) = stored.and_then(|stored| self.usable(shared, &stored)) {
            return Ok(Look::Found(found));
        }
        if !self.credentials.has_password() {
            self.remove_dead(shared).await;
            return Err(Error::new(
                ErrorKind::NoPassword,
                "cannot log in: there is no token that the service takes, and no password to get another with",
            )
            .with_advice("try again with the password"));
        }
        if let Some(error) = refusals.and_then(|refusals| tokens.take_over(self, &refusals)) {
            return Err(error);
        }
        Ok(if has_failed { Look::Failed } else { Look::Nothing })
    }

    /// Waits until nobody else who shares the store logs in, but not for ever; an early refresh does not wait.
    async fn lock(&self, tokens: &Tokens) -> Turn {
        let shared = tokens.shared();
        let clock = &*shared.clock;
        let limit = if self.is_early { Duration::ZERO } else { LOCK_LIMIT };
        let give_up_at = clock.monotonic().saturating_add(limit);
        loop {
            let key = self.key.clone();
            match shared.ask_store("lock", move |store| store.try_lock(&key)).await {
                Some(Some(lock)) => {
                    let turn = if lock.is_real() { Turn::Ours } else { Turn::Anybodys };
                    self.holding.keep(lock);
                    return turn;
                }
                Some(None) if clock.monotonic() < give_up_at && tokens.is_wanted(self) => {
                    clock.sleep(LOCK_POLL).await;
                }
                Some(None) => return Turn::Theirs,
                None => return Turn::Anybodys,
            }
        }
    }

    /// What the store has: a token, and the refusals of logins.
    async fn find_stored(&self, shared: &Shared) -> Option<(Option<StoredToken>, Option<Refusals>)> {
        let key = self.key.clone();
        let find = move |store: &dyn TokenStore| Ok((store.load(&key)?, store.refusals(&key)?));
        shared.ask_store("load", find).await
    }

    /// The stored token, if it is better than what we have.
    fn usable(&self, shared: &Shared, stored: &StoredToken) -> Option<Fetched> {
        // Another process has tried, and got the same token again.
        let is_put_off = stored.refresh_not_before().is_some_and(|until| until > shared.clock.wall());
        let is_ours = self.newer_than == Some(stored.obtained_at());
        let is_older = self.newer_than.is_some_and(|ours| stored.obtained_at() <= ours);
        if Some(stored.token()) == self.dead.as_ref()
            || (is_older && !(is_ours && is_put_off && self.is_early))
        {
            return None;
        }
        let lifetime = Lifetime::resume(&*shared.clock, stored.obtained_at())?;
        Some(Fetched {
            token: stored.token().clone(),
            lifetime,
            fresh: false,
            refresh_not_before: stored.refresh_not_before(),
        })
    }

    /// Nobody else shall find the refused token either: there will be no other in its place. Whoever has the password may
    /// have put one there meanwhile, which stays.
    async fn remove_dead(&self, shared: &Shared) {
        let (key, Some(dead)) = (self.key.clone(), self.dead.clone()) else { return };
        let remove = move |store: &dyn TokenStore| match store.load(&key)? {
            Some(stored) if *stored.token() == dead => store.remove(&key),
            _ => Ok(()),
        };
        shared.ask_store("remove", remove).await;
    }

    /// Other processes may have been refused meanwhile, so theirs are read again.
    async fn save_refusal(&self, tokens: &Tokens, why: ErrorKind) {
        if !tokens.is_up_to_date(self) {
            return;
        }
        let shared = tokens.shared();
        let (key, now) = (self.key.clone(), shared.clock.wall());
        let save = move |store: &dyn TokenStore| {
            let earlier = store.refusals(&key)?;
            store.set_refusals(&key, Some(&Refusals::and_now(earlier, now, why)))
        };
        shared.ask_store("save", save).await;
        // The pause was ended while it was being saved: the removal may have come too early.
        if !tokens.is_up_to_date(self) {
            shared.forget_refusals(&self.key);
        }
    }

    async fn save(&self, tokens: &Tokens, issued: &Issued) {
        let (key, stored) = (self.key.clone(), tokens.to_stored(issued));
        let save = move |store: &dyn TokenStore| {
            store.save(&key, &stored)?;
            // Login and password are right after all.
            store.set_refusals(&key, None)
        };
        tokens.shared().ask_store("save", save).await;
        // Forgotten while it was being saved: the removal may have come too early.
        if !tokens.is_current(issued) {
            tokens.shared().remove_stored(&self.key);
        }
    }
}

/// Whether the service has just refused login and password. A plain 401 in answer to a login means the same as
/// code 12.
pub(super) fn is_refusal(error: &Error) -> bool {
    let kind = matches!(
        error.kind(),
        ErrorKind::CredentialsRejected | ErrorKind::UserBlocked | ErrorKind::Unauthorized
    );
    // The error of a pause that is on says that nothing was sent.
    kind && error.sent() == Sent::Yes
}

impl Shared {
    /// Lets the store work where it may wait; a failure, a panic or a long wait is `None` and a warning.
    async fn ask_store<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&dyn TokenStore) -> Result<T, BoxError> + Send + 'static,
    ) -> Option<T> {
        let store = Arc::clone(&self.store);
        let answer = if store.is_immediate() {
            guarded(&*store, work)
        } else {
            let asked = tokio::task::spawn_blocking(move || guarded(&*store, work));
            match within(&*self.clock, STORE_LIMIT, asked).await {
                Some(Ok(answer)) => answer,
                Some(Err(error)) => Err(error.into()),
                None => Err(format!("no answer within {} s", STORE_LIMIT.as_secs()).into()),
            }
        };
        answer.inspect_err(|error| notice::store_failed(doing, error)).ok()
    }

    /// Forgets stored refusals in place.
    pub(super) fn forget_refusals(&self, key: &TokenKey) {
        if let Err(error) = guarded(&*self.store, |store| store.set_refusals(key, None)) {
            notice::store_failed("remove", &error);
        }
    }

    /// Removes a stored token in place.
    pub(super) fn remove_stored(&self, key: &TokenKey) {
        if let Err(error) = guarded(&*self.store, |store| store.remove(key)) {
            notice::store_failed("remove", &error);
        }
    }
}

/// Turns a panic of the store into an error.
fn guarded<T>(
    store: &dyn TokenStore,
    work: impl FnOnce(&dyn TokenStore) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    catch_unwind(AssertUnwindSafe(|| work(store))).unwrap_or_else(|_| Err("the store panicked".into()))
}
