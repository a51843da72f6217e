//! The innermost service: one request over a pooled HTTP/1.1 connection.

mod builder;
mod connector;
pub(crate) mod failure;
mod pools;
mod stream;
mod tunnel;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Extensions, HeaderMap, Request, Response, StatusCode};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::runtime::Handle;
use tower_service::Service;

pub use self::builder::LeafBuilder;
use self::failure::WatchedBody;
use self::pools::{Pools, Watch};
use self::stream::Origin;
use crate::body::{Body, ResponseBody};
use crate::error::{Error, ErrorKind, Result};

/// Sends requests over hyper-util's client: pooled connections, HTTP/1.1, rustls with ring.
///
/// ```
/// use std::time::Duration;
/// use atol_transport::leaf::Leaf;
/// use atol_transport::tls::TlsSettings;
///
/// let leaf = Leaf::builder()
///     .connect_limit(Duration::from_secs(3))
///     .build(&TlsSettings::with_platform_roots(None)?)?;
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// It answers with whatever status the server gave and fails only where no answer came. It belongs to no runtime
/// when it is made and may be used from several, each of which has connections of its own.
///
/// After 502, 503 and 504, after an answer that broke off and after a request that was given up while it waited, no
/// idle connection is used again: the next request asks for the address anew and connects. A failure on a
/// connection that had been waiting in the pool says so ([`Error::is_on_reused_connection`]): the other side
/// may have closed it in the same moment. [`LeafBuilder::without_pooling`] does without any of this.
#[derive(Clone)]
pub struct Leaf {
    pools: Arc<Pools>,
    /// Numbers requests and connections in the order in which they come about.
    sequence: Arc<AtomicU64>,
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
        Box::pin(self.clone().send(request))
    }
}

impl Leaf {
    async fn send(self, mut request: Request<Body>) -> Result<Response<ResponseBody>> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Error::new(
                ErrorKind::Config,
                "there is no tokio runtime: call from within one, such as a function under `#[tokio::main]`",
            ));
        };
        let pool = self.pools.of(runtime.id());
        let connection = capture_connection(&mut request);
        let asked = self.sequence.fetch_add(1, Ordering::Relaxed);
        let mut watch = Watch::new(Arc::clone(&self.pools), pool.clone());
        let answer = pool.client.request(request).await;
        watch.set_waiting(false);
        let origin = origin(&connection);
        match answer {
            Ok(answer) => {
                if let Some(origin) = origin {
                    origin.head.lift();
                }
                let (head, body) = answer.into_parts();
                if has_two_lengths(&head.headers) {
                    watch.discard();
                    return Err(Error::new(
                        ErrorKind::Protocol,
                        "what came is not an HTTP answer: it has both Content-Length and Transfer-Encoding",
                    ));
                }
                if is_sick(head.status) {
                    watch.discard();
                }
                Ok(Response::from_parts(head, ResponseBody::streaming(WatchedBody::new(body, watch))))
            }
            Err(error) => {
                if origin.is_some() {
                    watch.discard();
                }
                let is_reused = origin.is_some_and(|origin| origin.opened < asked);
                let error = failure::of_request(error);
                Err(if is_reused { error.with_reused_connection() } else { error })
            }
        }
    }
}

/// Where the connection comes from that a request went out on; `None` when it got none.
fn origin(connection: &CaptureConnection) -> Option<Origin> {
    let mut extras = Extensions::new();
    connection.connection_metadata().as_ref()?.get_extras(&mut extras);
    extras.remove()
}

/// Two ways to tell where the body ends are how answers get mixed up on their way through proxies.
fn has_two_lengths(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) && headers.contains_key(TRANSFER_ENCODING)
}

/// Statuses with which a gateway says that the machine behind it is gone: another address may be well.
fn is_sick(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}
