//! A limit on the whole call: all attempts and the waits between them.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::call::{Deadline, Streaming};
use crate::clock::SharedClock;
use crate::error::{BoxError, Error, Phase};
use crate::timed_body::{End, TimedBody};
use crate::timer::Timer;

/// Limits the whole call: all attempts and the waits between them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use atol_transport::clock::SystemClock;
/// use atol_transport::error::Phase;
/// use atol_transport::{Body, DeadlineLayer, Error, ErrorKind, ResponseBody};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// // A service that never answers.
/// let service = ServiceBuilder::new()
///     .layer(DeadlineLayer::new(Duration::from_secs(60), SystemClock::shared()))
///     .service(service_fn(|_: http::Request<Body>| {
///         std::future::pending::<Result<http::Response<ResponseBody>, Error>>()
///     }));
///
/// let Err(error) = service.oneshot(http::Request::new(Body::empty())).await else { panic!("it answered") };
/// assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Call));
/// assert_eq!(error.to_string(), "the whole call took longer than its 60s");
/// # }
/// ```
///
/// The layer writes the [`Deadline`] on the request, so that the layers below can plan with it; a request that
/// has an earlier one already keeps it. An answer that is read as a stream ([`Streaming`]) ends the call with
/// its head.
///
/// The time begins with the call. If what lies directly below is not ready for one, the wait for that comes before it
/// and is not limited; a [`RetryLayer`](crate::RetryLayer) in between is always ready, and waits within the call's time.
#[derive(Debug, Clone)]
pub struct DeadlineLayer {
    limit: Duration,
    clock: SharedClock,
}

impl DeadlineLayer {
    /// A layer that gives each call `limit`. The clock must be that of the layers below.
    pub fn new(limit: Duration, clock: SharedClock) -> DeadlineLayer {
        DeadlineLayer { limit, clock }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = DeadlineService<S>;

    fn layer(&self, inner: S) -> DeadlineService<S> {
        DeadlineService { inner, layer: self.clone() }
    }
}

/// A service whose calls end at their deadline; see [`DeadlineLayer`].
#[derive(Debug, Clone)]
pub struct DeadlineService<S> {
    inner: S,
    layer: DeadlineLayer,
}

impl<S> Service<Request<Body>> for DeadlineService<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, mut request: Request<Body>) -> DeadlineFuture<S::Future> {
        let started = self.layer.clock.monotonic();
        let ours = Deadline(started.saturating_add(self.layer.limit));
        let given = request.extensions().get::<Deadline>().copied();
        let deadline = given.map_or(ours, |given| given.min(ours));
        if given != Some(deadline) {
            request.extensions_mut().insert(deadline);
        }
        let streaming = request.extensions().get::<Streaming>().is_some();
        DeadlineFuture {
            inner: self.inner.call(request),
            clock: self.layer.clock.clone(),
            timer: Timer::default(),
            started,
            deadline,
            streaming,
        }
    }
}

pin_project! {
    /// The call of a [`DeadlineService`].
    #[derive(Debug)]
    pub struct DeadlineFuture<F> {
        #[pin]
        inner: F,
        clock: SharedClock,
        timer: Timer,
        started: Duration,
        deadline: Deadline,
        streaming: bool,
    }
}

