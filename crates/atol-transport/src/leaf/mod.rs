//! The innermost service: one request over a pooled HTTP/1.1 connection.

mod connector;
pub(crate) mod failure;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use self::connector::Connector;
use crate::body::{Body, ResponseBody};
use crate::clock::SharedClock;
use crate::error::Error;
use crate::tls::TlsSettings;

/// Longer than any pause between the pages of a list, shorter than the idle limits of servers and NAT boxes.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// The service's heads have a few hundred bytes; hyper's own limit of 400 KiB only helps an attacker.
const HEAD_BUFFER: usize = 32 * 1024;

/// As many headers as an answer may have.
const MOST_HEADERS: usize = 64;

/// Sends requests over hyper-util's client: pooled connections, HTTP/1.1, rustls with ring.
///
/// It answers with whatever status the server gave and fails only where no answer came. It belongs to no runtime
/// when it is made; each connection belongs to the runtime that first used it.
#[derive(Clone)]
pub struct Leaf {
    client: legacy::Client<Connector, Body>,
}

impl Leaf {
    /// A client with its own pool. `connect_limit` covers name resolution, TCP and TLS together.
    pub fn new(tls: &TlsSettings, connect_limit: Duration, clock: SharedClock) -> Leaf {
        let client = legacy::Client::builder(TokioExecutor::new())
            .http1_max_buf_size(HEAD_BUFFER)
            .http1_max_headers(MOST_HEADERS)
            .pool_idle_timeout(POOL_IDLE)
            // Without a timer idle connections are never reaped, only passed over.
            .pool_timer(TokioTimer::new())
            .build(Connector::new(tls, connect_limit, clock));
        Leaf { client }
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf").finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Leaf {
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = self.client.request(request);
        Box::pin(async move {
            match answer.await {
                Ok(response) => Ok(response.map(|body| ResponseBody::streaming(failure::Mapped::new(body)))),
                Err(error) => Err(failure::of_request(error)),
            }
        })
    }
}
