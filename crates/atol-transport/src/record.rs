//! Recording: the last answer is kept as it came, for whoever wants to look at it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::call::{Authenticate, EarlyRefresh, Login};
use crate::error::{BoxError, Error, Result};
use crate::last_response::LastResponse;
use crate::secrets::Secrets;

/// How much of a body is kept.
const MAX_BODY: usize = 1024 * 1024;

/// Where the last answer is kept; clones share it.
///
/// ```
/// use atol_transport::Recorder;
///
/// let recorder = Recorder::new();
/// assert!(recorder.last().is_none());
/// ```
///
/// The last writer wins: with several requests at once, it is the answer whose head came last.
#[derive(Clone)]
pub struct Recorder {
    slot: Arc<Mutex<Slot>>,
    max_body: usize,
}

#[derive(Default)]
struct Slot {
    last: Option<Arc<LastResponse>>,
    /// How often `last` was set or cleared.
    changes: u64,
}

impl Default for Recorder {
    fn default() -> Self {
        Recorder::new()
    }
}

impl Recorder {
    /// A recorder that keeps up to 1 MiB of each body.
    pub fn new() -> Recorder {
        Recorder { slot: Arc::default(), max_body: MAX_BODY }
    }

    /// Sets how many bytes of a body are kept. With zero, only status and headers are.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Recorder {
        self.max_body = bytes;
        self
    }

    /// The last answer; `None` when there was none yet, or when the last request got none.
    pub fn last(&self) -> Option<Arc<LastResponse>> {
        self.lock().last.clone()
    }

    /// Forgets the last answer, for calls that end before they reach the [`RecordLayer`].
    pub fn clear(&self) {
        self.set(None);
    }

    /// Notes that a call begins.
    pub(crate) fn begin_call(&self) -> RecordedCall {
        RecordedCall { recorder: self.clone(), changes_before: Some(self.lock().changes) }
    }

    fn set(&self, last: Option<Arc<LastResponse>>) {
        let mut slot = self.lock();
        slot.changes += 1;
        let before = std::mem::replace(&mut slot.last, last);
        // The old answer may be large: free it after the lock.
        drop(slot);
        drop(before);
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("last", &self.last())
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// A whole call, retries included, whose requests a [`RecordLayer`] may or may not get to see.
///
/// If the call ends without anything having been recorded, because it failed further out or was dropped there,
/// what was recorded before is forgotten: it is not the answer to this call.
pub(crate) struct RecordedCall {
    recorder: Recorder,
    /// `None` when there was nothing to send.
    changes_before: Option<u64>,
}

impl RecordedCall {
    /// The call came to a good end without sending anything: the last answer is still the last.
    pub(crate) fn had_nothing_to_send(mut self) {
        self.changes_before = None;
    }
}

impl Drop for RecordedCall {
    fn drop(&mut self) {
        let mut slot = self.recorder.lock();
        if self.changes_before == Some(slot.changes) {
            let before = slot.last.take();
            drop(slot);
            drop(before);
        }
    }
}

/// Keeps each answer in a [`Recorder`]: innermost, so that it sees what came over the wire.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use atol_transport::{Body, Error, RecordLayer, Recorder, ResponseBody};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let recorder = Recorder::new();
/// let service = ServiceBuilder::new()
///     .layer(RecordLayer::new(recorder.clone()))
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, Error>(Response::new(ResponseBody::full("[]")))
///     }));
/// service.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(recorder.last().map(|last| last.text()), Some("[]".to_owned()));
/// # Ok(())
/// # }
/// ```
///
/// - An answer is recorded when its head comes, whatever its status, and its body as it passes, without copies
///   and up to the recorder's limit.
/// - A request without an answer, because it failed or was dropped, clears what was recorded before: an old
///   answer is never passed off as that of a newer request.
/// - A login that succeeds clears it too, because its answer is the token. Of one that fails, the status and the
///   error object are kept. A login that renews the token early, beside the calls, is passed over.
/// - [`Authenticate`] is passed over: if the token layer is further in, it answers that itself.
#[derive(Debug, Clone)]
pub struct RecordLayer {
    recorder: Recorder,
}

impl RecordLayer {
    /// A layer that keeps the answers in `recorder`.
    pub fn new(recorder: Recorder) -> RecordLayer {
        RecordLayer { recorder }
    }
}

impl<S> Layer<S> for RecordLayer {
    type Service = Record<S>;

    fn layer(&self, inner: S) -> Record<S> {
        Record { inner, recorder: self.recorder.clone() }
    }
}

/// The service of [`RecordLayer`].
#[derive(Debug, Clone)]
pub struct Record<S> {
    inner: S,
    recorder: Recorder,
}

impl<S> Service<Request<Body>> for Record<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = RecordFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let carried = request.extensions();
        let is_no_call = carried.get::<EarlyRefresh>().is_some() || carried.get::<Authenticate>().is_some();
        let is_login = carried.get::<Login>().is_some();
        let secrets = carried.get::<Secrets>().cloned().unwrap_or_default();
        let recorder = self.recorder.clone();
        let pending = (!is_no_call).then(|| Pending { recorder, is_login, secrets, is_done: false });
        RecordFuture { answer: self.inner.call(request), pending }
    }
}

