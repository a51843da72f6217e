//! Compressed answers, for those who ask for them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use tower_http::decompression::{Decompression, DecompressionBody, DecompressionLayer};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::error::{BoxError, Error, ErrorKind, Result};

/// Asks for answers compressed with gzip, and decompresses them as they arrive.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use atol_transport::{Body, Error, GzipLayer, ResponseBody};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let service = ServiceBuilder::new().layer(GzipLayer::new()).service(service_fn(
///     |request: Request<Body>| async move {
///         assert_eq!(request.headers()["accept-encoding"], "gzip");
///         Ok::<_, Error>(Response::new(ResponseBody::full("[]"))) // the service need not follow
///     },
/// ));
/// let answer = service.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(answer.into_body().collect(100).await?, "[]");
/// # Ok(())
/// # }
/// ```
///
/// Off unless asked for: a megabyte on the wire can be a gigabyte in memory. Limits therefore belong outside:
/// [`CollectLayer`](crate::CollectLayer) counts what comes out, a piece of a few kilobytes at a time, so that a
/// bomb costs as much memory as any other answer.
///
/// A stream that ends early is [`ErrorKind::Truncated`], one that is damaged [`ErrorKind::Protocol`]. Bytes after
/// its end are dropped.
#[derive(Debug, Clone, Default)]
pub struct GzipLayer {
    _private: (),
}

impl GzipLayer {
    /// The layer; it has no settings.
    pub fn new() -> GzipLayer {
        GzipLayer::default()
    }
}

impl<S> Layer<S> for GzipLayer {
    type Service = Gzip<S>;

    fn layer(&self, inner: S) -> Gzip<S> {
        Gzip { inner: DecompressionLayer::new().layer(inner) }
    }
}

/// The service of [`GzipLayer`].
#[derive(Debug, Clone)]
pub struct Gzip<S> {
    inner: Decompression<S>,
}

impl<S> Service<Request<Body>> for Gzip<S>
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
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await.map_err(|error| Error::from_boxed(error.into()))?;
            Ok(answer.map(|body| ResponseBody::streaming(Plain { body: Box::pin(body) })))
        })
    }
}

/// A body as it was before it was compressed.
struct Plain {
    body: Pin<Box<DecompressionBody<ResponseBody>>>,
}

impl http_body::Body for Plain {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(self.body.as_mut().poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(failure)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// What went wrong: the transfer, as it was told from below, or the decompression.
fn failure(error: BoxError) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(error) => return *error,
        Err(error) => error,
    };
    match error.downcast::<io::Error>() {
        Ok(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::Truncated, "the compressed answer ended too early").with_source(error)
        }
        Ok(error) => Error::new(ErrorKind::Protocol, "the answer is damaged: it cannot be decompressed")
            .with_source(error),
        Err(error) => Error::from_boxed(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{Script, Step, answer};
    use crate::{CollectLayer, RecordLayer, Recorder};

    fn compressed(mut content: impl Read) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        io::copy(&mut content, &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    /// The answer through the layers as they stand in a client, its body in pieces of a kilobyte.
    async fn through(encoding: &str, body: Vec<u8>, most: usize) -> (Result<Bytes>, usize, Recorder) {
        let script = Script::new(body.chunks(1024).map(|piece| Step::Data(Bytes::copy_from_slice(piece))));
        let given = script.given();
        let headers = [("content-encoding", encoding), ("content-length", &body.len().to_string())];
        let mut response = Some(answer(200, &headers, script));
        let recorder = Recorder::new();
        let answer = ServiceBuilder::new()
            .layer(CollectLayer::new(SystemClock::shared()).with_max_body(most).unwrap())
            .layer(RecordLayer::new(recorder.clone()))
            .layer(GzipLayer::new())
            .service(service_fn(move |_| std::future::ready(Ok::<_, Error>(response.take().unwrap()))))
            .oneshot(Request::default())
            .await;
        let body = match answer {
            Ok(answer) => answer.into_body().collect(usize::MAX).await,
            Err(error) => Err(error),
        };
        (body, given.bytes(), recorder)
    }

    #[tokio::test]
    async fn an_answer_is_decompressed_and_recorded_in_plain() {
        let text = r#"[{"serialNumber":"00107703864827"}]"#.repeat(1000);
        let (body, _, recorder) = through("gzip", compressed(text.as_bytes()), 1 << 20).await;
        assert_eq!(body.unwrap(), text);
        assert_eq!(recorder.last().unwrap().text(), text);
    }

    #[tokio::test]
    async fn an_answer_that_is_not_compressed_passes() {
        let (body, ..) = through("identity", b"[]".to_vec(), 100).await;
        assert_eq!(body.unwrap(), "[]");
    }

    #[tokio::test]
    async fn h16_a_bomb_ends_at_the_limit_of_what_comes_out_of_it() {
        const LIMIT: usize = 1 << 20;
        let bomb = compressed(io::repeat(b' ').take(16 << 20));
        assert!(bomb.len() < 20 << 10, "{} bytes", bomb.len());
        let (body, read, recorder) = through("gzip", bomb, LIMIT).await;
        assert_eq!(body.unwrap_err().kind(), ErrorKind::BodyTooLarge);
        assert!(read <= 4 << 10, "{read} bytes were read to get a megabyte out");
        assert!(recorder.last().unwrap().body().len() <= LIMIT);
    }

    #[tokio::test]
    async fn h17_a_stream_cut_at_any_byte_is_truncated() {
        let whole = compressed(&b"[1,2,3]"[..]);
        for length in 1..whole.len() {
            let (body, ..) = through("gzip", whole[..length].to_vec(), 100).await;
            let error = body.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {length}: {}", error.report());
        }
    }

    #[tokio::test]
    async fn h17_a_damaged_stream_and_a_wrong_encoding_are_no_answer() {
        let mut wrong_sum = compressed(&b"[1,2,3]"[..]);
        let sum = wrong_sum.len() - 8;
        wrong_sum[sum] ^= 1;
        for body in [wrong_sum, b"[1,2,3] is not gzip".to_vec()] {
            let error = through("gzip", body, 100).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(error.to_string().starts_with("the answer is damaged"), "{error}");
        }
    }

    #[tokio::test]
    async fn h17_what_follows_the_stream_is_dropped() {
        let mut body = compressed(&b"[1]"[..]);
        body.write_all(b"garbage").unwrap();
        assert_eq!(through("gzip", body, 100).await.0.unwrap(), "[1]");
    }

    #[tokio::test]
    async fn a_failure_below_keeps_its_name() {
        let script = Script::new([
            Step::Data(compressed(&b"[1,2,3]"[..])[..12].to_vec().into()),
            Step::Fail(ErrorKind::Interrupted),
        ]);
        let mut response = Some(answer(200, &[("content-encoding", "gzip")], script));
        let service = GzipLayer::new()
            .layer(service_fn(move |_| std::future::ready(Ok::<_, Error>(response.take().unwrap()))));
        let answer = service.oneshot(Request::default()).await.unwrap();
        assert_eq!(answer.into_body().collect(100).await.unwrap_err().kind(), ErrorKind::Interrupted);
    }
}
