//! Limits on one attempt: until the head of the answer comes, on silences in its body, and on the whole body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::call::Streaming;
use crate::clock::SharedClock;
use crate::error::{BoxError, Error, ErrorKind, Phase};
use crate::timed_body::{End, TimedBody};
use crate::timeouts::Timeouts;
use crate::timer::Timer;

/// Limits each attempt: until the head of the answer comes, on silences in its body, and on the whole body.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use atol_transport::clock::SystemClock;
/// use atol_transport::error::Phase;
/// use atol_transport::{AttemptTimeoutLayer, Body, Error, ErrorKind, ResponseBody, Timeouts};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// // A service that takes the request and never answers.
/// let limits = Timeouts::default().with_head(Duration::from_secs(3));
/// let service = ServiceBuilder::new()
///     .layer(AttemptTimeoutLayer::new(limits, SystemClock::shared()))
///     .service(service_fn(|_: http::Request<Body>| {
///         std::future::pending::<Result<http::Response<ResponseBody>, Error>>()
///     }));
///
/// let Err(error) = service.oneshot(http::Request::new(Body::empty())).await else { panic!("it answered") };
/// assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Head));
/// assert_eq!(error.to_string(), "no answer came within 3s");
/// # }
/// ```
///
/// A limit that runs out is an error that names the phase, never an answer made up in the service's name, and
/// drops what was waited for, which closes the connection. The limit on the whole body ends a drip of single
/// bytes, which no limit on silences does; it is off for a successful answer that is read as a stream
/// ([`Streaming`]). A reader that takes its time is never counted as a silence.
#[derive(Debug, Clone)]
pub struct AttemptTimeoutLayer {
    limits: Timeouts,
    clock: SharedClock,
}

impl AttemptTimeoutLayer {
    /// A layer with the `head`, `body_idle` and `body_total` of these limits.
    pub fn new(limits: Timeouts, clock: SharedClock) -> AttemptTimeoutLayer {
        AttemptTimeoutLayer { limits, clock }
    }
}

impl<S> Layer<S> for AttemptTimeoutLayer {
    type Service = AttemptTimeout<S>;

    fn layer(&self, inner: S) -> AttemptTimeout<S> {
        AttemptTimeout { inner, layer: self.clone() }
    }
}

/// A service whose attempts have limits; see [`AttemptTimeoutLayer`].
#[derive(Debug, Clone)]
pub struct AttemptTimeout<S> {
    inner: S,
    layer: AttemptTimeoutLayer,
}

impl<S> Service<Request<Body>> for AttemptTimeout<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = AttemptTimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> AttemptTimeoutFuture<S::Future> {
        let head_by = self.layer.clock.monotonic().saturating_add(self.layer.limits.head());
        let streaming = request.extensions().get::<Streaming>().is_some();
        AttemptTimeoutFuture {
            inner: self.inner.call(request),
            layer: self.layer.clone(),
            timer: Timer::default(),
            head_by,
            streaming,
        }
    }
}

pin_project! {
    /// The attempt of an [`AttemptTimeout`].
    #[derive(Debug)]
    pub struct AttemptTimeoutFuture<F> {
        #[pin]
        inner: F,
        layer: AttemptTimeoutLayer,
        timer: Timer,
        head_by: Duration,
        streaming: bool,
    }
}

