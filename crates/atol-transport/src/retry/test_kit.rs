//! What the tests of this module share: services that follow a script, and a clock that remembers its sleeps.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use crate::body::{Body, ResponseBody};
use crate::clock::{Clock, Sleep, VirtualClock};
use crate::error::{Error, Result};

pub(super) type Answer = Result<Response<ResponseBody>>;

/// A clock on paused time that keeps a list of what it was asked to sleep.
#[derive(Debug)]
pub(super) struct RecordingClock {
    inner: VirtualClock,
    sleeps: Mutex<Vec<Duration>>,
}

impl RecordingClock {
    pub(super) fn shared() -> Arc<RecordingClock> {
        let wall = "2026-11-24T10:00:00Z".parse().unwrap();
        Arc::new(RecordingClock { inner: VirtualClock::starting_at(wall), sleeps: Mutex::default() })
    }

    pub(super) fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap().clone()
    }
}

impl Clock for RecordingClock {
    fn monotonic(&self) -> Duration {
        self.inner.monotonic()
    }

    fn wall(&self) -> Timestamp {
        self.inner.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleeps.lock().unwrap().push(duration);
        self.inner.sleep(duration)
    }
}

/// A service that gives these answers in turn, and panics when it is asked once more.
pub(super) fn script(
    answers: impl IntoIterator<Item = Answer>,
) -> impl tower::Service<
    Request<Body>,
    Response = Response<ResponseBody>,
    Error = Error,
    Future = impl Future<Output = Answer> + Send,
> + Clone
+ Send {
    let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
    tower::service_fn(move |_| {
        let answer = answers.lock().unwrap().pop_front().expect("no further attempt was expected");
        async move { answer }
    })
}

pub(super) fn request() -> Request<Body> {
    Request::new(Body::empty())
}

pub(super) fn answer(status: u16, body: &'static str) -> Response<ResponseBody> {
    let mut answer = Response::new(ResponseBody::full(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}
