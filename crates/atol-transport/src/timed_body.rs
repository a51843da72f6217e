//! A body that must keep coming and come to an end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::body::ResponseBody;
use crate::clock::SharedClock;
use crate::error::{Error, ErrorKind, Phase};
use crate::timer::Timer;

/// A body with limits of time. When one runs out, the body inside is dropped, which closes the connection.
#[derive(Debug)]
pub(crate) struct TimedBody {
    /// `None` once a limit has run out.
    inner: Option<ResponseBody>,
    clock: SharedClock,
    timer: Timer,
    /// The longest silence.
    idle: Option<Duration>,
    /// Since when the reader has been waiting. A reader that is slow itself is no silence of the service.
    waiting_since: Option<Duration>,
    end: Option<End>,
}

/// When a body has to be complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) at: Duration,
    /// The limit that ends there, and its name.
    pub(crate) limit: Duration,
    pub(crate) phase: Phase,
}

impl End {
    /// The error of the call or body that is not over by then.
    pub(crate) fn overdue(self) -> Error {
        let End { limit, phase, .. } = self;
        let message = match phase {
            Phase::Call => format!("the whole call took longer than its {limit:?}"),
            _ => format!("the answer was not complete after {limit:?}"),
        };
        Error::new(ErrorKind::Timeout(phase), message)
    }
}

impl TimedBody {
    /// Puts limits on a body, unless it is in memory already.
    pub(crate) fn wrap(
        body: ResponseBody,
        clock: &SharedClock,
        idle: Option<Duration>,
        end: Option<End>,
    ) -> ResponseBody {
        if body.as_bytes().is_some() || (idle.is_none() && end.is_none()) {
            return body;
        }
        ResponseBody::streaming(TimedBody {
            inner: Some(body),
            clock: clock.clone(),
            timer: Timer::default(),
            idle,
            waiting_since: None,
            end,
        })
    }

    /// The error of the limit that has run out, if one has.
    fn overdue(&mut self, cx: &mut Context<'_>) -> Option<Error> {
        let now = self.clock.monotonic();
        let waiting_since = *self.waiting_since.get_or_insert(now);
        let silent = self.idle.map(|idle| waiting_since.saturating_add(idle));
        let end = self.end.as_ref().map(|end| end.at);
        let first = match (silent, end) {
            (Some(silent), Some(end)) => silent.min(end),
            (silent, end) => silent.or(end)?,
        };
        if !self.timer.has_come(first, &*self.clock, cx) {
            return None;
        }
        Some(match self.end {
            Some(end) if end.at == first => end.overdue(),
            _ => Error::new(
                ErrorKind::Timeout(Phase::BodyIdle),
                format!("the answer stopped half way: nothing came for {:?}", self.idle.unwrap_or_default()),
            ),
        })
    }
}

impl http_body::Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(cx);
        // A drip of single bytes is always ready in time, so the end is looked at however well it goes.
        let past_end = self.end.as_ref().is_some_and(|end| self.clock.monotonic() >= end.at);
        match polled {
            Poll::Ready(frame) if frame.is_none() || !past_end => {
                self.waiting_since = None;
                Poll::Ready(frame)
            }
            _ => match self.overdue(cx) {
                Some(error) => {
                    self.inner = None;
                    Poll::Ready(Some(Err(error)))
                }
                None => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(ResponseBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(SizeHint::default, ResponseBody::size_hint)
    }
}
