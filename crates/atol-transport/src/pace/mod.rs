//! Pacing: how many requests run at once, and how far apart those for one register are.

mod spacing;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_layer::Layer;
use tower_service::Service;

use self::spacing::Spacing;
use crate::body::{Body, ResponseBody};
use crate::call::SpacingKey;
use crate::clock::SharedClock;
use crate::error::{BoxError, Error, ErrorKind, Result, Sent};

/// The settings of [`PaceLayer`].
///
/// ```
/// use atol_transport::Pacing;
///
/// let pacing = Pacing::default().with_concurrency(2);
/// assert_eq!(pacing.spacing().as_millis(), 1100);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    concurrency: usize,
    spacing: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Pacing { concurrency: 8, spacing: Duration::from_millis(1100) }
    }
}

impl Pacing {
    const MAX_CONCURRENCY: usize = 1024;
    const MAX_SPACING: Duration = Duration::from_secs(3600);

    /// How many requests run at once, bodies included; 8.
    pub fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// The least time between two requests with the same [`SpacingKey`]; 1.1 s. Zero when there is none.
    pub fn spacing(&self) -> Duration {
        self.spacing
    }

    /// Sets [`Pacing::concurrency`], 1 to 1024.
    #[must_use]
    pub fn with_concurrency(mut self, requests: usize) -> Pacing {
        self.concurrency = requests;
        self
    }

    /// Sets [`Pacing::spacing`], up to an hour.
    ///
    /// One request a second for each register is what the vendor documents for a sibling API; whether it holds for
    /// this one is not known. The tenth on top is for the network, which may hold a request longer than the one
    /// that follows. Zero turns spacing off: only against a stand-in.
    #[must_use]
    pub fn with_spacing(mut self, spacing: Duration) -> Pacing {
        self.spacing = spacing;
        self
    }

    /// Refuses settings under which nothing would move, or which are surely a slip.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the setting, its value and what would be right.
    pub fn validate(&self) -> Result<()> {
        if !(1..=Pacing::MAX_CONCURRENCY).contains(&self.concurrency) {
            return Err(Error::new(
                ErrorKind::Config,
                format!(
                    "the concurrency limit is {}: use 1 to {}",
                    self.concurrency,
                    Pacing::MAX_CONCURRENCY
                ),
            ));
        }
        if self.spacing > Pacing::MAX_SPACING {
            return Err(Error::new(
                ErrorKind::Config,
                format!(
                    "the spacing between requests for one register is {:?}: use an hour or less",
                    self.spacing
                ),
            ));
        }
        Ok(())
    }
}

/// Limits how many requests run at once and keeps requests with the same [`SpacingKey`] apart.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use atol_transport::call::SpacingKey;
/// use atol_transport::clock::{Clock, SystemClock};
/// use atol_transport::{Body, Error, PaceLayer, Pacing, ResponseBody};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let clock = SystemClock::shared();
/// let service = ServiceBuilder::new()
///     .layer(PaceLayer::new(Pacing::default(), clock.clone())?)
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, Error>(Response::new(ResponseBody::full("[]")))
///     }));
/// let start = clock.monotonic();
/// for _ in 0..2 {
///     let mut request = Request::new(Body::empty());
///     request.extensions_mut().insert(SpacingKey::new("00107703864827"));
///     service.clone().oneshot(request).await?;
/// }
/// assert!(clock.monotonic() - start >= Duration::from_millis(1100)); // virtual time, in this example
/// # Ok(())
/// # }
/// ```
///
/// All services made by one layer and its clones share one set of limits.
///
/// - **Concurrency**: a request takes a place before it goes out and gives it back when its answer's body is at
///   its end or dropped, also when the body streams. Whoever makes further requests while holding a streaming
///   body needs a limit of at least two.
/// - **Spacing**: the next request with the same key goes out no earlier than [`Pacing::spacing`] after the
///   answer to the one before began, or after that request failed or was given up. Since the service had seen
///   it by then, the service too sees them that far apart, however long making the connection took. A request
///   that certainly was not sent ([`Sent::No`]) costs nothing.
/// - Both are fair: first come, first served. A caller that gives up while it waits leaves its place to the
///   next. Unused time is not saved up, so there is no burst after a pause.
///
/// Waiting has no limit of its own: the call's deadline, further out, ends it by dropping the call.
#[derive(Clone)]
pub struct PaceLayer {
    limits: Arc<Limits>,
}

struct Limits {
    pacing: Pacing,
    places: Arc<Semaphore>,
    spacing: Spacing,
}

impl PaceLayer {
    /// A layer with these settings.
    ///
    /// # Errors
    ///
    /// As [`Pacing::validate`].
    pub fn new(pacing: Pacing, clock: SharedClock) -> Result<PaceLayer> {
        pacing.validate()?;
        Ok(PaceLayer {
            limits: Arc::new(Limits {
                pacing,
                places: Arc::new(Semaphore::new(pacing.concurrency)),
                spacing: Spacing::new(pacing.spacing, clock),
            }),
        })
    }
}

impl fmt::Debug for PaceLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaceLayer")
            .field("pacing", &self.limits.pacing)
            .field("free", &self.limits.places.available_permits())
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for PaceLayer {
    type Service = Pace<S>;

    fn layer(&self, inner: S) -> Pace<S> {
        Pace { inner, limits: self.clone() }
    }
}

/// The service of [`PaceLayer`].
#[derive(Debug, Clone)]
pub struct Pace<S> {
    inner: S,
    limits: PaceLayer,
}

impl<S> Service<Request<Body>> for Pace<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone may not be ready, the one that was polled is.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let limits = self.limits.limits.clone();
        Box::pin(async move {
            // First the turn, then the place: many callers for one register must not hold the places of others.
            let mut turn = match request.extensions().get::<SpacingKey>() {
                Some(key) => limits.spacing.turn(key).await,
                None => None,
            };
            // An error would mean that the semaphore was closed, which nobody does.
            let place = limits.places.clone().acquire_owned().await.ok();
            if let Some(turn) = &mut turn {
                turn.start();
            }
            let answer = inner.call(request).await.map_err(|error| Error::from_boxed(error.into()));
            if let Some(turn) = &mut turn
                && answer.as_ref().is_err_and(|error| error.sent() == Sent::No)
            {
                turn.undo();
            }
            let (head, body) = answer?.into_parts();
            let body = match body.as_bytes() {
                Some(_) => body,
                None => ResponseBody::streaming(PlacedBody { body, place }),
            };
            Ok(Response::from_parts(head, body))
        })
    }
}

/// A streaming body that holds its request's place until it is read or dropped.
struct PlacedBody {
    body: ResponseBody,
    place: Option<OwnedSemaphorePermit>,
}

impl http_body::Body for PlacedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.place = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
