//! The loop over the attempts of a call.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tower_service::Service;

use super::{Decision, RetryPolicy, State};
use crate::body::{Body, ResponseBody};
use crate::call::{Attempts, Deadline};
use crate::clock::SharedClock;
use crate::error::{BoxError, Error, ErrorKind, Phase, Result, Sent};
use crate::judge::judge;
use crate::retry_after::retry_after;

/// The longest wait that is kept because the service asks for it.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

/// A service whose calls are repeated; see the [module](super).
///
/// An answer always comes back as `Ok`, also a bad one whose attempts are used up, with the [`Attempts`]
/// among its extensions.
#[derive(Debug, Clone)]
pub struct Retry<S> {
    inner: S,
    policy: Arc<RetryPolicy>,
    clock: SharedClock,
}

impl<S> Retry<S> {
    pub(super) fn new(inner: S, policy: RetryPolicy, clock: SharedClock) -> Retry<S> {
        Retry { inner, policy: Arc::new(policy), clock }
    }
}

impl<S> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>>> + Send>>;

    /// Always ready: each attempt waits for its room itself, so that the deadline of the call covers the wait.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let mut call = Call {
            service: self.inner.clone(),
            policy: self.policy.clone(),
            started: self.clock.monotonic(),
            clock: self.clock.clone(),
            deadline: request.extensions().get::<Deadline>().copied(),
        };
        // By reference: an `async fn` keeps what it is given a second time, for as long as the call takes.
        Box::pin(async move { call.run(&mut request).await })
    }
}

/// One call on its way.
struct Call<S> {
    service: S,
    policy: Arc<RetryPolicy>,
    clock: SharedClock,
    started: Duration,
    deadline: Option<Deadline>,
}

/// What follows a failed attempt.
enum Next {
    Repeat {
        after: Duration,
    },
    GiveUp,
    /// The service asks for a longer wait than the call has.
    Throttled {
        asked: Duration,
    },
}

impl<S> Call<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
{
    async fn run(&mut self, request: &mut Request<Body>) -> Result<Response<ResponseBody>> {
        let mut state = State::new();
        let mut last = None;
        loop {
            state.attempts = state.attempts.saturating_add(1);
            let Some(outcome) = self.attempt(request).await else {
                return Err(self.out_of_time(&state, last));
            };
            let (error, answer) = match outcome {
                Ok(answer) => match self.judged(&answer) {
                    Ok(()) => {
                        self.policy.budget.deposit();
                        return Ok(self.counted(answer, &state));
                    }
                    Err(error) => (error, Some(answer)),
                },
                Err(error) => (error, None),
            };
            state.failed(&error, self.elapsed());
            match (self.next(&state, &error), answer) {
                (Next::Repeat { after }, answer) => {
                    last = Some(error);
                    // The body of a bad answer is of no more use, and may hold a connection.
                    drop(answer);
                    if !after.is_zero() {
                        self.clock.sleep(after).await;
                    }
                }
                (Next::GiveUp, Some(answer)) => return Ok(self.counted(answer, &state)),
                (Next::GiveUp, None) => {
                    return Err(error.with_sent(state.sent).with_attempts(state.attempts, state.elapsed));
                }
                (Next::Throttled { asked }, _) => return Err(throttled(&error, asked, &state)),
            }
        }
    }

    /// Makes one attempt; `None` when the deadline came first, of which the layer that has set it wakes us.
    async fn attempt(&mut self, request: &mut Request<Body>) -> Option<Result<Response<ResponseBody>>> {
        let Call { service, clock, deadline, .. } = self;
        let mut attempt = pin!(async {
            poll_fn(|cx| service.poll_ready(cx)).await?;
            // The one at hand goes out and its copy stays: there is room for further headers in the first only.
            let copy = request.clone();
            service.call(std::mem::replace(request, copy)).await
        });
        poll_fn(|cx| match (attempt.as_mut().poll(cx), &deadline) {
            (Poll::Ready(outcome), _) => {
                Poll::Ready(Some(outcome.map_err(|error| Error::from_boxed(error.into()))))
            }
            (Poll::Pending, Some(Deadline(at))) if clock.monotonic() >= *at => Poll::Ready(None),
            (Poll::Pending, _) => Poll::Pending,
        })
        .await
    }

    /// The error that the caller would get for this answer, if any.
    fn judged(&self, answer: &Response<ResponseBody>) -> Result<()> {
        let content = match answer.body().as_bytes() {
            Some(bytes) => bytes.as_ref(),
            // Still arriving: nothing but the status can be judged.
            None if answer.status().is_success() => return Ok(()),
            None => &[],
        };
        judge(answer.status(), answer.headers(), content, || retry_after(answer.headers(), self.clock.wall()))
    }

    fn next(&self, state: &State, error: &Error) -> Next {
        let remaining = self.remaining(state);
        let at_least = match self.policy.policy.decide(state, error) {
            Decision::Permanent | Decision::Exhausted => return Next::GiveUp,
            Decision::ContinueAtOnce if remaining.is_zero() => return Next::GiveUp,
            Decision::ContinueAtOnce => return Next::Repeat { after: Duration::ZERO },
            Decision::Continue => Duration::ZERO,
            Decision::ContinueAfter(at_least) => at_least,
        };
        let backoff = self.policy.backoff.delay(state, &*self.policy.random);
        let ours = at_least.saturating_add(backoff);
        let after = match error.retry_after() {
            Some(asked) if asked > LONGEST_RETRY_AFTER || asked >= remaining => {
                return Next::Throttled { asked };
            }
            Some(asked) => asked.max(ours),
            None => ours,
        };
        // Sleeping up to the deadline or beyond would only hide the error that is known already.
        if after < remaining && self.policy.budget.withdraw() { Next::Repeat { after } } else { Next::GiveUp }
    }

    /// The time that is left for further attempts.
    fn remaining(&self, state: &State) -> Duration {
        let call =
            self.deadline.map_or(Duration::MAX, |Deadline(at)| at.saturating_sub(self.clock.monotonic()));
        self.policy.policy.remaining_time(state).map_or(call, |policy| policy.min(call))
    }

    fn elapsed(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.started)
    }

    fn counted(&self, mut answer: Response<ResponseBody>, state: &State) -> Response<ResponseBody> {
        answer.extensions_mut().insert(Attempts::new(state.attempts, self.elapsed()));
        answer
    }

    fn out_of_time(&self, state: &State, last: Option<Error>) -> Error {
        let elapsed = self.elapsed();
        let message = match &last {
            Some(last) => format!("{last}; then the time for the whole call ran out"),
            None => format!("no answer within the {:.1} s of the whole call", elapsed.as_secs_f64()),
        };
        let error = Error::new(ErrorKind::Timeout(Phase::Call), message)
            .with_sent(state.sent.max(Sent::Maybe))
            .with_attempts(state.attempts, elapsed);
        // Not the last error itself, which the message has said already.
        match last.and_then(Error::into_source) {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

fn throttled(cause: &Error, asked: Duration, state: &State) -> Error {
    let mut error = Error::new(
        ErrorKind::Throttled,
        format!("{cause}; it asks to wait {} s, longer than this call may take", asked.as_secs()),
    )
    .with_advice(format!("wait {} s or more before the next request", asked.as_secs()))
    .with_retry_after(asked)
    .with_attempts(state.attempts, state.elapsed);
    if let Some(status) = cause.status() {
        error = error.with_status(status);
    }
    if let Some(service_error) = cause.service_error() {
        error = error.with_service_error(service_error.clone());
    }
    error
}
