//! Puts the default stack together.

mod layers;
mod marks;
mod network;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use http::{HeaderValue, Request};
use tower_layer::Layer;
use tower_service::Service;

use self::layers::{Layers, Wrap, erase, wrap};
use self::marks::Marks;
use crate::attempt_timeout::AttemptTimeoutLayer;
use crate::body::{Body, ResponseBody};
use crate::client::{Client, Stack};
use crate::clock::{SharedClock, SystemClock};
use crate::collect::CollectLayer;
use crate::credentials::Credentials;
use crate::deadline::DeadlineLayer;
use crate::environment::Environment;
use crate::error::{BoxError, Error, ErrorKind, Excerpt, Result};
use crate::leaf::{Leaf, LeafBuilder};
use crate::pace::{PaceLayer, Pacing};
use crate::record::{RecordLayer, Recorder};
use crate::retry::{RetryLayer, RetryPolicy};
use crate::timeouts::Timeouts;
use crate::tls::{RootCertificates, TlsSettings};
use crate::token::{MemoryTokenStore, TokenLayer, TokenStore, Tokens};

/// Everything that can be set about a [`Client`]; each setting has a sensible default.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::{Client, Credentials, Environment, Timeouts};
///
/// let client = Client::builder(Environment::Production, Credentials::new("shop-17", "secret")?)
///     .timeouts(Timeouts::default().with_call(Duration::from_secs(20)))
///     .user_agent("shop-dashboard/1.2")
///     .build()?;
/// # Ok::<(), atol_transport::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    environment: Environment,
    credentials: Credentials,
    timeouts: Timeouts,
    retry: RetryPolicy,
    pacing: Pacing,
    store: Arc<dyn TokenStore>,
    early_refresh: bool,
    source: Option<String>,
    user_agent: String,
    roots: Option<RootCertificates>,
    only_roots: bool,
    network: LeafBuilder,
    max_body: Option<usize>,
    clock: SharedClock,
    leaf: Option<Stack>,
    layers: Vec<Wrap>,
    attempt_layers: Vec<Wrap>,
    #[cfg(feature = "gzip")]
    accepts_gzip: bool,
    marks: Marks,
}

impl Client {
    /// Starts a client for an environment.
    pub fn builder(environment: Environment, credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            environment,
            credentials,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            pacing: Pacing::default(),
            store: Arc::new(MemoryTokenStore::default()),
            early_refresh: true,
            source: None,
            user_agent: concat!("atol-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
            roots: None,
            only_roots: false,
            network: Leaf::builder(),
            max_body: None,
            clock: SystemClock::shared(),
            leaf: None,
            layers: Vec::new(),
            attempt_layers: Vec::new(),
            #[cfg(feature = "gzip")]
            accepts_gzip: false,
            marks: Marks::new(),
        }
    }
}

impl ClientBuilder {
    /// Another environment than the one the builder was started with.
    pub fn environment(mut self, environment: Environment) -> ClientBuilder {
        self.environment = environment;
        self
    }

    /// Another login than the one the builder was started with.
    pub fn credentials(mut self, credentials: Credentials) -> ClientBuilder {
        self.credentials = credentials;
        self
    }

    /// Time limits; see [`Timeouts`] for the defaults.
    pub fn timeouts(mut self, timeouts: Timeouts) -> ClientBuilder {
        self.timeouts = timeouts;
        self
    }

    /// What is repeated, when and how often.
    pub fn retry(mut self, policy: RetryPolicy) -> ClientBuilder {
        self.retry = policy;
        self
    }

    /// How many requests at once, and how far apart those for one register.
    pub fn pacing(mut self, pacing: Pacing) -> ClientBuilder {
        self.pacing = pacing;
        self
    }

    /// Where the token lives between clients and processes; in memory by default.
    pub fn token_store(mut self, store: impl TokenStore) -> ClientBuilder {
        self.store = Arc::new(store);
        self
    }

    /// Whether the token is renewed before its end, beside the calls; on by default. Off is better for a program that ends
    /// after a few calls: see [`TokensBuilder::early_refresh`](crate::token::TokensBuilder::early_refresh).
    pub fn early_refresh(mut self, early_refresh: bool) -> ClientBuilder {
        self.early_refresh = early_refresh;
        self
    }

    /// The integrator's name that goes along with the login: up to 100 letters, digits and `_ - @ .`.
    pub fn source(mut self, source: impl Into<String>) -> ClientBuilder {
        self.source = Some(source.into());
        self
    }

