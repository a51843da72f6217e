//! A way through a proxy: `CONNECT`, and what the proxy says when it does not let us.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http::{StatusCode, Uri};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower::{ServiceExt, service_fn};

use super::failure::{ConnectError, find};
use super::stream::BoxIo;
use crate::error::ErrorKind;

/// As much of the proxy's answer as holds its status: `HTTP/1.1 407`.
const STATUS_LINE: usize = 12;

/// Asks a proxy, over a connection that stands, for a way to `target`, which names a port.
pub(super) async fn through(stream: BoxIo, proxy: &Intercept, target: Uri) -> Result<BoxIo, ConnectError> {
    let heard = Heard::default();
    let host = target.host().unwrap_or_default().to_owned();
    let mut stream = Some(TokioIo::new(Overheard { io: stream, heard: heard.clone() }));
    // The connection is made already, so that its failures keep their names.
    let dial = service_fn(move |_: Uri| {
        std::future::ready(stream.take().ok_or_else(|| io::Error::other("the connection is used up")))
    });
    let mut tunnel = Tunnel::new(proxy.uri().clone(), dial);
    if let Some(login) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(login.clone());
    }
    match tunnel.oneshot(target).await {
        Ok(stream) => Ok(stream.into_inner().io),
        Err(error) => Err(refusal(proxy, &host, heard.status(), find::<io::Error>(&error))),
    }
}

fn refusal(
    proxy: &Intercept,
    host: &str,
    status: Option<StatusCode>,
    broken: Option<&io::Error>,
) -> ConnectError {
    let name = name(proxy);
    let error = |what: String| ConnectError::new(ErrorKind::Proxy, format!("the proxy `{name}` {what}"));
    match (status, broken) {
        (Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED), _) => {
            let has_login = proxy.basic_auth().is_some();
            let what = if has_login { "does not accept the login it was given" } else { "asks for a login" };
            error(format!("{what} (407)"))
                .with_status(StatusCode::PROXY_AUTHENTICATION_REQUIRED)
                .with_advice(
                    "put user and password into the proxy's address, http://USER:PASSWORD@HOST:PORT, with special \
                     characters percent-encoded",
                )
        }
        (Some(status), _) => {
            error(format!("refused a connection to `{host}`: {status}")).with_status(status).with_advice(
                "ask whoever runs the proxy to allow the host, or name it in NO_PROXY if it can be reached directly",
            )
        }
        (None, Some(broken)) => error(format!("broke the connection off: {broken}")),
        (None, None) => error("gave no HTTP answer".to_owned())
            .with_advice("check the address and port of the proxy: something else seems to listen there"),
    }
}

/// How a proxy is called in messages: without user and password, which an [`Intercept`] keeps apart.
pub(super) fn name(proxy: &Intercept) -> String {
    proxy.uri().to_string().trim_end_matches('/').to_owned()
}

/// The first bytes of the proxy's answer; hyper-util keeps its status to itself.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn note(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = STATUS_LINE.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn status(&self) -> Option<StatusCode> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.strip_prefix(b"HTTP/1.")? {
            [_, b' ', code @ ..] => StatusCode::from_bytes(code).ok(),
            _ => None,
        }
    }
}

/// A stream whose first bytes are noted.
struct Overheard {
    io: BoxIo,
    heard: Heard,
}

impl AsyncRead for Overheard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        self.heard.note(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
