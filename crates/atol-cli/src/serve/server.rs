//! Takes connections, not too many at once, until it is told to stop.

use std::future::Future;
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

/// Serves until `stop` ends; then the answers that are under way are finished, and what it ended with is given back.
pub(crate) async fn serve<T>(
    listener: TcpListener,
    router: Arc<Router>,
    clock: SharedClock,
    stop: impl Future<Output = T>,
) -> T {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    let stopped = loop {
        let accepted = tokio::select! {
            stopped = &mut stop => break stopped,
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
    };
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = clock.sleep(LAST_ANSWERS) => {}
    }
    stopped
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

#[cfg(test)]
mod tests;
