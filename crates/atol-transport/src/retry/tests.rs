//! What a caller notices of the attempts of one call.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Request, Response};
use tower::{ServiceBuilder, ServiceExt};
use tower_service::Service;

use super::test_kit::{Answer, RecordingClock, answer, request, script};
use super::*;
use crate::body::{Body, ResponseBody};
use crate::call::{Attempts, Deadline};
use crate::clock::{Clock, SystemClock};
use crate::deadline::DeadlineLayer;
use crate::error::{ConnectFailure, Error, ErrorKind, Phase, Sent};
use crate::testing::{Script, data};

/// A wait that can be read off a list of sleeps.
#[derive(Debug)]
struct Constant(Duration);

impl Backoff for Constant {
    fn delay(&self, _: &State, _: &dyn Random) -> Duration {
        self.0
    }
}

/// With it every wait is as long as it may be.
#[derive(Debug)]
struct Largest;

impl Random for Largest {
    fn next_u64(&self) -> u64 {
        u64::MAX
    }
}

const BACKOFF: Duration = Duration::from_secs(2);

fn policy() -> RetryPolicy {
    RetryPolicy::default().with_backoff(Constant(BACKOFF))
}

fn refused() -> Error {
    Error::new(ErrorKind::Connect(ConnectFailure::Refused), "refused")
}

fn interrupted() -> Error {
    Error::new(ErrorKind::Interrupted, "interrupted")
}

fn asks_to_wait(status: u16, wait: &str) -> Response<ResponseBody> {
    let mut answer = answer(status, "");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_str(wait).unwrap());
    answer
}

fn by(clock: &RecordingClock, limit: Duration) -> Request<Body> {
    let mut request = request();
    request.extensions_mut().insert(Deadline(clock.monotonic() + limit));
    request
}

/// Runs one call against these answers; what came back, and the waits between the attempts.
async fn run(policy: RetryPolicy, answers: Vec<Answer>) -> (Answer, Vec<Duration>) {
    let clock = RecordingClock::shared();
    let layer = RetryLayer::new(policy, clock.clone());
    let outcome = ServiceBuilder::new().layer(layer).service(script(answers)).oneshot(request()).await;
    (outcome, clock.sleeps())
}

#[tokio::test(start_paused = true)]
async fn a_success_says_how_many_attempts_it_took_and_how_long() {
    let (outcome, sleeps) =
        run(policy(), vec![Err(refused()), Ok(answer(503, "")), Ok(answer(200, "[]"))]).await;
    let attempts = *outcome.unwrap().extensions().get::<Attempts>().unwrap();
    assert_eq!(attempts.count, 3);
    assert_eq!(attempts.elapsed.as_secs(), 4);
    assert_eq!(sleeps, [BACKOFF, BACKOFF]);
}

#[tokio::test(start_paused = true)]
async fn after_four_attempts_the_last_error_comes_back() {
    let (outcome, _) =
        run(policy(), vec![Err(refused()), Err(refused()), Err(interrupted()), Err(refused())]).await;
    let error = outcome.unwrap_err();
    assert!(error.is_connect());
    assert_eq!((error.attempts(), error.elapsed().as_secs()), (4, 6));
    assert_eq!(error.to_string(), "refused (after 4 attempts in 6.0 s)");
    assert_eq!(error.sent(), Sent::Maybe, "the third attempt may have been received");
}

#[tokio::test(start_paused = true)]
async fn after_four_attempts_the_last_answer_comes_back_as_an_answer() {
    let answers = [503, 502, 503, 504].map(|status| Ok(answer(status, "")));
    let (outcome, _) = run(policy(), answers.into()).await;
    let answer = outcome.unwrap();
    assert_eq!(answer.status(), 504);
    assert_eq!(answer.extensions().get::<Attempts>().unwrap().count, 4);
}

