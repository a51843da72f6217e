//! Many calls at once, and many faults in a row, on simulated time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Response};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::test_kit::{Answer, RecordingClock, answer, request};
use super::*;
use crate::body::ResponseBody;
use crate::call::Attempts;
use crate::clock::{SharedClock, VirtualClock};
use crate::error::{ConnectFailure, Error, ErrorKind, Phase, TlsFailure};
use crate::{AttemptTimeoutLayer, DeadlineLayer, Timeouts};

fn refused() -> Error {
    Error::new(ErrorKind::Connect(ConnectFailure::Refused), "refused")
}

/// The waits of `calls` concurrent calls through clones of one service that always fails, in order.
async fn waits_of(calls: usize, attempts: u32) -> Vec<Vec<Duration>> {
    let policy = RetryPolicy::default()
        .with_policy(TransientErrors.with_attempt_limit(attempts))
        .with_backoff(ExponentialBackoff::new(Duration::from_secs(1), Duration::from_secs(20)))
        .with_budget(TokenBucket::new(u32::MAX, 1));
    let running = (0..calls).map(|_| {
        // A clock for each call tells whose wait it was; the policy is the one that is shared.
        let clock = RecordingClock::shared();
        let layer = RetryLayer::new(policy.clone(), clock.clone());
        let service = ServiceBuilder::new().layer(layer).service_fn(|_| async { Answer::Err(refused()) });
        tokio::spawn(async move {
            service.oneshot(request()).await.unwrap_err();
            clock.sleeps()
        })
    });
    let mut waits = Vec::new();
    for call in running.collect::<Vec<_>>() {
        waits.push(call.await.unwrap());
    }
    waits
}

/// tower's backoff gives one single value here: its jitter of whole seconds has no fraction.
#[tokio::test(start_paused = true)]
async fn first_waits_are_spread_over_the_whole_range() {
    fastrand::seed(20_261_124);
    let waits: Vec<_> = waits_of(1000, 2).await.into_iter().map(|waits| waits[0]).collect();
    let distinct = waits.iter().collect::<HashSet<_>>().len();
    assert!(distinct >= 900, "{distinct} of 1000 are distinct");
    let mean = waits.iter().sum::<Duration>().as_secs_f64() / 1000.0;
    assert!((0.475..=0.525).contains(&mean), "the mean is {mean} s");
}

/// Each clone of tower's policy starts the same sequence again.
#[tokio::test(start_paused = true)]
async fn concurrent_calls_never_share_a_sequence_of_waits() {
    fastrand::seed(7);
    let waits = waits_of(500, 4).await;
    assert!(waits.iter().all(|waits| waits.len() == 3));
    assert_eq!(waits.iter().collect::<HashSet<_>>().len(), 500);
    assert_eq!(waits.iter().flatten().collect::<HashSet<_>>().len(), 1500);
}

/// What the fleet saw in a simulated hour of outage and the quarter after it.
struct Outage {
    /// Requests on the wire while the service was down, and the calls they were made for.
    requests: u32,
    calls: u32,
    /// From the end of the outage to the first success.
    recovery: Duration,
    /// Calls that failed later than one period after the end of the outage.
    late_failures: u32,
}

const PERIOD: Duration = Duration::from_secs(60);
const OUTAGE: Duration = Duration::from_secs(3600);

