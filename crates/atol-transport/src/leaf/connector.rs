//! Makes connections: name, TCP and TLS under one time limit that knows which of them it ran out in.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tower_service::Service;

use super::failure::ConnectError;
use crate::clock::SharedClock;
use crate::environment::is_loopback;
use crate::error::{ErrorKind, Phase};
use crate::tls::{self, TlsSettings};

/// How long a connection may be silent before the system asks whether the peer is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// What the pool keeps.
type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects over TLS; in the clear to this machine only.
#[derive(Clone)]
pub(super) struct Connector {
    tls: Arc<rustls::ClientConfig>,
    limit: Duration,
    clock: SharedClock,
}

impl Connector {
    pub(super) fn new(tls: &TlsSettings, limit: Duration, clock: SharedClock) -> Connector {
        Connector { tls: tls.config(), limit, clock }
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let phase = Progress::default();
        let limit = self.clock.sleep(self.limit);
        let connect = connect(uri, Arc::clone(&self.tls), phase.clone());
        let seconds = self.limit.as_secs_f32();
        Box::pin(async move {
            tokio::select! {
                biased;
                connection = connect => connection,
                () = limit => Err(phase.timed_out(seconds)),
            }
        })
    }
}

async fn connect(
    uri: Uri,
    tls: Arc<rustls::ClientConfig>,
    phase: Progress,
) -> Result<Connection, ConnectError> {
    let host = uri.host().unwrap_or_default().to_owned();
    let is_plain = uri.scheme() == Some(&http::uri::Scheme::HTTP);
    if is_plain && !is_loopback(&host) {
        return Err(ConnectError::new(
            ErrorKind::Config,
            format!("plain http to `{host}` is refused: the token would travel in the clear"),
        ));
    }
    if host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok() {
        // There is no name to resolve, and the resolver is not asked.
        phase.enter(Phase::Connect);
    }
    let mut tcp =
        HttpConnector::new_with_resolver(Resolver { inner: GaiResolver::new(), phase: phase.clone() });
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    let stream = tcp.call(uri).await.map_err(|error| phase.failed(&host, &error))?;
    if is_plain {
        return Ok(MaybeHttpsStream::Http(stream));
    }
    phase.enter(Phase::Tls);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|_| {
        ConnectError::new(ErrorKind::Config, format!("`{host}` is not a host name that TLS can check"))
    })?;
    match tokio_rustls::TlsConnector::from(tls).connect(name, TokioIo::new(stream)).await {
        Ok(stream) => Ok(stream.into()),
        Err(error) => Err(tls::failure(&host, &error)),
    }
}

/// How far a connection has come.
#[derive(Clone, Default)]
struct Progress(Arc<AtomicU8>);

impl Progress {
    fn enter(&self, phase: Phase) {
        self.0.store(if phase == Phase::Tls { 2 } else { 1 }, Ordering::Relaxed);
    }

    fn timed_out(&self, seconds: f32) -> ConnectError {
        let (phase, doing) = match self.0.load(Ordering::Relaxed) {
            0 => (Phase::Dns, "resolving the host's name"),
            1 => (Phase::Connect, "connecting"),
            _ => (Phase::Tls, "the TLS handshake"),
        };
        ConnectError::new(ErrorKind::Timeout(phase), format!("{doing} took longer than {seconds} s"))
    }

    fn failed(&self, host: &str, error: &(dyn std::error::Error + 'static)) -> ConnectError {
        ConnectError::of_tcp(host, self.0.load(Ordering::Relaxed) == 0, error)
    }
}

/// The system's resolver, which notes when it is done.
#[derive(Clone)]
struct Resolver {
    inner: GaiResolver,
    phase: Progress,
}

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<GaiAddrs>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let addresses = self.inner.call(name);
        let phase = self.phase.clone();
        Box::pin(async move {
            let addresses = addresses.await?;
            phase.enter(Phase::Connect);
            Ok(addresses)
        })
    }
}
