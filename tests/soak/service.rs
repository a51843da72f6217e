//! The service over sockets, with faults.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atol_mock::Fleet;
use atol_tests::Backend;
use atol_transport::clock::SharedClock;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

/// How many registers there are.
const REGISTERS: usize = 10_000;

/// A service that fails in all the ways that a listener can.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) serials: Vec<String>,
    backend: Backend,
    connections: Arc<AtomicUsize>,
}

impl Service {
    pub(crate) async fn start(clock: SharedClock) -> io::Result<Service> {
        let fleet = Fleet::generate(1, REGISTERS, clock.wall());
        let serials = fleet.serials();
        let backend = Backend::new(fleet.kkts(), Duration::from_millis(2), Arc::clone(&clock));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let service = Service { address, serials, backend, connections };
        tokio::spawn(accept(
            listener,
            service.backend.clone(),
            Arc::clone(&service.connections),
            clock.clone(),
        ));
        tokio::spawn(trouble(service.backend.clone(), clock));
        Ok(service)
    }

    pub(crate) fn told(&self) -> String {
        format!("the service took {} connections", self.connections.load(Ordering::Relaxed))
    }
}

/// Answers now and then with 503, and forgets its token every five minutes.
async fn trouble(backend: Backend, clock: SharedClock) {
    for second in 1_u64.. {
        clock.sleep(Duration::from_secs(1)).await;
        backend.refuse_next(503);
        if second % 300 == 0 {
            backend.lose_token();
        }
        backend.forget_asked();
    }
}

async fn accept(
    listener: TcpListener,
    backend: Backend,
    connections: Arc<AtomicUsize>,
    clock: SharedClock,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        connections.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(serve(stream, backend.clone(), Arc::clone(&clock)));
    }
}

async fn serve(stream: TcpStream, backend: Backend, clock: SharedClock) {
    let patience = Duration::from_millis(fastrand::u64(1..5_000));
    match fastrand::u8(0..20) {
        // Closed at once.
        0 => drop(stream),
        // Reset at once.
        1 => reset(&stream),
        // Reset in the middle of whatever is going on then.
        2 => {
            let mut stream = stream;
            tokio::select! {
                () = backend.serve(&mut stream) => {}
                () = clock.sleep(patience) => reset(&stream),
            }
        }
        // Closed in the middle.
        3 => tokio::select! {
            () = backend.serve(stream) => {}
            () = clock.sleep(patience) => {}
        },
        // Taken and never answered.
        4 => {
            clock.sleep(patience).await;
            drop(stream);
        }
        _ => backend.serve(stream).await,
    }
}

/// Lets the connection end with a reset when it is dropped.
fn reset(stream: &TcpStream) {
    // A socket that is gone already needs no reset.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