/// 100 registers, each polled every minute with one shared client, while `fault` is all that comes.
async fn outage(policy: RetryPolicy, fault: fn() -> Answer) -> Outage {
    let clock: SharedClock = RecordingClock::shared();
    let down = Arc::new(AtomicBool::new(true));
    let requests = Arc::new(AtomicU32::new(0));
    let (calls, late) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let recovered = Arc::new(Mutex::new(None));
    let service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(PERIOD, clock.clone()))
        .layer(RetryLayer::new(policy, clock.clone()))
        .service({
            let (down, requests) = (down.clone(), requests.clone());
            service_fn(move |_| {
                let is_down = down.load(Ordering::Relaxed);
                requests.fetch_add(u32::from(is_down), Ordering::Relaxed);
                async move { if is_down { fault() } else { Ok(answer(200, "[]")) } }
            })
        });
    let started = clock.monotonic();
    let over = started + OUTAGE;
    let registers: Vec<_> = (0..100_u32)
        .map(|register| {
            let (service, clock, down) = (service.clone(), clock.clone(), down.clone());
            let (calls, late, recovered) = (calls.clone(), late.clone(), recovered.clone());
            tokio::spawn(async move {
                // Spread over the period, as a monitor does.
                clock.sleep(PERIOD * register / 100).await;
                for poll in 1..=75 {
                    calls.fetch_add(u32::from(down.load(Ordering::Relaxed)), Ordering::Relaxed);
                    let outcome = service.clone().oneshot(request()).await;
                    let now = clock.monotonic();
                    if outcome.is_ok_and(|answer| answer.status().is_success()) {
                        recovered.lock().unwrap().get_or_insert(now);
                    } else if now > over + PERIOD {
                        late.fetch_add(1, Ordering::Relaxed);
                    }
                    let next = started + PERIOD * poll + PERIOD * register / 100;
                    clock.sleep(next.saturating_sub(now)).await;
                }
            })
        })
        .collect();
    clock.sleep(OUTAGE).await;
    down.store(false, Ordering::Relaxed);
    for register in registers {
        register.await.unwrap();
    }
    let recovered = recovered.lock().unwrap().expect("the service answers again");
    Outage {
        requests: requests.load(Ordering::Relaxed),
        calls: calls.load(Ordering::Relaxed),
        recovery: recovered.saturating_sub(over),
        late_failures: late.load(Ordering::Relaxed),
    }
}

/// tower's budget sends 2.5 to 4 times as many.
#[tokio::test(start_paused = true)]
async fn an_hour_of_outage_costs_at_most_a_tenth_more_requests() {
    let faults: [fn() -> Answer; 3] = [
        || Err(refused()),
        || Ok(answer(503, "")),
        || Err(Error::new(ErrorKind::Timeout(Phase::Head), "no answer came within 20s")),
    ];
    for fault in faults {
        let outage = outage(RetryPolicy::default(), fault).await;
        assert_eq!(outage.calls, 6000);
        assert!(outage.requests > outage.calls, "some attempts were repeated");
        assert!(outage.requests * 10 <= outage.calls * 11, "{} requests", outage.requests);
        assert!(outage.recovery <= PERIOD, "noticed after {:?}", outage.recovery);
        assert_eq!(outage.late_failures, 0);
    }
}

/// Shows that the test above can fail.
#[tokio::test(start_paused = true)]
async fn without_a_budget_an_outage_multiplies_the_requests() {
    #[derive(Debug)]
    struct Unlimited;
    impl Budget for Unlimited {
        fn withdraw(&self) -> bool {
            true
        }
        fn deposit(&self) {}
    }
    let outage = outage(RetryPolicy::default().with_budget(Unlimited), || Err(refused())).await;
    assert!(outage.requests > outage.calls * 3, "{} requests", outage.requests);
}

/// One thing that may happen to an attempt.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The attempt ends with an error of this kind.
    Error(ErrorKind),
    /// The same on a connection that had been used.
    Stale,
    /// An answer with this status, and this `Retry-After` unless it is 0.
    Status(u16, u32),
    /// A success with this body.
    Body(&'static str),
    /// No answer, ever.
    Hang,
}

