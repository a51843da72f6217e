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
use std::task::{Context, Poll};

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Extensions, HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::client::legacy;
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
        let pools = Arc::clone(&self.pools);
        // No `async fn`: it would keep the request a second time, for as long as the call takes.
        Box::pin(async move {
            let Ok(runtime) = Handle::try_current() else {
                return Err(Error::new(
                    ErrorKind::Config,
                    "there is no tokio runtime: call from within one, such as a function under `#[tokio::main]`",
                ));
            };
            let pool = pools.of(runtime.id());
            let asked = pools.next_number();
            let answer = pool.client.request(request);
            let mut watch = Watch::new(pools, pool);
            let answer = answer.await;
            watch.set_waiting(false);
            match answer {
                Ok(answer) => received(answer, watch),
                Err(error) => Err(failed(error, asked, &mut watch)),
            }
        })
    }
}

/// An answer whose head is there.
fn received(mut answer: Response<Incoming>, mut watch: Watch) -> Result<Response<ResponseBody>> {
    if let Some(origin) = answer.extensions_mut().remove::<Origin>() {
        origin.head.lift();
    }
    if has_two_lengths(answer.headers()) {
        watch.discard();
        return Err(Error::new(
            ErrorKind::Protocol,
            "what came is not an HTTP answer: it has both Content-Length and Transfer-Encoding",
        ));
    }
    if is_sick(answer.status()) {
        watch.discard();
    }
    Ok(answer.map(|body| ResponseBody::streaming(WatchedBody::new(body, watch))))
}

/// Why there is no answer to the request with the number `asked`.
fn failed(error: legacy::Error, asked: u64, watch: &mut Watch) -> Error {
    let Some(connected) = error.connect_info() else { return failure::of_request(error) };
    watch.discard();
    let mut extras = Extensions::new();
    connected.get_extras(&mut extras);
    let is_reused = extras.remove::<Origin>().is_some_and(|origin| origin.opened < asked);
    let error = failure::of_request(error);
    if is_reused { error.with_reused_connection() } else { error }
}

/// Two ways to tell where the body ends are how answers get mixed up on their way through proxies.
fn has_two_lengths(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH)
}

/// Statuses with which a gateway says that the machine behind it is gone: another address may be well.
fn is_sick(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}