impl<F, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut polled = this.inner.as_mut().poll(cx);
        if polled.is_pending() {
            if !this.timer.has_come(this.deadline.0, &**this.clock, cx) {
                return Poll::Pending;
            }
            // The layers below see the same deadline and know why the attempts before failed. The moment may
            // have come after they were asked, so they are asked once more.
            polled = this.inner.poll(cx);
        }
        let Deadline(at) = *this.deadline;
        let end = End { at, limit: at.saturating_sub(*this.started), phase: Phase::Call };
        Poll::Ready(match polled {
            Poll::Ready(Ok(response)) => {
                let streamed = *this.streaming && response.status().is_success();
                let end = (!streamed).then_some(end);
                Ok(response.map(|body| TimedBody::wrap(body, this.clock, None, end)))
            }
            Poll::Ready(Err(error)) => Err(Error::from_boxed(error.into())),
            Poll::Pending => {
                let elapsed = this.clock.monotonic().saturating_sub(*this.started);
                Err(end.overdue().with_attempts(0, elapsed))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use jiff::Timestamp;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;
    use crate::clock::{Clock, Sleep, SystemClock};
    use crate::error::{ErrorKind, Sent};
    use crate::testing::{Script, Step, data};

    const SECOND: Duration = Duration::from_secs(1);

    fn layer(clock: &SharedClock) -> DeadlineLayer {
        DeadlineLayer::new(60 * SECOND, clock.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_ends_at_its_limit() {
        let clock = SystemClock::shared();
        let service = ServiceBuilder::new()
            .layer(layer(&clock))
            .service(service_fn(|_| std::future::pending::<Result<Response<ResponseBody>, Infallible>>()));
        let started = clock.monotonic();
        let error = service.oneshot(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Call));
        assert_eq!(error.sent(), Sent::Maybe);
        assert_eq!(error.elapsed().as_secs(), 60);
        assert_eq!(clock.monotonic().saturating_sub(started).as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn the_earlier_of_two_deadlines_holds() {
        for (given, expected) in [(None, 60), (Some(20), 20), (Some(600), 60)] {
            let clock = SystemClock::shared();
            let service = ServiceBuilder::new().layer(layer(&clock)).service(service_fn(
                |request: Request<Body>| async move {
                    let mut answer = Response::new(ResponseBody::full("[]"));
                    answer.extensions_mut().insert(*request.extensions().get::<Deadline>().unwrap());
                    Ok::<_, Infallible>(answer)
                },
            ));
            let now = clock.monotonic();
            let mut request = Request::new(Body::empty());
            if let Some(given) = given {
                request.extensions_mut().insert(Deadline(now + given * SECOND));
            }
            let answer = service.oneshot(request).await.unwrap();
            assert_eq!(*answer.extensions().get::<Deadline>().unwrap(), Deadline(now + expected * SECOND));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_ready_at_the_deadline_is_not_replaced() {
        let clock = SystemClock::shared();
        let service = ServiceBuilder::new().layer(layer(&clock)).service(service_fn({
            let clock = clock.clone();
            move |_| {
                let sleep = clock.sleep(60 * SECOND);
                async move {
                    sleep.await;
                    Err::<Response<ResponseBody>, _>(Error::new(ErrorKind::Interrupted, "closed"))
                }
            }
        }));
        let error = service.oneshot(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }

    /// A clock on which a second passes each time that it is looked at, and whose sleeps never end.
    #[derive(Debug, Default)]
    struct Hasty(AtomicU64);

    impl Clock for Hasty {
        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed))
        }

        fn wall(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_layer_below_that_was_asked_just_before_the_deadline_is_asked_again_after_it() {
        let clock: SharedClock = Arc::new(Hasty::default());
        let service =
            ServiceBuilder::new().layer(DeadlineLayer::new(2 * SECOND, clock.clone())).service(service_fn({
                let clock = clock.clone();
                move |request: Request<Body>| {
                    let Deadline(at) = *request.extensions().get::<Deadline>().unwrap();
                    let clock = clock.clone();
                    // First asked after one second, when it is too early.
                    std::future::poll_fn(move |_| match clock.monotonic() {
                        now if now < at => Poll::Pending,
                        _ => Poll::Ready(Err::<Response<ResponseBody>, _>(Error::new(
                            ErrorKind::Interrupted,
                            "what really happened",
                        ))),
                    })
                }
            }));
        let error = service.oneshot(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(error.to_string(), "what really happened");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_read_later_keeps_the_deadline_unless_it_is_a_stream() {
        let clock = SystemClock::shared();
        for (streaming, expected) in [(false, Err(ErrorKind::Timeout(Phase::Call))), (true, Ok(300))] {
            let service = ServiceBuilder::new().layer(layer(&clock)).service(service_fn(|_| async {
                let drops = std::iter::repeat_with(|| [Step::Wait(SECOND), data("[")]).take(300).flatten();
                Ok::<_, Infallible>(Response::new(ResponseBody::streaming(Script::new(drops))))
            }));
            let mut request = Request::new(Body::empty());
            if streaming {
                request.extensions_mut().insert(Streaming);
            }
            let body = service.oneshot(request).await.unwrap().into_body();
            let read = body.collect(1000).await;
            assert_eq!(read.map(|bytes| bytes.len()).map_err(|error| error.kind()), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn k06_the_longest_limit_does_not_overflow() {
        let service = ServiceBuilder::new()
            .layer(DeadlineLayer::new(Duration::MAX, SystemClock::shared()))
            .service(service_fn(|_| async { Ok::<_, Infallible>(Response::new(ResponseBody::full("[]"))) }));
        assert!(service.oneshot(Request::new(Body::empty())).await.is_ok());
    }
}
