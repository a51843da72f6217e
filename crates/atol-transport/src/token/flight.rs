//! One login on its way, and those who wait for it.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;

use super::issued::Issued;
use super::lock::Release;
use crate::clock::Clock;
use crate::error::Error;

/// How long a flight that another runtime carries is waited for: a runtime that nobody drives any more (a
/// finished `block_on` of a current-thread runtime) would never land it.
const FOREIGN_PATIENCE: Duration = Duration::from_secs(5);

/// How a flight ended.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// There is a token; whether we logged in for it just now, rather than finding it in the store.
    Landed { issued: Arc<Issued>, by_login: bool },
    /// There is none, and everybody who waited gets to know why.
    Failed(Arc<Error>),
    /// Nobody knows: the credentials were changed, the token was forgotten, an early refresh was left to somebody else,
    /// or the flight was lost with its runtime. Ask again.
    Void,
}

/// A login that a task carries, so that no caller who gives up can take it down.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    pub(super) id: u64,
    runtime: runtime::Id,
    outcome: watch::Receiver<Option<Outcome>>,
    /// Of the lock on logins, which a flight that nobody waits for must not keep.
    release: Release,
}

/// The end of a flight that its task holds; dropped without an outcome, the flight is lost.
pub(super) type Pilot = watch::Sender<Option<Outcome>>;

impl Flight {
    pub(super) fn new(id: u64, runtime: runtime::Id, release: Release) -> (Pilot, Flight) {
        let (pilot, outcome) = watch::channel(None);
        (pilot, Flight { id, runtime, outcome, release })
    }

    /// Lets others log in, whatever becomes of this one.
    pub(super) fn unlock(&self) {
        self.release.now();
    }

    /// Whether the task ended without a word: its runtime was shut down.
    pub(super) fn is_lost(&self) -> bool {
        self.outcome.has_changed().is_err() && self.outcome.borrow().is_none()
    }

    /// Waits for the end; `None` when the runtime that carries the flight shows no sign of life.
    pub(super) async fn landing(mut self, clock: &dyn Clock) -> Option<Outcome> {
        let here = runtime::Handle::try_current().map(|handle| handle.id());
        let is_foreign = here.is_ok_and(|here| here != self.runtime);
        let landing = async {
            match self.outcome.wait_for(Option::is_some).await {
                Ok(outcome) => outcome.clone().unwrap_or(Outcome::Void),
                Err(_) => Outcome::Void,
            }
        };
        if is_foreign { within(clock, FOREIGN_PATIENCE, landing).await } else { Some(landing.await) }
    }
}

/// The output of `future`, or `None` when it takes longer than `limit`.
pub(super) async fn within<F: Future>(clock: &dyn Clock, limit: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut limit = clock.sleep(limit);
    poll_fn(move |cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// The output of `future`, or `None` when it panics; it is not polled again after that.
pub(super) async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
