//! One client's connection, with limits on what it may send and how long it may take.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use atol_transport::clock::{Clock, SharedClock};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::router::Router;

/// The most bytes of a request's head; browsers send about one thousand.
const LARGEST_HEAD: usize = 16 * 1024;
/// The most headers of a request.
const MOST_HEADERS: usize = 64;
/// How long a head may take to arrive, counted from the answer before it, so that connections nobody uses end with it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// For how long a client may send nothing, which is how long it may take an answer. The connection ends between once and
/// twice of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Answers the requests of one connection until it ends, is no longer used, or the server stops.
pub(super) async fn serve<T>(io: T, router: Arc<Router>, clock: SharedClock, watcher: Watcher)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let heard = Arc::new(AtomicBool::new(false));
    let io = Heard { inner: io, heard: Arc::clone(&heard) };
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = router.answer(&request.into_parts().0);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(io), service);
    tokio::select! {
        // How a connection ends is the client's business.
        _ = watcher.watch(connection) => {}
        () = silence(&heard, &*clock) => {}
    }
}

/// Ends when the client has been silent for too long.
async fn silence(heard: &AtomicBool, clock: &dyn Clock) {
    loop {
        clock.sleep(PATIENCE).await;
        if !heard.swap(false, Ordering::Relaxed) {
            return;
        }
    }
}

/// Takes note when something is heard from the other side.
struct Heard<T> {
    inner: T,
    heard: Arc<AtomicBool>,
}

impl<T: AsyncRead + Unpin> AsyncRead for Heard<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.heard.store(true, Ordering::Relaxed);
        }
        poll
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Heard<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
