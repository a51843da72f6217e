//! Reading bodies into memory, within limits, so that a torn body fails inside the retry layer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use http_body::Body as _;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::call::{MaxBody, Streaming};
use crate::clock::{Clock, SharedClock, Sleep};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::json;

/// The most bytes of a successful answer, unless the layer or the request says otherwise.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// How much of a failed answer is read: more than any error object, and few enough bytes that reading them to
/// keep the connection is cheaper than a new handshake.
const MAX_FAILED_BODY: usize = 64 * 1024;

/// How long a failed answer's body is waited for: past that, a new connection is cheaper.
const FAILED_BODY_TIME: Duration = Duration::from_secs(1);

/// Reads the body of every answer into memory.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use atol_transport::clock::SystemClock;
/// use atol_transport::{Body, CollectLayer, Error, ResponseBody};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let service = ServiceBuilder::new()
///     .layer(CollectLayer::new(SystemClock::shared()).with_max_body(1024)?)
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, Error>(Response::new(ResponseBody::full("[]")))
///     }));
/// let response = service.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(response.body().as_bytes().map(|bytes| bytes.len()), Some(2));
/// # Ok(())
/// # }
/// ```
///
/// - A successful answer (2xx) may have 8 MiB, or what [`CollectLayer::with_max_body`] or the [`MaxBody`]
///   of the request say; one byte more is [`ErrorKind::BodyTooLarge`]. `Content-Length` is not believed:
///   beyond a megabyte memory grows with what has come.
/// - A successful answer to a request with [`Streaming`] is left streaming, without a limit on its size.
/// - Of any other answer the first 64 KiB that come within a second are kept, so that its status counts
///   even when its body is endless, torn or stalled. A body within these limits is read to its end, which lets
///   the connection be used again.
/// - A successful body that neither `Content-Length` nor chunking delimits ends when the connection does, so
///   that a torn one looks whole. If such a body is JSON that stops in the middle, it is
///   [`ErrorKind::Truncated`]. Streamed bodies are left to whoever parses them.
#[derive(Debug, Clone)]
pub struct CollectLayer {
    max_body: usize,
    clock: SharedClock,
}

impl CollectLayer {
    /// A layer with the default limit of 8 MiB for a successful answer.
    pub fn new(clock: SharedClock) -> CollectLayer {
        CollectLayer { max_body: MAX_BODY, clock }
    }

    /// Sets the most bytes that a successful answer may have.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for zero.
    pub fn with_max_body(mut self, bytes: usize) -> Result<CollectLayer> {
        if bytes == 0 {
            return Err(Error::new(
                ErrorKind::Config,
                "the body limit is zero: no answer could ever be read; the default is 8 MiB",
            ));
        }
        self.max_body = bytes;
        Ok(self)
    }
}

impl<S> Layer<S> for CollectLayer {
    type Service = Collect<S>;

    fn layer(&self, inner: S) -> Collect<S> {
        Collect { inner, settings: self.clone() }
    }
}

/// The service of [`CollectLayer`].
#[derive(Debug, Clone)]
pub struct Collect<S> {
    inner: S,
    settings: CollectLayer,
}

impl<S> Service<Request<Body>> for Collect<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let streaming = request.extensions().get::<Streaming>().is_some();
        let cap = request.extensions().get::<MaxBody>().map_or(self.settings.max_body, |most| most.0);
        let clock = self.settings.clock.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let (head, body) = answer.await.map_err(|error| Error::from_boxed(error.into()))?.into_parts();
            let body = if !head.status.is_success() {
                ResponseBody::full(beginning(body, &*clock).await)
            } else if streaming {
                body
            } else {
                let bytes = whole(body, cap, &head.headers).await;
                ResponseBody::full(bytes.map_err(|error| error.with_status(head.status))?)
            };
            Ok(Response::from_parts(head, body))
        })
    }
}

/// The body of a successful answer, to its end.
async fn whole(body: ResponseBody, cap: usize, headers: &HeaderMap) -> Result<Bytes> {
    let bytes = body.collect(cap).await.map_err(|error| match error.kind() {
        // A foreign service's error: whatever it is, it cut a body that had begun.
        ErrorKind::Other => {
            Error::new(ErrorKind::Truncated, "the body of the answer broke off").with_source(error)
        }
        _ => error,
    })?;
    if !is_delimited(headers) && json::is_unclosed(json::text(&bytes)) {
        return Err(Error::new(
            ErrorKind::Truncated,
            format!("the answer ended in the middle of its JSON, after {} bytes", bytes.len()),
        ));
    }
    Ok(bytes)
}

/// The first part of a failed answer's body, as much as comes within the limits; what goes wrong on the way
/// does not matter beside the status.
pub(crate) async fn beginning(mut body: ResponseBody, clock: &dyn Clock) -> Bytes {
    let mut kept = BytesMut::new();
    let mut limit: Option<Sleep> = None;
    loop {
        let frame = poll_fn(|cx| {
            if let Poll::Ready(frame) = Pin::new(&mut body).poll_frame(cx) {
                return Poll::Ready(frame);
            }
            let limit = limit.get_or_insert_with(|| clock.sleep(FAILED_BODY_TIME));
            limit.as_mut().poll(cx).map(|()| None)
        })
        .await;
        let Some(Ok(frame)) = frame else { break };
        let Ok(mut data) = frame.into_data() else { continue };
        let room = MAX_FAILED_BODY - kept.len();
        let is_all = data.len() <= room;
        data.truncate(room);
        kept.extend_from_slice(&data);
        if !is_all {
            break;
        }
    }
    kept.freeze()
}

/// Whether the transfer itself tells a whole body from a torn one.
fn is_delimited(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH)
        || headers
            .get_all(TRANSFER_ENCODING)
            .iter()
            .any(|coding| coding.as_bytes().trim_ascii_end().to_ascii_lowercase().ends_with(b"chunked"))
}

#[cfg(test)]
mod tests;
