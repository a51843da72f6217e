//! Settings of the innermost service.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use super::Leaf;
use super::connector::{Connector, Dialer, Parts, Resolver};
use super::pools::Pools;
use super::stream::BoxIo;
use crate::clock::{SharedClock, SystemClock};
use crate::error::{BoxError, Result};
use crate::proxy::Proxy;
use crate::timeouts::Timeouts;
use crate::tls::TlsSettings;

/// What can be set about a [`Leaf`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct LeafBuilder {
    limit: Duration,
    clock: SharedClock,
    /// What the process's environment says when there is none.
    proxy: Option<Proxy>,
    resolver: Option<Resolver>,
    dialer: Option<Dialer>,
    is_pooling: bool,
}

impl Leaf {
    /// A leaf with the defaults.
    pub fn builder() -> LeafBuilder {
        LeafBuilder {
            limit: Timeouts::default().connect(),
            clock: SystemClock::shared(),
            proxy: None,
            resolver: None,
            dialer: None,
            is_pooling: true,
        }
    }
}

impl LeafBuilder {
    /// How long name, TCP, proxy and TLS may take together; 5 s by default.
    pub fn connect_limit(mut self, limit: Duration) -> LeafBuilder {
        self.limit = limit;
        self
    }

    /// Takes the time from another clock, for the limit and for the dates of certificates.
    pub fn clock(mut self, clock: SharedClock) -> LeafBuilder {
        self.clock = clock;
        self
    }

    /// The way out; see [`ClientBuilder::proxy`](crate::ClientBuilder::proxy).
    pub fn proxy(mut self, proxy: Proxy) -> LeafBuilder {
        self.proxy = Some(proxy);
        self
    }

    /// Another resolver; see [`ClientBuilder::resolver`](crate::ClientBuilder::resolver).
    pub fn resolver<S>(mut self, resolver: S) -> LeafBuilder
    where
        S: Service<String> + Clone + Send + Sync + 'static,
        S::Response: IntoIterator<Item = SocketAddr>,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let resolver = resolver
            .map_response(|addresses: S::Response| addresses.into_iter().collect::<Vec<_>>())
            .map_err(Into::into);
        self.resolver = Some(BoxCloneSyncService::new(resolver));
        self
    }

    /// Other streams than TCP; see [`ClientBuilder::connector`](crate::ClientBuilder::connector).
    pub fn connector<S>(mut self, connector: S) -> LeafBuilder
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let dialer =
            connector.map_response(|stream: S::Response| Box::new(stream) as BoxIo).map_err(Into::into);
        self.dialer = Some(BoxCloneSyncService::new(dialer));
        self
    }

    /// A new connection for each request; see [`ClientBuilder::without_pooling`](crate::ClientBuilder::without_pooling).
    pub fn without_pooling(mut self) -> LeafBuilder {
        self.is_pooling = false;
        self
    }

    /// The leaf, which trusts what `tls` says. It needs no runtime yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when `HTTPS_PROXY` or `ALL_PROXY` counts and cannot be used.
    pub fn build(self, tls: &TlsSettings) -> Result<Leaf> {
        let LeafBuilder { limit, clock, proxy, resolver, dialer, is_pooling } = self;
        let proxy = match proxy {
            Some(proxy) => proxy,
            None => Proxy::from_environment()?,
        };
        let parts = Parts { tls: tls.config_at(&clock), proxy, resolver, dialer, limit, clock };
        Ok(Leaf { pools: Arc::new(Pools::new(Connector::new(parts), is_pooling)) })
    }
}

impl fmt::Debug for LeafBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeafBuilder")
            .field("connect_limit", &self.limit)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}