    /// The `User-Agent` header; `atol-rs/VERSION` by default.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> ClientBuilder {
        self.user_agent = user_agent.into();
        self
    }

    /// The most bytes of an answer; 8 MiB by default, and a request may name its own limit.
    pub fn max_body(mut self, bytes: usize) -> ClientBuilder {
        self.max_body = Some(bytes);
        self
    }

    /// Asks for compressed answers; see [`GzipLayer`](crate::GzipLayer). Off by default: answers are small, and one
    /// that is not is a danger. The limit of [`max_body`](Self::max_body) counts what comes out of it.
    #[cfg(feature = "gzip")]
    #[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
    pub fn accept_gzip(mut self) -> ClientBuilder {
        self.accepts_gzip = true;
        self
    }

    /// Takes the time from another clock.
    pub fn clock(mut self, clock: SharedClock) -> ClientBuilder {
        self.clock = clock;
        self
    }

    /// Adds a layer around the whole call: it sees each call once, retries included. The layer added last is outermost.
    pub fn layer<L>(mut self, layer: L) -> ClientBuilder
    where
        L: Layer<Stack> + Send + 'static,
        L::Service:
            Service<Request<Body>, Response = http::Response<ResponseBody>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.layers.push(wrap(layer));
        self
    }

    /// Adds a layer around each attempt, inside the retries and outside the token, which it never sees.
    pub fn attempt_layer<L>(mut self, layer: L) -> ClientBuilder
    where
        L: Layer<Stack> + Send + 'static,
        L::Service:
            Service<Request<Body>, Response = http::Response<ResponseBody>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.attempt_layers.push(wrap(layer));
        self
    }

    /// Replaces the HTTP client at the bottom of the stack and keeps all layers: for tests and other transports.
    pub fn leaf<S>(mut self, service: S) -> ClientBuilder
    where
        S: Service<Request<Body>, Response = http::Response<ResponseBody>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.leaf = Some(erase(service));
        self
    }

    /// The client. It needs no runtime yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the first setting which cannot be used.
    pub fn build(self) -> Result<Client> {
        // Its base is public, so it may have been changed since it was checked.
        if let Environment::Custom { base } = &self.environment {
            Environment::custom(base.clone())?;
        }
        self.timeouts.validate()?;
        self.retry.validate()?;
        let user_agent = user_agent(&self.user_agent)?;
        let endpoints = self.environment.endpoints();
        let clock = self.clock;
        let recorder = Recorder::new();

        let mut tokens = Tokens::builder(&self.environment, self.credentials)
            .shared_store(self.store)
            .early_refresh(self.early_refresh)
            .clock(Arc::clone(&clock));
        if let Some(source) = self.source {
            tokens = tokens.source(source);
        }
        let tokens = tokens.build()?;

        let mut collect = CollectLayer::new(Arc::clone(&clock));
        if let Some(bytes) = self.max_body {
            collect = collect.with_max_body(bytes)?;
        }
        let layers = Layers {
            per_call: self.layers,
            deadline: DeadlineLayer::new(self.timeouts.call(), Arc::clone(&clock)),
            retry: RetryLayer::new(self.retry, Arc::clone(&clock)),
            per_attempt: self.attempt_layers,
            token: TokenLayer::new(tokens.clone()),
            pace: PaceLayer::new(self.pacing, Arc::clone(&clock))?,
            collect,
            timeout: AttemptTimeoutLayer::new(self.timeouts, Arc::clone(&clock)),
            record: RecordLayer::new(recorder.clone()),
            #[cfg(feature = "gzip")]
            accepts_gzip: self.accepts_gzip,
            user_agent,
            #[cfg(feature = "tracing")]
            clock: Arc::clone(&clock),
            marks: self.marks,
        };
        let service = if let Some(leaf) = self.leaf {
            layers.around(leaf)
        } else {
            let tls = match &self.roots {
                Some(roots) if self.only_roots => TlsSettings::with_only_roots(roots)?,
                _ if !endpoints.is_encrypted() => TlsSettings::without_roots()?,
                roots => TlsSettings::with_platform_roots(roots.as_ref())?,
            };
            let leaf = self.network.connect_limit(self.timeouts.connect()).clock(Arc::clone(&clock));
            layers.around(leaf.build(&tls)?)
        };
        Ok(Client::from_parts(service, endpoints, tokens, recorder, clock))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            .field("credentials", &self.credentials)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

fn user_agent(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| {
        Error::new(
            ErrorKind::Config,
            format!("the user agent `{}` cannot stand in a header: use visible ASCII", Excerpt::of(text, 60)),
        )
    })
}
