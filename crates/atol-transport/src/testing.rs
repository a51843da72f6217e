//! Answers that behave as told, for the tests of the layers.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::Frame;

use crate::body::ResponseBody;
use crate::clock::{Clock, Sleep, SystemClock};
use crate::error::BoxError;

/// What a [`Script`] does next.
pub(crate) enum Step {
    Data(Bytes),
    Wait(Duration),
    /// The body breaks off with an error of a foreign layer.
    Break,
    /// The body breaks off with an error of ours.
    #[cfg(feature = "gzip")]
    Fail(crate::ErrorKind),
    /// The same piece again and again.
    Endless(Bytes),
}

pub(crate) fn data(text: &'static str) -> Step {
    Step::Data(Bytes::from_static(text.as_bytes()))
}

pub(crate) const STALL: Step = Step::Wait(Duration::MAX);

/// A streaming body that follows a script.
pub(crate) struct Script {
    steps: VecDeque<Step>,
    sleep: Option<Sleep>,
    given: Given,
}

/// What has been asked of a [`Script`].
#[derive(Clone, Default)]
pub(crate) struct Given(Arc<AtomicUsize>);

impl Given {
    /// The bytes that were handed out.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether the body was dropped.
    pub(crate) fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Script {
        Script { steps: steps.into_iter().collect(), sleep: None, given: Given::default() }
    }

    pub(crate) fn given(&self) -> Given {
        self.given.clone()
    }
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(sleep) = &mut self.sleep {
            std::task::ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        let piece = match self.steps.pop_front() {
            None => return Poll::Ready(None),
            Some(Step::Break) => return Poll::Ready(Some(Err("the peer went away".into()))),
            #[cfg(feature = "gzip")]
            Some(Step::Fail(kind)) => {
                return Poll::Ready(Some(Err(crate::Error::new(kind, "failed").into())));
            }
            Some(Step::Wait(duration)) => {
                self.sleep = Some(SystemClock::new().sleep(duration));
                return self.poll_frame(cx);
            }
            Some(Step::Endless(piece)) => {
                self.steps.push_front(Step::Endless(piece.clone()));
                piece
            }
            Some(Step::Data(piece)) => piece,
        };
        self.given.0.fetch_add(piece.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

/// An answer with a status, headers and a body that follows a script.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: Script) -> Response<ResponseBody> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(ResponseBody::streaming(body)).unwrap()
}

/// Reads the next piece of a body.
pub(crate) async fn next_piece(body: &mut ResponseBody) -> Option<Result<Bytes, crate::Error>> {
    let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(body), cx)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}
