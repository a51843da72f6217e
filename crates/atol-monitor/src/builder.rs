//! Everything that can be set about a monitor.

use atol_transport::clock::SharedClock;
use atol_transport::retry::RetryPolicy;
use atol_transport::tls::RootCertificates;
use atol_transport::{
    Body, BoxError, Client, ClientBuilder, Credentials, Environment, Pacing, Proxy, ResponseBody, Stack,
    Timeouts, TokenStore,
};
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::error::Result;
use crate::monitor::KktMonitor;

/// Builds a [`KktMonitor`]; see [`KktMonitor::builder`].
///
/// ```
/// use atol_monitor::KktMonitor;
///
/// let monitor = KktMonitor::builder().production().credentials("shop-17", "secret").build()?;
/// # Ok::<(), atol_monitor::Error>(())
/// ```
///
/// Without credentials the vendor's public ones for the test environment are used; in production they are refused by
/// the service.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct KktMonitorBuilder {
    client: ClientBuilder,
    pacing: Pacing,
    /// Kept as given until `build` can complain about them.
    credentials: Option<Result<Credentials>>,
}

impl KktMonitorBuilder {
    pub(crate) fn new(environment: Environment, credentials: Credentials) -> KktMonitorBuilder {
        KktMonitorBuilder {
            client: Client::builder(environment, credentials),
            pacing: Pacing::default(),
            credentials: None,
        }
    }

    /// The real registers instead of the test environment.
    pub fn production(self) -> KktMonitorBuilder {
        self.environment(Environment::Production)
    }

    /// Any environment.
    pub fn environment(self, environment: Environment) -> KktMonitorBuilder {
        self.configure_client(|client| client.environment(environment))
    }

    /// Login and password: those with which documents are registered. Checked by [`build`](Self::build).
    pub fn credentials(mut self, login: impl Into<String>, password: impl Into<String>) -> KktMonitorBuilder {
        self.credentials = Some(Credentials::new(login, password).map_err(Into::into));
        self
    }

    /// A login alone, for a token store that has its token; see [`Credentials::without_password`].
    pub fn login_without_password(mut self, login: impl Into<String>) -> KktMonitorBuilder {
        self.credentials = Some(Credentials::without_password(login).map_err(Into::into));
        self
    }

    /// Time limits; see [`Timeouts`] for the defaults.
    pub fn timeouts(self, timeouts: Timeouts) -> KktMonitorBuilder {
        self.configure_client(|client| client.timeouts(timeouts))
    }

    /// What is repeated, when and how often.
    pub fn retry(self, policy: RetryPolicy) -> KktMonitorBuilder {
        self.configure_client(|client| client.retry(policy))
    }

    /// How many requests at once, and how far apart those for one register.
    pub fn pacing(mut self, pacing: Pacing) -> KktMonitorBuilder {
        self.pacing = pacing;
        self.configure_client(|client| client.pacing(pacing))
    }

    /// Where the token lives between monitors and processes.
    pub fn token_store(self, store: impl TokenStore) -> KktMonitorBuilder {
        self.configure_client(|client| client.token_store(store))
    }

    /// The `User-Agent` header.
    pub fn user_agent(self, user_agent: impl Into<String>) -> KktMonitorBuilder {
        self.configure_client(|client| client.user_agent(user_agent))
    }

    /// Trusts these roots as well as the machine's.
    pub fn root_certificates(self, roots: RootCertificates) -> KktMonitorBuilder {
        self.configure_client(|client| client.root_certificates(roots))
    }

    /// Trusts these roots and no others.
    pub fn only_root_certificates(self, roots: RootCertificates) -> KktMonitorBuilder {
        self.configure_client(|client| client.only_root_certificates(roots))
    }

    /// Goes out through this proxy, or through none; by default what `HTTPS_PROXY` and `NO_PROXY` say.
    pub fn proxy(self, proxy: Proxy) -> KktMonitorBuilder {
        self.configure_client(|client| client.proxy(proxy))
    }

    /// Takes the time from another clock.
    pub fn clock(self, clock: SharedClock) -> KktMonitorBuilder {
        self.configure_client(|client| client.clock(clock))
    }

    /// Adds a layer around each call; see [`ClientBuilder::layer`].
    pub fn layer<L>(self, layer: L) -> KktMonitorBuilder
    where
        L: Layer<Stack> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.configure_client(|client| client.layer(layer))
    }

    /// Adds a layer around each attempt; see [`ClientBuilder::attempt_layer`].
    pub fn attempt_layer<L>(self, layer: L) -> KktMonitorBuilder
    where
        L: Layer<Stack> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
    {
        self.configure_client(|client| client.attempt_layer(layer))
    }

    /// Sets whatever else a [`ClientBuilder`] offers.
    ///
    /// ```
    /// use atol_monitor::KktMonitor;
    ///
    /// let monitor = KktMonitor::builder()
    ///     .configure_client(|client| client.source("shop-dashboard").max_body(64 * 1024 * 1024))
    ///     .build()?;
    /// # Ok::<(), atol_monitor::Error>(())
    /// ```
    ///
    /// Login, password and pacing are better set with the methods of this builder, which look at them too.
    pub fn configure_client(mut self, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> KktMonitorBuilder {
        self.client = set(self.client);
        self
    }

    /// The monitor. It needs no runtime yet.
    ///
    /// # Errors
    ///
    /// When login, password or another setting cannot be used; the message names it.
    pub fn build(self) -> Result<KktMonitor> {
        let client = match self.credentials {
            Some(credentials) => self.client.credentials(credentials?),
            None => self.client,
        };
        Ok(KktMonitor::from_client(client.build()?).with_concurrency(self.pacing.concurrency()))
    }
}