#[tokio::test(start_paused = true)]
async fn permanent_failures_are_not_repeated() {
    let (outcome, _) = run(policy(), vec![Ok(answer(404, ""))]).await;
    assert_eq!(outcome.unwrap().status(), 404);
    let (outcome, _) = run(policy(), vec![Err(Error::new(ErrorKind::Protocol, "no HTTP"))]).await;
    assert_eq!(outcome.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn never_means_never() {
    let (outcome, _) = run(RetryPolicy::never(), vec![Err(interrupted().with_reused_connection())]).await;
    assert_eq!(outcome.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn h06_a_page_in_place_of_json_is_asked_for_again_once() {
    let page = || Ok(answer(200, "<html>maintenance</html>"));
    let (outcome, sleeps) = run(policy(), vec![page(), page()]).await;
    assert_eq!(outcome.unwrap().extensions().get::<Attempts>().unwrap().count, 2);
    assert_eq!(sleeps, [BACKOFF]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_costs_no_wait_and_nothing_of_the_budget() {
    let policy = policy().with_budget(TokenBucket::new(1, 100));
    for _ in 0..3 {
        let stale = Err(interrupted().with_reused_connection());
        let (outcome, sleeps) = run(policy.clone(), vec![stale, Ok(answer(200, "[]"))]).await;
        assert!(outcome.is_ok());
        assert_eq!(sleeps, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_error_is_repeated_a_second_and_the_backoff_later() {
    let body = r#"{"error":{"error_id":"4475d6d8","code":50,"text":"Internal","type":"system"}}"#;
    let (_, sleeps) = run(policy(), vec![Ok(answer(500, body)), Ok(answer(200, "[]"))]).await;
    assert_eq!(sleeps, [BACKOFF + Duration::from_secs(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_at_the_deadline_is_what_the_caller_hears_of() {
    let clock = RecordingClock::shared();
    let limit = Duration::from_secs(60);
    let time = clock.clone();
    let service = ServiceBuilder::new().layer(RetryLayer::new(policy(), clock.clone())).service(
        tower::service_fn(move |_| {
            let time = time.clone();
            async move {
                time.sleep(limit).await;
                Answer::Err(interrupted().with_reused_connection())
            }
        }),
    );
    let error = service.oneshot(by(&clock, limit)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Interrupted, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_still_arriving_is_judged_by_its_status() {
    let arriving = |status| Ok(crate::testing::answer(status, &[], Script::new([data("[]")])));
    let (outcome, sleeps) = run(policy(), vec![arriving(503), arriving(200)]).await;
    assert_eq!(outcome.unwrap().extensions().get::<Attempts>().unwrap().count, 2);
    assert_eq!(sleeps, [BACKOFF]);
}

#[tokio::test(start_paused = true)]
async fn the_waits_come_from_the_random_numbers_of_the_policy() {
    let (_, sleeps) =
        run(RetryPolicy::default().with_random(Largest), (0..4).map(|_| Err(refused())).collect()).await;
    assert_eq!(sleeps, [500, 1000, 2000].map(Duration::from_millis));
}

#[tokio::test(start_paused = true)]
async fn an_empty_budget_ends_the_call_with_its_error() {
    let policy = policy().with_budget(TokenBucket::new(1, 10));
    let (outcome, _) = run(policy.clone(), vec![Err(refused()), Err(interrupted())]).await;
    assert_eq!(outcome.unwrap_err().attempts(), 2);
    let (outcome, _) = run(policy, vec![Err(refused())]).await;
    assert_eq!(outcome.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn h02_the_wish_of_the_service_is_kept_but_never_undercuts_the_backoff() {
    for (wish, slept) in [("7", 7), ("300", 300), ("1", 2), ("0", 2), ("soon", 2), ("-5", 2)] {
        let (outcome, sleeps) = run(policy(), vec![Ok(asks_to_wait(429, wish)), Ok(answer(200, "[]"))]).await;
        assert!(outcome.is_ok());
        assert_eq!(sleeps, [Duration::from_secs(slept)], "Retry-After: {wish}");
    }
    let (_, sleeps) =
        run(policy(), vec![Ok(asks_to_wait(503, "Tue, 24 Nov 2026 10:00:30 GMT")), Ok(answer(200, "[]"))])
            .await;
    assert_eq!(sleeps, [Duration::from_secs(30)]);
}

#[tokio::test(start_paused = true)]
async fn h02_a_wish_for_more_than_five_minutes_ends_the_call() {
    for wish in ["301", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let (outcome, sleeps) = run(policy(), vec![Ok(asks_to_wait(503, wish))]).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.status().unwrap(), 503);
        assert_eq!(error.sent(), Sent::Yes);
        assert!(error.retry_after().unwrap() > Duration::from_secs(300));
        assert_eq!((error.attempts(), sleeps), (1, vec![]));
    }
    let (outcome, _) = run(policy(), vec![Ok(asks_to_wait(429, "600"))]).await;
    insta::assert_snapshot!(outcome.unwrap_err().report(), @r"
    the service answered 429 Too Many Requests with an empty body; it asks to wait 600 s, longer than this call may take
      what to do: wait 600 s or more before the next request
    ");
}

#[tokio::test(start_paused = true)]
async fn h02_a_wish_beyond_the_deadline_ends_the_call() {
    let clock = RecordingClock::shared();
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(policy(), clock.clone()))
        .service(script([Ok(asks_to_wait(429, "60"))]));
    let error = service.oneshot(by(&clock, Duration::from_secs(60))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(clock.sleeps(), []);
}

#[tokio::test(start_paused = true)]
async fn no_wait_goes_up_to_the_deadline() {
    for (limit, attempts) in [(5, 3), (4, 2), (3, 2), (2, 1)] {
        let clock = RecordingClock::shared();
        let service = ServiceBuilder::new()
            .layer(RetryLayer::new(policy(), clock.clone()))
            .service(script((0..attempts).map(|_| Err(refused()))));
        let error = service.oneshot(by(&clock, Duration::from_secs(limit))).await.unwrap_err();
        assert!(error.is_connect(), "the real error, not that time ran out");
        assert_eq!(error.attempts(), attempts, "{limit} s");
    }
}

#[tokio::test(start_paused = true)]
async fn no_wait_goes_up_to_the_time_limit_of_the_policy() {
    let policy = policy().with_policy(TransientErrors.with_time_limit(Duration::from_secs(4)));
    let (outcome, _) = run(policy, vec![Err(refused()), Err(refused())]).await;
    assert_eq!(outcome.unwrap_err().elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_error_holds_why_the_attempt_before_failed() {
    let clock = RecordingClock::shared();
    let calls = Arc::new(AtomicU32::new(0));
    let service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(Duration::from_secs(60), clock.clone()))
        .layer(RetryLayer::new(policy(), clock.clone()))
        .service(tower::service_fn(move |_| {
            let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                if first {
                    Answer::Err(refused().with_source("nobody listens"))
                } else {
                    std::future::pending().await
                }
            }
        }));
    let error = service.oneshot(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Call));
    assert_eq!((error.attempts(), error.elapsed().as_secs()), (2, 60));
    insta::assert_snapshot!(error.report(), @r"
    refused; then the time for the whole call ran out (after 2 attempts in 60.0 s)
      caused by: nobody listens
    ");
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_of_a_single_attempt_the_error_says_how_long_it_had() {
    let clock = RecordingClock::shared();
    let service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(Duration::from_secs(3), clock.clone()))
        .layer(RetryLayer::new(policy(), clock.clone()))
        .service(tower::service_fn(|_| std::future::pending::<Answer>()));
    let error = service.oneshot(request()).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within the 3.0 s of the whole call");
}

/// A service that has no room for a call.
#[derive(Debug, Clone)]
struct Full;

impl Service<Request<Body>> for Full {
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = std::future::Pending<Answer>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::pending()
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_covers_the_wait_for_room() {
    let clock = RecordingClock::shared();
    let mut service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(Duration::from_secs(60), clock.clone()))
        .layer(RetryLayer::new(policy(), clock.clone()))
        .service(Full);
    assert!(poll_fn(|cx| Poll::Ready(service.poll_ready(cx).is_ready())).await);
    let error = service.call(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed().as_secs()), (ErrorKind::Timeout(Phase::Call), 60));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_call_drops_the_attempt() {
    struct Guard(Arc<AtomicBool>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let seen = dropped.clone();
    let service = ServiceBuilder::new().layer(RetryLayer::new(policy(), SystemClock::shared())).service(
        tower::service_fn(move |_| {
            let guard = Guard(seen.clone());
            async move {
                std::future::pending::<()>().await;
                drop(guard);
                Answer::Err(refused())
            }
        }),
    );
    let mut call = Box::pin(service.oneshot(request()));
    assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await.is_pending());
    assert!(!dropped.load(Ordering::Relaxed));
    drop(call);
    assert!(dropped.load(Ordering::Relaxed));
}
