//! Settings of the innermost service.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
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
    tls: TlsSettings,
    limit: Duration,
    clock: SharedClock,
    network: Network,
}

/// How the other side is reached.
#[derive(Default)]
pub(crate) struct Network {
    /// What the process's environment says when there is none.
    proxy: Option<Proxy>,
    resolver: Option<Resolver>,
    dialer: Option<Dialer>,
    /// Whether each request makes a connection of its own.
    is_unpooled: bool,
}

impl Leaf {
    /// A leaf that trusts what these settings say.
    pub fn builder(tls: &TlsSettings) -> LeafBuilder {
        LeafBuilder {
            tls: tls.clone(),
            limit: Timeouts::default().connect(),
            clock: SystemClock::shared(),
            network: Network::default(),
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
        self.network.set_proxy(proxy);
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
        self.network.set_resolver(resolver);
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
        self.network.set_connector(connector);
        self
    }

    /// A new connection for each request; see [`ClientBuilder::without_pooling`](crate::ClientBuilder::without_pooling).
    pub fn without_pooling(mut self) -> LeafBuilder {
        self.network.set_unpooled();
        self
    }

    pub(crate) fn network(mut self, network: Network) -> LeafBuilder {
        self.network = network;
        self
    }

    /// The leaf. It needs no runtime yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) when `HTTPS_PROXY` or `ALL_PROXY` counts and cannot be used.
    pub fn build(self) -> Result<Leaf> {
        let Network { proxy, resolver, dialer, is_unpooled } = self.network;
        let proxy = match proxy {
            Some(proxy) => proxy,
            None => Proxy::from_environment()?,
        };
        let sequence = Arc::new(AtomicU64::new(0));
        let tls = self.tls.config_at(&self.clock);
        let parts = Parts { tls, proxy, resolver, dialer, limit: self.limit, clock: self.clock };
        let pools = Arc::new(Pools::new(Connector::new(parts, Arc::clone(&sequence)), !is_unpooled));
        Ok(Leaf { pools, sequence })
    }
}

impl fmt::Debug for LeafBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeafBuilder")
            .field("connect_limit", &self.limit)
            .field("proxy", &self.network.proxy)
            .finish_non_exhaustive()
    }
}

impl Network {
    pub(crate) fn set_unpooled(&mut self) {
        self.is_unpooled = true;
    }

    pub(crate) fn set_proxy(&mut self, proxy: Proxy) {
        self.proxy = Some(proxy);
    }

    pub(crate) fn set_resolver<S>(&mut self, resolver: S)
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
    }

    pub(crate) fn set_connector<S>(&mut self, connector: S)
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let dialer =
            connector.map_response(|stream: S::Response| Box::new(stream) as BoxIo).map_err(Into::into);
        self.dialer = Some(BoxCloneSyncService::new(dialer));
    }
}
