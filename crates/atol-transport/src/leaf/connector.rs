//! Makes connections: name, TCP, proxy and TLS under one time limit that knows which of them it ran out in.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use super::failure::ConnectError;
use super::stream::{BoxIo, Metered};
use super::tunnel;
use crate::clock::SharedClock;
use crate::environment::is_loopback;
use crate::error::{BoxError, ErrorKind, Phase};
use crate::proxy::Proxy;
use crate::tls;

/// How long a connection may be silent before the system asks whether the peer is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Asks for the addresses of a host.
pub(super) type Resolver = BoxCloneSyncService<String, Vec<SocketAddr>, BoxError>;

/// Opens a stream to the host and port of a URI.
pub(super) type Dialer = BoxCloneSyncService<Uri, BoxIo, BoxError>;

/// Connects over TLS; in the clear to this machine only.
#[derive(Clone)]
pub(super) struct Connector {
    parts: Arc<Parts>,
    sequence: Arc<AtomicU64>,
}

/// What connections are made of.
pub(super) struct Parts {
    pub(super) tls: Arc<rustls::ClientConfig>,
    pub(super) proxy: Proxy,
    /// The system's when there is none.
    pub(super) resolver: Option<Resolver>,
    /// TCP when there is none.
    pub(super) dialer: Option<Dialer>,
    pub(super) limit: Duration,
    pub(super) clock: SharedClock,
}

impl Connector {
    pub(super) fn new(parts: Parts) -> Connector {
        Connector { parts: Arc::new(parts), sequence: Arc::default() }
    }

    /// The next number in the order in which connections, and the requests on them, come about.
    pub(super) fn next_number(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Metered>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Metered>, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let parts = &connector.parts;
            let progress = Progress::default();
            let stream = tokio::select! {
                biased;
                stream = parts.connect(&uri, &progress) => stream?,
                () = parts.clock.sleep(parts.limit) => return Err(parts.timed_out(&uri, progress.step())),
            };
            Ok(TokioIo::new(Metered::new(stream, connector.next_number())))
        })
    }
}

impl Parts {
    async fn connect(&self, uri: &Uri, progress: &Progress) -> Result<BoxIo, ConnectError> {
        let host = uri.host().unwrap_or_default();
        let is_plain = uri.scheme() == Some(&Scheme::HTTP);
        if is_plain && !is_loopback(host) {
            return Err(ConnectError::new(
                ErrorKind::Config,
                format!("plain http to `{host}` is refused: the token would travel in the clear"),
            ));
        }
        let stream = match self.proxy.intercept(uri) {
            None => self.dial(uri, progress).await?,
            Some(proxy) => {
                let unreached =
                    |error: ConnectError| error.on_way_to_proxy(&tunnel::name(&proxy), self.proxy.variable());
                let mut stream = self.dial(proxy.uri(), progress).await.map_err(unreached)?;
                if proxy.uri().scheme() == Some(&Scheme::HTTPS) {
                    progress.enter(Step::ProxyTls);
                    let host = proxy.uri().host().unwrap_or_default();
                    stream = self.secure(host, stream).await.map_err(unreached)?;
                }
                progress.enter(Step::Proxy);
                let refused = |error: ConnectError| error.with_proxy_variable(self.proxy.variable());
                tunnel::through(stream, &proxy, with_port(uri)?).await.map_err(refused)?
            }
        };
        if is_plain {
            return Ok(stream);
        }
        progress.enter(Step::Tls);
        self.secure(host, stream).await
    }

    /// The limit ran out in that step.
    fn timed_out(&self, uri: &Uri, step: Step) -> ConnectError {
        let error = step.timed_out(self.limit);
        match self.proxy.intercept(uri) {
            Some(proxy) if step != Step::Tls => {
                error.on_way_to_proxy(&tunnel::name(&proxy), self.proxy.variable())
            }
            _ => error,
        }
    }

    /// A stream to that host and port, nothing said on it yet.
    async fn dial(&self, uri: &Uri, progress: &Progress) -> Result<BoxIo, ConnectError> {
        let host = uri.host().unwrap_or_default();
        let is_address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        if is_address || self.dialer.is_some() {
            // There is no name to resolve, or not by us.
            progress.enter(Step::Connect);
        }
        if let Some(dialer) = &self.dialer {
            let stream = dialer.clone().oneshot(uri.clone()).await;
            return stream.map_err(|error| ConnectError::of_tcp(host, false, &*error));
        }
        let resolver = Resolving { inner: self.resolver.clone(), progress: progress.clone() };
        match tcp(resolver, self.limit).call(uri.clone()).await {
            Ok(stream) => Ok(Box::new(stream.into_inner())),
            Err(error) => Err(ConnectError::of_tcp(host, progress.step() == Step::Resolve, &error)),
        }
    }

