//! Puts the tokens of a client together.

use std::fmt;
use std::sync::{Arc, Mutex};

use super::login::check_source;
use super::state::State;
use super::store::{MemoryTokenStore, TokenStore};
use super::tokens::{Shared, Tokens};
use crate::clock::{SharedClock, SystemClock};
use crate::credentials::Credentials;
use crate::environment::{Endpoints, Environment};
use crate::error::Result;

/// Puts [`Tokens`] together: see [`Tokens::builder`].
///
/// ```
/// use atol_transport::{Credentials, Environment, Tokens};
///
/// let tokens = Tokens::builder(&Environment::Production, Credentials::new("shop-17", "correct horse")?)
///     .source("acme-monitor")
///     .build()?;
/// # Ok::<(), atol_transport::Error>(())
/// ```
#[must_use]
pub struct TokensBuilder {
    endpoints: Endpoints,
    credentials: Credentials,
    source: Option<String>,
    store: Arc<dyn TokenStore>,
    clock: SharedClock,
    random: fastrand::Rng,
    refreshes_early: bool,
}

impl TokensBuilder {
    pub(super) fn new(environment: &Environment, credentials: Credentials) -> TokensBuilder {
        TokensBuilder {
            endpoints: environment.endpoints(),
            credentials,
            source: None,
            store: Arc::new(MemoryTokenStore::default()),
            clock: SystemClock::shared(),
            random: fastrand::Rng::new(),
            refreshes_early: true,
        }
    }

    /// The integrator's name, sent along with each login; none unless set.
    ///
    /// 1 to 100 of the characters `a-z A-Z 0-9 _ - @ .`, as the vendor documents them for the sibling API.
    pub fn source(mut self, source: impl Into<String>) -> TokensBuilder {
        self.source = Some(source.into());
        self
    }

    /// Where the token lives beside this client; [`MemoryTokenStore`] unless set.
    pub fn store(self, store: impl TokenStore) -> TokensBuilder {
        self.shared_store(Arc::new(store))
    }

    /// The same for a store that is shared already.
    pub fn shared_store(mut self, store: Arc<dyn TokenStore>) -> TokensBuilder {
        self.store = store;
        self
    }

    /// Whether a token is renewed before its end, beside the calls; `true` unless set.
    ///
    /// A program that ends after a few calls does better without: the login would often be lost with it, and be sent
    /// again by its next run. The token is then used to its end, and the first call after that waits for the next.
    pub fn early_refresh(mut self, refreshes_early: bool) -> TokensBuilder {
        self.refreshes_early = refreshes_early;
        self
    }

    /// Where the time is taken from; the machine's clock unless set.
    pub fn clock(mut self, clock: SharedClock) -> TokensBuilder {
        self.clock = clock;
        self
    }

    /// Makes the moments of early refreshes repeatable, for tests; random unless set.
    pub fn seed(mut self, seed: u64) -> TokensBuilder {
        self.random = fastrand::Rng::with_seed(seed);
        self
    }

    /// The finished tokens; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when the integrator's name is not legal or the
    /// environment's address is too long.
    pub fn build(self) -> Result<Tokens> {
        if let Some(source) = &self.source {
            check_source(source)?;
        }
        Ok(Tokens::from_shared(Shared {
            login_uri: self.endpoints.login()?,
            endpoints: self.endpoints,
            source: self.source,
            clock: self.clock,
            store: self.store,
            refreshes_early: self.refreshes_early,
            state: Mutex::new(State::new(self.credentials, self.random)),
        }))
    }
}

impl fmt::Debug for TokensBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokensBuilder")
            .field("environment", &format_args!("{}", self.endpoints))
            .field("source", &self.source)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
