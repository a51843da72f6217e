//! A name for each call, by which both sides can find it in their logs.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::Entry;
use http::{HeaderName, HeaderValue, Request};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Body;

/// The header that names a call.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each call a random `X-Request-Id` of 128 bits, in hexadecimal.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use atol_transport::{Body, Error, RequestIdLayer, ResponseBody};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let service = ServiceBuilder::new()
///     .layer(RequestIdLayer::new())
///     .service(service_fn(|request: Request<Body>| async move {
///         assert_eq!(request.headers()["x-request-id"].len(), 32);
///         Ok::<_, Error>(Response::new(ResponseBody::default()))
///     }));
/// service.oneshot(Request::new(Body::empty())).await?;
/// # Ok(())
/// # }
/// ```
///
/// Outside the retry layer, so that all attempts of a call carry the same one. A header that the caller set is
/// left as it is.
#[derive(Clone)]
pub struct RequestIdLayer {
    source: Arc<dyn Fn() -> u128 + Send + Sync>,
}

impl RequestIdLayer {
    /// A layer with random names.
    pub fn new() -> RequestIdLayer {
        RequestIdLayer::with_source(|| fastrand::u128(..))
    }

    /// A layer that takes the names from `source`.
    pub fn with_source(source: impl Fn() -> u128 + Send + Sync + 'static) -> RequestIdLayer {
        RequestIdLayer { source: Arc::new(source) }
    }
}

impl Default for RequestIdLayer {
    fn default() -> Self {
        RequestIdLayer::new()
    }
}

impl fmt::Debug for RequestIdLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestIdLayer").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RequestIdLayer {
    type Service = RequestId<S>;

    fn layer(&self, inner: S) -> RequestId<S> {
        RequestId { inner, layer: self.clone() }
    }
}

/// The service of [`RequestIdLayer`].
#[derive(Debug, Clone)]
pub struct RequestId<S> {
    inner: S,
    layer: RequestIdLayer,
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for RequestId<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        if let Entry::Vacant(entry) = request.headers_mut().entry(REQUEST_ID)
            && let Ok(id) = HeaderValue::from_bytes(&in_hexadecimal((self.layer.source)()))
        {
            entry.insert(id);
        }
        self.inner.call(request)
    }
}

/// All digits, the leading zeros too.
fn in_hexadecimal(id: u128) -> [u8; 32] {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(id.to_be_bytes()) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xf)];
    }
    digits
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::convert::Infallible;

    use http::Response;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;

    async fn sent_with(layer: RequestIdLayer, request: Request<Body>) -> String {
        let echo = service_fn(|request: Request<Body>| async move {
            let id = request.headers()[REQUEST_ID].to_str().unwrap().to_owned();
            Ok::<_, Infallible>(Response::new(id))
        });
        let service = ServiceBuilder::new().layer(layer).service(echo);
        service.oneshot(request).await.unwrap().into_body()
    }

    #[tokio::test]
    async fn the_name_is_128_bits_in_hexadecimal() {
        let id = sent_with(RequestIdLayer::with_source(|| 0xab), Request::new(Body::empty())).await;
        assert_eq!(id, "000000000000000000000000000000ab");
    }

    #[tokio::test]
    async fn each_call_has_another_name() {
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            assert!(seen.insert(sent_with(RequestIdLayer::new(), Request::new(Body::empty())).await));
        }
    }

    #[tokio::test]
    async fn the_name_that_the_caller_gave_stays() {
        let request = Request::builder().header("X-Request-Id", "mine").body(Body::empty()).unwrap();
        assert_eq!(sent_with(RequestIdLayer::new(), request).await, "mine");
    }
}