    /// TLS with `host` over a stream.
    async fn secure(&self, host: &str, stream: BoxIo) -> Result<BoxIo, ConnectError> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|_| {
            ConnectError::new(ErrorKind::Config, format!("`{host}` is not a host name that TLS can check"))
        })?;
        match tokio_rustls::TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(tls::failure(host, &error)),
        }
    }
}

/// Opens TCP connections within `limit`.
fn tcp<R>(resolver: R, limit: Duration) -> HttpConnector<R> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    // Shared out among the addresses of a name, so that a dead one leaves time for the next.
    tcp.set_connect_timeout(Some(limit));
    tcp
}

/// The target as a proxy has to be told it: `CONNECT` has no default port.
fn with_port(uri: &Uri) -> Result<Uri, ConnectError> {
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("http")) => 80,
        (None, _) => 443,
    };
    let authority = format!("{}:{port}", uri.host().unwrap_or_default());
    let mut parts = uri.clone().into_parts();
    parts.authority = Some(Authority::try_from(authority).map_err(bad_address)?);
    Uri::from_parts(parts).map_err(bad_address)
}

fn bad_address(error: impl std::fmt::Display) -> ConnectError {
    ConnectError::new(ErrorKind::Config, format!("the address cannot be given to a proxy: {error}"))
}

/// What is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Step {
    Resolve,
    Connect,
    ProxyTls,
    Proxy,
    Tls,
}

impl Step {
    fn timed_out(self, limit: Duration) -> ConnectError {
        let (phase, doing) = match self {
            Step::Resolve => (Phase::Dns, "resolving the host's name"),
            Step::Connect => (Phase::Connect, "connecting"),
            Step::Proxy => (Phase::Connect, "the proxy's answer"),
            Step::ProxyTls | Step::Tls => (Phase::Tls, "the TLS handshake"),
        };
        ConnectError::new(ErrorKind::Timeout(phase), format!("{doing} took longer than {limit:?}"))
    }
}

/// How far a connection has come.
#[derive(Clone)]
struct Progress(Arc<AtomicU8>);

impl Default for Progress {
    fn default() -> Self {
        Progress(Arc::new(AtomicU8::new(Step::Resolve as u8)))
    }
}

impl Progress {
    fn enter(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    fn step(&self) -> Step {
        [Step::Resolve, Step::Connect, Step::ProxyTls, Step::Proxy, Step::Tls]
            .into_iter()
            .find(|step| *step as u8 == self.0.load(Ordering::Relaxed))
            .unwrap_or(Step::Resolve)
    }
}

/// A resolver that notes when it is done.
#[derive(Clone)]
struct Resolving {
    inner: Option<Resolver>,
    progress: Progress,
}

impl Service<Name> for Resolving {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Resolving { inner, progress } = self.clone();
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = match inner {
                Some(resolver) => resolver.oneshot(name.as_str().to_owned()).await?,
                None => GaiResolver::new().oneshot(name).await?.collect(),
            };
            if addresses.is_empty() {
                return Err("it has no address".into());
            }
            progress.enter(Step::Connect);
            Ok(addresses.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use socket2::SockRef;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn requests_leave_at_once_and_dead_peers_are_noticed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let stream = tcp(GaiResolver::new(), Duration::from_secs(5)).call(uri).await.unwrap();
        let socket = SockRef::from(stream.inner());
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        #[cfg(unix)] // Windows does not tell it.
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn plain_http_goes_to_this_machine_only() {
        let answers = tower::service_fn(|_: Uri| async { Ok::<_, BoxError>(tokio::io::duplex(1).0) });
        let leaf = super::super::Leaf::builder().proxy(Proxy::none()).connector(answers);
        let leaf = leaf.build(&tls::TlsSettings::without_roots().unwrap()).unwrap();
        let request = http::Request::get("http://kkt.example.com/").body(crate::Body::empty()).unwrap();
        let error = leaf.oneshot(request).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "plain http to `kkt.example.com` is refused: the token would travel in the clear"
        );
    }
}
