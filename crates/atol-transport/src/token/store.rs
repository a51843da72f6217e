//! Where a token lives beside its client: the trait, and the store in memory.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::{Refusals, StoreLock, Token};
use crate::environment::Endpoints;
use crate::error::BoxError;

/// Keeps tokens where other clients or later processes find them.
///
/// ```
/// use std::sync::Mutex;
/// use atol_transport::BoxError;
/// use atol_transport::token::{StoredToken, TokenKey, TokenStore};
///
/// /// Room for the token of one client, which outlives that client.
/// #[derive(Debug, Default)]
/// struct Drawer(Mutex<Option<(TokenKey, StoredToken)>>);
///
/// impl TokenStore for Drawer {
///     fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
///         let drawer = self.0.lock().map_err(|_| "the drawer is broken")?;
///         Ok(drawer.as_ref().filter(|(owner, _)| owner == key).map(|(_, token)| token.clone()))
///     }
///
///     fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
///         *self.0.lock().map_err(|_| "the drawer is broken")? = Some((key.clone(), token.clone()));
///         Ok(())
///     }
///
///     fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
///         let mut drawer = self.0.lock().map_err(|_| "the drawer is broken")?;
///         drawer.take_if(|(owner, _)| owner == key);
///         Ok(())
///     }
/// }
/// ```
///
/// It may also keep the [`Refusals`] of logins, so that processes which follow each other with a wrong password
/// pause as one would.
///
/// A store is asked once before each login, once more when it has given out a [lock](Self::try_lock), and told once
/// after it, never on the way of an ordinary call. Its methods are plain, not `async`, because most stores are a file
/// or a map, and because [`Tokens::forget`](super::Tokens::forget) can then mean what it says. Where they do wait (a
/// file, a network), the client calls them on the runtime's pool for blocking work and gives up on them after 2 s.
///
/// A store around another one forwards every method, those with a default too: without
/// [`try_lock`](Self::try_lock) nobody would be kept from logging in at the same time.
///
/// What a store returns is checked: a token that is older than 24 h by the wall clock, or from the future, is
/// ignored. A store that fails or panics costs a warning (feature `tracing`) and a login, never a call.
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The token that was saved last for `key`.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from looking; "there is none" is `Ok(None)`.
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError>;

    /// Keeps `token` for `key`, in place of the one before.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from saving. The text may be logged: leave the token out of it.
    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError>;

    /// Forgets the token of `key`, if there is one.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from removing it.
    fn remove(&self, key: &TokenKey) -> Result<(), BoxError>;

    /// The refusals of logins with `key` that were kept last. A store that does not keep any leaves this as it is.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from looking; "there are none" is `Ok(None)`.
    fn refusals(&self, key: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        let _ = key;
        Ok(None)
    }

    /// Keeps the refusals of logins with `key`, in place of those before; `None` forgets them.
    ///
    /// # Errors
    ///
    /// Whatever kept the store from saving.
    fn set_refusals(&self, key: &TokenKey, refusals: Option<&Refusals>) -> Result<(), BoxError> {
        let _ = (key, refusals);
        Ok(())
    }

    /// Takes the lock on logins with `key`, without waiting for it; `None` while somebody else has it.
    ///
    /// It is held from before a login until its outcome is saved, so that of several who start at the same time one logs
    /// in, and the others find the token or the refusal. It must end when the [`StoreLock`] is dropped, and when the
    /// process dies. A store that keeps no locks leaves this as it is: everybody gets a [`StoreLock::none`].
    ///
    /// # Errors
    ///
    /// Whatever kept the store from trying; the login goes on without a lock.
    fn try_lock(&self, key: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        let _ = key;
        Ok(Some(StoreLock::none()))
    }

    /// Whether the methods return at once, without waiting for anything outside the process; then they are
    /// called in place. `false` unless you say otherwise.
    fn is_immediate(&self) -> bool {
        false
    }
}

/// What a token is good for: one environment and one login.
///
/// `Debug` shows the environment only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    environment: Arc<str>,
    login: Arc<str>,
}

impl TokenKey {
    /// The key of a login in an environment, for a look into a store without a client.
    ///
    /// As in [`Credentials`](crate::Credentials), spaces around the login do not count.
    pub fn new(endpoints: &Endpoints, login: &str) -> TokenKey {
        TokenKey { environment: endpoints.to_string().into(), login: login.trim().into() }
    }

    /// The address of the environment: `https://online.atol.ru`.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The login.
    pub fn login(&self) -> &str {
        &self.login
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").field("environment", &self.environment).finish_non_exhaustive()
    }
}

/// A token and the moment at which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    token: Token,
    obtained_at: Timestamp,
    refresh_not_before: Option<Timestamp>,
}

impl StoredToken {
    /// Puts together what a store has kept apart.
    pub fn new(token: Token, obtained_at: Timestamp) -> StoredToken {
        StoredToken { token, obtained_at, refresh_not_before: None }
    }

    /// Puts its early refresh off: a login has just brought the same token again. Programs that run for a moment would
    /// otherwise log in each time.
    #[must_use]
    pub fn with_refresh_not_before(mut self, time: Timestamp) -> StoredToken {
        self.refresh_not_before = Some(time);
        self
    }

    /// The token.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// When the token was asked for, by the wall clock; it lives for 24 h from then.
    pub fn obtained_at(&self) -> Timestamp {
        self.obtained_at
    }

    /// Until when, by the wall clock, it is not to be refreshed early.
    pub fn refresh_not_before(&self) -> Option<Timestamp> {
        self.refresh_not_before
    }
}

/// Keeps tokens in memory: the default. Clones share what they keep, so that several clients of one process
/// need one login only, also when they begin at the same time.
///
/// ```
/// use atol_transport::{Credentials, Environment, Tokens};
/// use atol_transport::token::MemoryTokenStore;
///
/// let store = MemoryTokenStore::default();
/// let first = Tokens::builder(&Environment::Test, Credentials::test()).store(store.clone()).build()?;
/// let second = Tokens::builder(&Environment::Test, Credentials::test()).store(store).build()?;
/// # Ok::<(), atol_transport::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryTokenStore {
    tokens: Arc<Mutex<HashMap<TokenKey, StoredToken>>>,
    locked: Arc<Mutex<HashSet<TokenKey>>>,
}

impl MemoryTokenStore {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<TokenKey, StoredToken>) -> T) -> T {
        work(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TokenStore for MemoryTokenStore {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(self.with(|tokens| tokens.get(key).cloned()))
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        self.with(|tokens| tokens.insert(key.clone(), token.clone()));
        Ok(())
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        self.with(|tokens| tokens.remove(key));
        Ok(())
    }

    fn try_lock(&self, key: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        let is_free = self.locked.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        Ok(is_free.then(|| StoreLock::new(Unlock { locked: Arc::clone(&self.locked), key: key.clone() })))
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

/// Unlocks a key of a [`MemoryTokenStore`] when it is dropped.
struct Unlock {
    locked: Arc<Mutex<HashSet<TokenKey>>>,
    key: TokenKey,
}

impl Drop for Unlock {
    fn drop(&mut self) {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryTokenStore({} tokens)", self.with(|tokens| tokens.len()))
    }
}
