//! The byte stream below HTTP, whatever it is made of, and how much of it may pass for the head of an answer.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The bytes that may come before the head of an answer is complete. A head has 32 KiB at most, so only interim
/// answers (1xx) can add up to this; hyper reads any number of those, as fast as they come.
const HEAD_BUDGET: u64 = 8 * 1024 * 1024;

/// No limit: the head is there, and the body has limits of its own.
const UNLIMITED: u64 = u64::MAX;

/// What a connection is made of: a socket, TLS over one, a pipe in a test.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A stream of some kind.
pub(super) type BoxIo = Box<dyn Io>;

/// Where a connection comes from, for those who get an answer over it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Its place in the order of all connections and requests of a client: a request with a later one found the
    /// connection waiting.
    pub(super) opened: u64,
    pub(super) head: HeadBudget,
}

/// How many more bytes may come before the head of an answer is complete.
#[derive(Debug, Clone)]
pub(super) struct HeadBudget(Arc<AtomicU64>);

impl HeadBudget {
    fn new() -> HeadBudget {
        HeadBudget(Arc::new(AtomicU64::new(HEAD_BUDGET)))
    }

    /// The head has come.
    pub(super) fn lift(&self) {
        self.0.store(UNLIMITED, Ordering::Relaxed);
    }

    /// A request is on its way.
    fn renew(&self) {
        self.0.store(HEAD_BUDGET, Ordering::Relaxed);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        if left == UNLIMITED {
            return Ok(());
        }
        match left.checked_sub(bytes as u64) {
            Some(left) => {
                self.0.store(left, Ordering::Relaxed);
                Ok(())
            }
            None => Err(io::Error::new(io::ErrorKind::InvalidData, EndlessHead)),
        }
    }
}

/// The head of an answer did not end.
#[derive(Debug)]
pub(super) struct EndlessHead;

impl fmt::Display for EndlessHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB came and still no answer was complete", HEAD_BUDGET / (1024 * 1024))
    }
}

impl std::error::Error for EndlessHead {}

/// A stream that HTTP is spoken over.
pub(super) struct Metered {
    io: BoxIo,
    origin: Origin,
}

impl Metered {
    pub(super) fn new(io: BoxIo, opened: u64) -> Metered {
        Metered { io, origin: Origin { opened, head: HeadBudget::new() } }
    }
}

impl Connection for Metered {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.origin.clone())
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        Poll::Ready(self.origin.head.spend(buf.filled().len().saturating_sub(before)))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.origin.head.renew();
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.origin.head.renew();
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Reads until it ends or fails; the bytes that came.
    async fn read(stream: &mut Metered, most: u64) -> (u64, io::Result<()>) {
        let mut buffer = vec![0; 64 * 1024];
        let mut came = 0;
        while came < most {
            match stream.read(&mut buffer).await {
                Ok(0) => break,
                Ok(bytes) => came += bytes as u64,
                Err(error) => return (came, Err(error)),
            }
        }
        (came, Ok(()))
    }

    #[tokio::test]
    async fn what_comes_before_a_head_is_limited_anew_for_each_request() {
        let mut stream =
            Metered::new(Box::new(tokio::io::join(tokio::io::repeat(b'x'), tokio::io::sink())), 1);
        for _request in 0..2 {
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let (came, ended) = read(&mut stream, 2 * HEAD_BUDGET).await;
            assert_eq!(came, HEAD_BUDGET);
            assert_eq!(ended.unwrap_err().to_string(), "8 MiB came and still no answer was complete");
        }
    }

    #[tokio::test]
    async fn a_body_is_not_limited_here() {
        let mut stream =
            Metered::new(Box::new(tokio::io::join(tokio::io::repeat(b'x'), tokio::io::sink())), 1);
        stream.origin.head.lift();
        let (came, ended) = read(&mut stream, 2 * HEAD_BUDGET).await;
        assert!(ended.is_ok());
        assert_eq!(came, 2 * HEAD_BUDGET);
    }
}
