//! Takes connections, not too many at once, until it is told to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use atol_transport::clock::SharedClock;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::connection;
use super::router::Router;

/// How many connections there are at once; further ones wait in the system's queue.
const MOST_CONNECTIONS: usize = 128;
/// How long the last answers may take after the signal to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How long to wait when the system has no connection to give: out of file descriptors, mostly.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `stop` ends; then the answers that are under way are finished.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Arc<Router>,
    clock: SharedClock,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, seat)) = accepted else {
            clock.sleep(BREATH).await;
            continue;
        };
        let connection =
            connection::serve(stream, Arc::clone(&router), Arc::clone(&clock), graceful.watcher());
        tokio::spawn(async move {
            connection.await;
            drop(seat);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = clock.sleep(LAST_ANSWERS) => {}
    }
}

/// The next connection once there is room for it; `None` when there was none to be had.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(room).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    // Answers are written in one piece; waiting for more would only delay their end.
    let _ = stream.set_nodelay(true);
    Some((stream, seat))
}

/// Ends when the system asks the process to stop.
pub(crate) async fn stop_signal() -> io::Result<()> {
    // A service manager sends SIGTERM, which other systems do not have.
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
    // There the keys of the console are all there is.
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests;
