//! A server that follows scripts, byte for byte.

mod connection;
mod script;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use atol_transport::BoxError;
use http::Uri;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tower::Service;
use tower::service_fn;

use self::connection::Connection;
pub use self::script::{Script, answer};
use crate::events::{Event, EventLog};

/// How much a pipe in memory holds, as a socket does.
const PIPE: usize = 64 * 1024;

/// A server that takes each connection through the next of its scripts; when they are used up, through the last.
#[derive(Debug, Clone)]
pub struct Peer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    log: EventLog,
    connections: AtomicUsize,
}

impl Peer {
    /// A peer with a script for each connection.
    pub fn new(scripts: impl IntoIterator<Item = Script>, log: EventLog) -> Peer {
        let scripts = Mutex::new(scripts.into_iter().collect());
        Peer { shared: Arc::new(Shared { scripts, log, connections: AtomicUsize::new(0) }) }
    }

    /// Listens on a free port of this machine, from now on and as long as the runtime lives.
    pub async fn listen(&self) -> SocketAddr {
        self.listen_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Listens there.
    pub async fn listen_at(&self, address: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind(address).await.expect("a port of this machine can be had");
        let address = listener.local_addr().expect("a bound socket has an address");
        let peer = self.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let connection = Connection::over_socket(socket, peer.number(), peer.shared.log.clone());
                peer.take(connection);
            }
        });
        address
    }

    /// A connection in memory: the client's end of it.
    pub fn pipe(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        self.take(Connection::over_pipe(ours, self.number(), self.shared.log.clone()));
        theirs
    }

    /// A connector that leads here, in memory, wherever it is asked to go.
    pub fn connector(
        &self,
    ) -> impl Service<Uri, Response = DuplexStream, Error = BoxError, Future: Send> + Clone + Send + Sync + use<>
    {
        let peer = self.clone();
        service_fn(move |_: Uri| std::future::ready(Ok(peer.pipe())))
    }

    fn number(&self) -> usize {
        let number = self.shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        self.shared.log.note(Event::Connect(number));
        number
    }

    fn take(&self, connection: Connection) {
        let script = {
            let mut scripts = self.shared.scripts.lock().unwrap_or_else(PoisonError::into_inner);
            match scripts.len() {
                0 | 1 => scripts.front().cloned(),
                _ => scripts.pop_front(),
            }
        };
        tokio::spawn(connection.follow(script.unwrap_or_default()));
    }
}