const FAULTS: &[Fault] = &[
    Fault::Error(ErrorKind::Connect(ConnectFailure::Dns)),
    Fault::Error(ErrorKind::Connect(ConnectFailure::Refused)),
    Fault::Error(ErrorKind::Timeout(Phase::Connect)),
    Fault::Error(ErrorKind::Timeout(Phase::BodyIdle)),
    Fault::Error(ErrorKind::Tls(TlsFailure::Closed)),
    Fault::Error(ErrorKind::Tls(TlsFailure::Expired)),
    Fault::Error(ErrorKind::Interrupted),
    Fault::Error(ErrorKind::Truncated),
    Fault::Error(ErrorKind::Protocol),
    Fault::Stale,
    Fault::Status(429, 0),
    Fault::Status(429, 3),
    Fault::Status(503, 40),
    Fault::Status(503, 86_400),
    Fault::Status(502, 0),
    Fault::Status(500, 0),
    Fault::Status(404, 0),
    Fault::Body("<html>"),
    Fault::Body(""),
    Fault::Body("[]"),
    Fault::Hang,
    Fault::Hang,
];

/// The header under which an answer says which attempt it belongs to.
const ATTEMPT: &str = "x-attempt";

impl Fault {
    /// How the attempt ends; what is made carries the attempt's number, so that the cause can be told.
    async fn happen(self, attempt: u32) -> Answer {
        let numbered = |mut answer: Response<ResponseBody>| {
            answer.headers_mut().insert(ATTEMPT, HeaderValue::from(attempt));
            Ok(answer)
        };
        match self {
            Fault::Error(kind) => Err(Error::new(kind, format!("attempt {attempt}"))),
            Fault::Stale => {
                Err(Error::new(ErrorKind::Interrupted, format!("attempt {attempt}")).with_reused_connection())
            }
            Fault::Status(status, wait) => {
                let mut answer = answer(status, "");
                if wait > 0 {
                    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
                }
                numbered(answer)
            }
            Fault::Body(body) => numbered(answer(200, body)),
            Fault::Hang => std::future::pending().await,
        }
    }
}

/// What is known about a call from below: its attempts, and how the last one that ended did.
#[derive(Default)]
struct Seen {
    attempts: AtomicU32,
    ended: AtomicU32,
    script: Mutex<Vec<(Fault, Duration)>>,
}

/// The fault of attempt `number`, counted from 1.
fn fault(seen: &Seen, number: u32) -> Fault {
    seen.script.lock().unwrap()[number as usize - 1].0
}

#[tokio::test(start_paused = true)]
async fn every_call_returns_by_its_deadline_with_the_last_real_cause() {
    let mut random = fastrand::Rng::with_seed(1);
    let clock: SharedClock = Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()));
    let mut outcomes = [0; 5];
    for case in 0..10_000 {
        let limit = Duration::from_millis(random.u64(1..90_000));
        let seen = Arc::new(Seen::default());
        let mut rolls = random.fork();
        let service = {
            let (seen, clock) = (seen.clone(), clock.clone());
            service_fn(move |_| {
                let number = seen.attempts.fetch_add(1, Ordering::Relaxed) + 1;
                let fault = FAULTS[rolls.usize(..FAULTS.len())];
                let takes = Duration::from_millis(if rolls.bool() { 0 } else { rolls.u64(..25_000) });
                seen.script.lock().unwrap().push((fault, takes));
                let (seen, clock) = (seen.clone(), clock.clone());
                async move {
                    clock.sleep(takes).await;
                    let answer = fault.happen(number).await;
                    seen.ended.store(number, Ordering::Relaxed);
                    answer
                }
            })
        };
        let policy = RetryPolicy::default().with_random(SeededRandom::new(case));
        let service = ServiceBuilder::new()
            .layer(DeadlineLayer::new(limit, clock.clone()))
            .layer(RetryLayer::new(policy, clock.clone()))
            .layer(AttemptTimeoutLayer::new(Timeouts::default(), clock.clone()))
            .service(service);

        let started = clock.monotonic();
        let outcome = tokio::spawn(service.oneshot(request())).await.unwrap();
        let took = clock.monotonic().saturating_sub(started);
        let story =
            || format!("case {case}, limit {limit:?}, took {took:?}: {:?}", seen.script.lock().unwrap());

        assert!(took <= limit + Duration::from_millis(1), "{}", story());
        let attempts = seen.attempts.load(Ordering::Relaxed);
        assert!((1..=4).contains(&attempts), "{}", story());
        outcomes[judge_outcome(&seen, attempts, took, &outcome, &story)] += 1;
    }
    // A thousand of each at least, or the faults no longer cover what can happen.
    assert!(outcomes.iter().all(|count| *count >= 500), "{outcomes:?}");
}