impl<F, E> Future for AttemptTimeoutFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let AttemptTimeoutLayer { limits, clock } = this.layer;
        let polled = this.inner.poll(cx);
        if polled.is_pending() && this.timer.has_come(*this.head_by, &**clock, cx) {
            return Poll::Ready(Err(Error::new(
                ErrorKind::Timeout(Phase::Head),
                format!("no answer came within {:?}", limits.head()),
            )));
        }
        let response = ready!(polled).map_err(|error| Error::from_boxed(error.into()))?;
        let streamed = *this.streaming && response.status().is_success();
        Poll::Ready(Ok(response.map(|body| {
            let end = (!streamed).then(|| End {
                at: clock.monotonic().saturating_add(limits.body_total()),
                limit: limits.body_total(),
                phase: Phase::BodyTotal,
            });
            TimedBody::wrap(body, clock, Some(limits.body_idle()), end)
        })))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{STALL, Script, Step, data, next_piece};

    const SECOND: Duration = Duration::from_secs(1);

    /// The answer as it comes out of the layer with its default limits: head 20 s, silence 10 s, body 30 s.
    async fn through(
        clock: &SharedClock,
        request: Request<Body>,
        answer: Response<ResponseBody>,
    ) -> ResponseBody {
        let layer = AttemptTimeoutLayer::new(Timeouts::default(), clock.clone());
        let mut answer = Some(answer);
        let service = service_fn(move |_| {
            let answer = answer.take().unwrap();
            async move { Ok::<_, Error>(answer) }
        });
        ServiceBuilder::new().layer(layer).service(service).oneshot(request).await.unwrap().into_body()
    }

    /// A body of `drops` bytes, each of which comes after `every`.
    fn drip(every: Duration, drops: usize) -> impl Iterator<Item = Step> {
        std::iter::repeat_with(move || [Step::Wait(every), data("[")]).take(drops).flatten()
    }

    fn answer(steps: impl IntoIterator<Item = Step>) -> Response<ResponseBody> {
        Response::new(ResponseBody::streaming(Script::new(steps)))
    }

    fn streaming() -> Request<Body> {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(Streaming);
        request
    }

    /// The error with which reading ends, and when.
    async fn read(clock: &SharedClock, body: ResponseBody) -> (Result<usize, ErrorKind>, u64) {
        let started = clock.monotonic();
        let read = body.collect(usize::MAX).await.map(|bytes| bytes.len()).map_err(|error| error.kind());
        (read, clock.monotonic().saturating_sub(started).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn n08_a_head_that_does_not_come_ends_the_attempt_and_drops_it() {
        let clock = SystemClock::shared();
        let held = Arc::new(());
        let in_service = held.clone();
        let service = ServiceBuilder::new()
            .layer(AttemptTimeoutLayer::new(Timeouts::default(), clock.clone()))
            .service(service_fn(move |_| {
                let held = in_service.clone();
                async move {
                    std::future::pending::<()>().await;
                    drop(held);
                    Ok::<Response<ResponseBody>, Error>(Response::default())
                }
            }));
        let started = clock.monotonic();
        let error = service.oneshot(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Head));
        assert_eq!(clock.monotonic().saturating_sub(started).as_secs(), 20);
        assert_eq!(Arc::strong_count(&held), 1, "nothing of the attempt is left");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_in_memory_stays_there() {
        let clock = SystemClock::shared();
        let answer = Response::new(ResponseBody::full("[]"));
        assert!(through(&clock, Request::default(), answer).await.as_bytes().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn n17_a_body_that_stalls_ends_after_the_silence_that_is_allowed() {
        let clock = SystemClock::shared();
        let answer = answer(drip(2 * SECOND, 3).chain([STALL]));
        let body = through(&clock, Request::default(), answer).await;
        assert_eq!(read(&clock, body).await, (Err(ErrorKind::Timeout(Phase::BodyIdle)), 6 + 10));
    }

    #[tokio::test(start_paused = true)]
    async fn n18_a_drip_ends_at_the_limit_of_the_whole_body() {
        let clock = SystemClock::shared();
        let answer = answer(drip(SECOND, 3600));
        let body = through(&clock, Request::default(), answer).await;
        assert_eq!(read(&clock, body).await, (Err(ErrorKind::Timeout(Phase::BodyTotal)), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_but_steady_bodies_within_the_limits_are_read_whole() {
        let clock = SystemClock::shared();
        let answer = answer(drip(9 * SECOND, 3));
        let body = through(&clock, Request::default(), answer).await;
        assert_eq!(read(&clock, body).await, (Ok(3), 27));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_may_take_as_long_as_it_flows() {
        let clock = SystemClock::shared();
        let flowing = answer(drip(9 * SECOND, 400));
        let body = through(&clock, streaming(), flowing).await;
        assert_eq!(read(&clock, body).await, (Ok(400), 3600));

        let stalled = answer(drip(9 * SECOND, 400).chain([STALL]));
        let body = through(&clock, streaming(), stalled).await;
        assert_eq!(read(&clock, body).await, (Err(ErrorKind::Timeout(Phase::BodyIdle)), 3610));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_answer_to_a_streaming_call_has_the_limit_of_the_whole_body() {
        let clock = SystemClock::shared();
        let mut answer = answer(drip(SECOND, 3600));
        *answer.status_mut() = http::StatusCode::BAD_GATEWAY;
        let body = through(&clock, streaming(), answer).await;
        assert_eq!(read(&clock, body).await, (Err(ErrorKind::Timeout(Phase::BodyTotal)), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_its_time_is_no_silence() {
        let clock = SystemClock::shared();
        let answer = answer(drip(9 * SECOND, 3));
        let mut body = through(&clock, streaming(), answer).await;
        let mut read = 0;
        while let Some(piece) = next_piece(&mut body).await {
            read += piece.unwrap().len();
            clock.sleep(3600 * SECOND).await;
        }
        assert_eq!(read, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_always_has_something_ready_ends_at_the_limit_too() {
        let clock = SystemClock::shared();
        let answer = answer(drip(Duration::ZERO, 1000));
        let mut body = through(&clock, Request::default(), answer).await;
        let mut read = 0;
        let error = loop {
            match next_piece(&mut body).await.unwrap() {
                Ok(_) => read += 1,
                Err(error) => break error,
            }
            clock.sleep(10 * SECOND).await;
        };
        assert_eq!((read, error.kind()), (3, ErrorKind::Timeout(Phase::BodyTotal)));
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_error_a_body_is_over() {
        let clock = SystemClock::shared();
        let answer = answer([STALL]);
        let mut body = through(&clock, Request::default(), answer).await;
        assert_eq!(
            next_piece(&mut body).await.unwrap().unwrap_err().to_string(),
            "the answer stopped half way: nothing came for 10s"
        );
        assert!(next_piece(&mut body).await.is_none());
    }
}