pin_project! {
    /// The future of [`Record`].
    #[derive(Debug)]
    pub struct RecordFuture<F> {
        #[pin]
        answer: F,
        pending: Option<Pending>,
    }
}

impl<F, E> Future for RecordFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.answer.poll(cx)).map_err(|error| Error::from_boxed(error.into()));
        let Some(pending) = this.pending else { return Poll::Ready(answer) };
        Poll::Ready(match answer {
            Ok(response) => Ok(pending.record(response)),
            Err(error) => {
                pending.give_up();
                Err(error)
            }
        })
    }
}

/// A request on its way. Dropped without an answer, it clears the record.
#[derive(Debug)]
struct Pending {
    recorder: Recorder,
    is_login: bool,
    secrets: Secrets,
    is_done: bool,
}

impl Pending {
    fn record(&mut self, response: Response<ResponseBody>) -> Response<ResponseBody> {
        if self.is_login && response.status().is_success() {
            self.give_up();
            return response;
        }
        self.is_done = true;
        let (head, body) = response.into_parts();
        let secrets = std::mem::take(&mut self.secrets);
        let record = Arc::new(LastResponse::begin(head.status, head.headers.clone(), self.is_login, secrets));
        self.recorder.set(Some(record.clone()));
        let body = if let Some(bytes) = body.as_bytes() {
            record.push(bytes, self.recorder.max_body);
            record.finish();
            body
        } else if http_body::Body::is_end_stream(&body) {
            record.finish();
            body
        } else {
            ResponseBody::streaming(RecordedBody {
                body,
                record: Some(record),
                max_body: self.recorder.max_body,
            })
        };
        Response::from_parts(head, body)
    }

    /// Clears the record, once: a future that is dropped long after its end must not clear what came since.
    fn give_up(&mut self) {
        if !std::mem::replace(&mut self.is_done, true) {
            self.recorder.clear();
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// A body that is recorded as it passes.
struct RecordedBody {
    body: ResponseBody,
    /// `None` when there is nothing more to record.
    record: Option<Arc<LastResponse>>,
    max_body: usize,
}

impl http_body::Body for RecordedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(record) = &self.record {
            let goes_on = match &frame {
                Some(Ok(frame)) => {
                    let has_room = frame.data_ref().is_none_or(|data| record.push(data, self.max_body));
                    let is_end = self.body.is_end_stream();
                    if has_room && is_end {
                        record.finish();
                    }
                    has_room && !is_end
                }
                Some(Err(_)) => false,
                None => {
                    record.finish();
                    false
                }
            };
            if !goes_on {
                self.record = None;
            }
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