/// Compares what the caller got with what happened below; says of which sort it was.
fn judge_outcome(
    seen: &Seen,
    attempts: u32,
    took: Duration,
    outcome: &Answer,
    story: &dyn Fn() -> String,
) -> usize {
    let error = match outcome {
        Ok(answer) => {
            let counted = answer.extensions().get::<Attempts>().unwrap();
            assert_eq!(counted.count, attempts, "{}", story());
            assert_eq!(counted.elapsed, took, "{}", story());
            assert_eq!(answer.headers()[ATTEMPT], HeaderValue::from(attempts), "{}", story());
            return usize::from(!matches!(fault(seen, attempts), Fault::Body("[]")));
        }
        Err(error) => error,
    };
    assert_eq!(error.attempts(), attempts, "{}", story());
    assert_eq!(error.elapsed(), took, "{}", story());
    match error.kind() {
        ErrorKind::Timeout(Phase::Call) => {
            let text = error.to_string();
            let last = text.split_once("; then the time for the whole call ran out").map(|(last, _)| last);
            assert_eq!(last.is_some(), attempts > 1, "{text}: {}", story());
            if let Some(last) = last {
                check_words(seen, attempts - 1, last, story);
            }
            2
        }
        ErrorKind::Throttled => {
            assert!(matches!(fault(seen, attempts), Fault::Status(_, 1..)), "{}", story());
            assert!(error.retry_after().is_some() && error.status().is_some(), "{}", story());
            3
        }
        _ => {
            check_cause(seen, attempts, error, story);
            4
        }
    }
}

/// The words are those of the error of attempt `number`.
fn check_words(seen: &Seen, number: u32, words: &str, story: &dyn Fn() -> String) {
    let expected = match fault(seen, number) {
        Fault::Error(_) | Fault::Stale => format!("attempt {number}"),
        Fault::Status(status, _) => format!("the service answered {status} "),
        Fault::Body("") => "with an empty body".to_owned(),
        Fault::Body(_) => "instead of a JSON object or list".to_owned(),
        Fault::Hang => String::new(),
    };
    // As in `check_cause`, the limit of an attempt may have come first.
    let is_cut = words.starts_with("no answer came within") && seen.ended.load(Ordering::Relaxed) != number;
    assert!(is_cut || (words.contains(&expected) && !expected.is_empty()), "{words}: {}", story());
}

/// The error is that of attempt `number` and no other.
fn check_cause(seen: &Seen, number: u32, error: &Error, story: &dyn Fn() -> String) {
    let expected = match fault(seen, number) {
        Fault::Error(kind) => kind,
        Fault::Stale => ErrorKind::Interrupted,
        Fault::Status(..) => ErrorKind::Status,
        Fault::Body("") => ErrorKind::Truncated,
        Fault::Body(_) => ErrorKind::NotJson,
        Fault::Hang => ErrorKind::Timeout(Phase::Head),
    };
    // An attempt that takes long may run into the limit of an attempt, whatever would have come of it.
    let cut = ErrorKind::Timeout(Phase::Head);
    if error.kind() == cut {
        assert!(seen.ended.load(Ordering::Relaxed) != number || expected == cut, "{}", story());
        return;
    }
    assert_eq!(error.kind(), expected, "{}", story());
    if matches!(fault(seen, number), Fault::Error(_) | Fault::Stale) {
        assert!(error.to_string().starts_with(&format!("attempt {number}")), "{}", story());
    }
}
