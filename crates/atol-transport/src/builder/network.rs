//! How the other side is reached, and when it is believed.

use std::net::SocketAddr;

use http::Uri;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::ClientBuilder;
use crate::error::BoxError;
use crate::proxy::Proxy;
use crate::tls::RootCertificates;

impl ClientBuilder {
    /// Trusts these roots as well as the machine's.
    ///
    /// Each is checked when it is read; see [`RootCertificates::skipped`]. Whether a chain ends in one of them is checked in
    /// every handshake, and that cannot be turned off.
    pub fn root_certificates(mut self, roots: RootCertificates) -> ClientBuilder {
        self.roots = Some(roots);
        self.only_roots = false;
        self
    }

    /// Trusts these roots and no others.
    pub fn only_root_certificates(mut self, roots: RootCertificates) -> ClientBuilder {
        self.roots = Some(roots);
        self.only_roots = true;
        self
    }

    /// Goes out through this proxy, or through none; by default what `HTTPS_PROXY` and `NO_PROXY` say.
    ///
    /// ```
    /// use atol_transport::{Client, Credentials, Environment, Proxy};
    ///
    /// let client = Client::builder(Environment::Production, Credentials::new("shop-17", "secret")?)
    ///     .proxy(Proxy::new("http://proxy.example.com:3128")?)
    ///     .build()?;
    /// # Ok::<(), atol_transport::Error>(())
    /// ```
    pub fn proxy(mut self, proxy: Proxy) -> ClientBuilder {
        self.network = self.network.proxy(proxy);
        self
    }

    /// Asks this service for the addresses of a host instead of the system.
    ///
    /// ```
    /// use std::net::SocketAddr;
    /// use atol_transport::{BoxError, Client, Credentials, Environment};
    /// use tower::service_fn;
    ///
    /// let fixed = SocketAddr::from(([192, 0, 2, 17], 443));
    /// let client = Client::builder(Environment::Test, Credentials::test())
    ///     .resolver(service_fn(move |_host: String| async move { Ok::<_, BoxError>([fixed]) }))
    ///     .build()?;
    /// # Ok::<(), atol_transport::Error>(())
    /// ```
    ///
    /// It is asked once for each connection, the proxy's included, and not for hosts that are addresses. The port of an
    /// address counts only where the URL names none. Addresses are tried in order, those of the second family 0.3 s
    /// after those of the first.
    pub fn resolver<S>(mut self, resolver: S) -> ClientBuilder
    where
        S: Service<String> + Clone + Send + Sync + 'static,
        S::Response: IntoIterator<Item = SocketAddr>,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.network = self.network.resolver(resolver);
        self
    }

    /// Takes streams from this service instead of opening TCP connections: a tunnel, a pipe in a test.
    ///
    /// It is asked for scheme, host and port of the environment, or of the proxy. TLS is spoken over what it returns
    /// whenever the scheme is `https`, and the limit on connecting covers it.
    pub fn connector<S>(mut self, connector: S) -> ClientBuilder
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        self.network = self.network.connector(connector);
        self
    }

    /// Makes a new connection for each request and closes it after the answer.
    ///
    /// Connections that wait are used again within 20 s unless this is set, which saves a handshake for each request. For
    /// networks in which waiting connections are lost again and again: each costs a limit on the head of an answer.
    pub fn without_pooling(mut self) -> ClientBuilder {
        self.network = self.network.without_pooling();
        self
    }
}
