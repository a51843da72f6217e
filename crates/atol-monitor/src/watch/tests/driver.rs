//! The stream: when it polls, what it survives.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atol_transport::clock::{Clock, SharedClock, VirtualClock};
use atol_transport::retry::SeededRandom;
use atol_transport::{Body, BoxError, Client, ErrorKind, ResponseBody};
use http::{Request, Response};

use super::*;
use crate::KktMonitor;

/// A service that is told what to answer.
#[derive(Clone)]
struct Service {
    clock: SharedClock,
    /// When questions came, by the monotonic clock.
    asked: Arc<Mutex<Vec<Duration>>>,
    calls: Arc<AtomicUsize>,
    /// The offset of the last question.
    offset: Arc<AtomicUsize>,
}

/// What the service does with a question.
enum Reply {
    Registers(Vec<Kkt>),
    Fail,
    Hang,
    Panic,
}

impl Service {
    fn new(clock: &Arc<VirtualClock>) -> Self {
        let clock: SharedClock = Arc::clone(clock) as SharedClock;
        Self { clock, asked: Arc::default(), calls: Arc::default(), offset: Arc::default() }
    }

    fn monitor(
        &self,
        reply: impl Fn(usize, Timestamp) -> Reply + Clone + Send + Sync + 'static,
    ) -> KktMonitor {
        let service = self.clone();
        KktMonitor::from_client(Client::from_service(tower::service_fn(move |request: Request<Body>| {
            let (service, reply) = (service.clone(), reply.clone());
            async move {
                let offset =
                    request.uri().query().and_then(|query| query.split("offset=").nth(1)?.parse().ok());
                let offset = offset.unwrap_or(0);
                // A poll begins with the first page, and looks at it again after the last one.
                if service.offset.swap(offset, Ordering::Relaxed) == 0 && offset == 0 {
                    service.asked.lock().unwrap().push(service.clock.monotonic());
                    service.calls.fetch_add(1, Ordering::Relaxed);
                }
                // An await, so that there is a point to be dropped at.
                service.clock.sleep(Duration::from_millis(10)).await;
                let call = service.calls.load(Ordering::Relaxed) - 1;
                let registers = match reply(call, service.clock.wall()) {
                    Reply::Registers(registers) => registers,
                    Reply::Fail => {
                        let error = atol_transport::Error::new(ErrorKind::NotJson, "a portal answered");
                        return Err::<_, BoxError>(error.into());
                    }
                    Reply::Hang => std::future::pending().await,
                    Reply::Panic => panic!("a layer of somebody else's"),
                };
                let page: KktList = registers.into_iter().skip(offset).collect();
                Ok(Response::new(ResponseBody::full(page.to_json())))
            }
        })))
    }
}

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::starting_at(start()))
}

fn options(clock: &Arc<VirtualClock>) -> WatchOptionsBuilder {
    let clock: SharedClock = Arc::clone(clock) as SharedClock;
    WatchOptions::builder().clock(clock).policy(policy()).random(SeededRandom::new(7)).jitter(0.0)
}

fn two(_: usize, now: Timestamp) -> Reply {
    Reply::Registers(vec![healthy(1, now).build(), healthy(2, now).build()])
}

async fn until(watch: &mut Watch, is_wanted: impl Fn(&WatchEvent) -> bool) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let event = watch.next_event().await;
        told.push(word(&event));
        if is_wanted(&event) {
            return told;
        }
    }
}

fn is_polled(event: &WatchEvent) -> bool {
    matches!(event, WatchEvent::Polled { .. })
}

#[tokio::test(start_paused = true)]
async fn it_polls_at_once_and_then_at_intervals() {
    let clock = clock();
    let service = Service::new(&clock);
    let mut watch = service.monitor(two).watch(options(&clock).build().unwrap());
    for _ in 0..5 {
        until(&mut watch, is_polled).await;
    }
    let asked: Vec<_> = service.asked.lock().unwrap().iter().map(Duration::as_secs).collect();
    assert_eq!(asked, [0, 60, 120, 180, 240]);
}

#[tokio::test(start_paused = true)]
async fn it_backs_off_from_failures_and_recovers_at_once() {
    let clock = clock();
    let service = Service::new(&clock);
    let reply = |call, now| if (1..7).contains(&call) { Reply::Fail } else { two(call, now) };
    let mut watch = service.monitor(reply).watch(options(&clock).build().unwrap());
    until(&mut watch, is_polled).await;
    let told = until(&mut watch, is_polled).await;
    assert_eq!(
        told,
        [
            "failed 1 not-json",
            "failed 2 not-json",
            "failed 4 not-json",
            "recovered after 6",
            "polled 2 ok, 0 unknown, 0 warning, 0 critical"
        ]
    );
    until(&mut watch, is_polled).await;
    let asked: Vec<_> = service.asked.lock().unwrap().iter().map(|at| at.as_secs() / 60).collect();
    assert_eq!(asked, [0, 1, 2, 4, 8, 16, 26, 36, 37]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_is_given_up_and_its_silence_told_in_time() {
    let clock = clock();
    let service = Service::new(&clock);
    let reply = |call, now| if call == 0 { two(call, now) } else { Reply::Hang };
    let mut watch = service.monitor(reply).watch(options(&clock).poll_limit(HOUR * 5).build().unwrap());
    until(&mut watch, is_polled).await;
    until(&mut watch, |event| matches!(event, WatchEvent::NoNews { .. })).await;
    let silent = clock.monotonic().as_secs();
    assert!((3600..3616).contains(&silent), "{silent}");
    let told = until(&mut watch, |event| matches!(event, WatchEvent::PollFailed { .. })).await;
    assert_eq!(told, ["failed 1 timeout"]);
}

#[tokio::test(start_paused = true)]
async fn f9_silence_from_the_first_question_on_is_told_in_time() {
    let clock = clock();
    let service = Service::new(&clock);
    let mut watch =
        service.monitor(|_, _| Reply::Hang).watch(options(&clock).poll_limit(HOUR * 5).build().unwrap());
    clock.sleep(HOUR * 2).await;
    until(&mut watch, |event| matches!(event, WatchEvent::NoNews { .. })).await;
    let silent = clock.monotonic().saturating_sub(HOUR * 2).as_secs();
    assert!((3600..3616).contains(&silent), "{silent}");
}

#[tokio::test(start_paused = true)]
async fn k01_a_clock_that_jumps_brings_one_poll_at_once_and_no_burst() {
    let clock = clock();
    let service = Service::new(&clock);
    let mut watch = service.monitor(two).watch(options(&clock).build().unwrap());
    let mut expected = Vec::new();
    // Asleep for 30 hours, put forward by three years, put back by six.
    for jump in [30, 3 * 365 * 24, -6 * 365 * 24] {
        until(&mut watch, is_polled).await;
        expected.push(clock.monotonic().as_secs());
        clock.set_wall(clock.wall() + SignedDuration::from_hours(jump));
        let told = until(&mut watch, is_polled).await;
        assert!(!told.iter().any(|told| told.starts_with("no news")), "{jump}: {told:?}");
        let last = *expected.last().unwrap();
        assert!(clock.monotonic().as_secs() <= last + 16, "{jump}");
        expected.push(clock.monotonic().as_secs());
    }
    until(&mut watch, is_polled).await;
    assert_eq!(service.asked.lock().unwrap().len(), 7);
    assert!(clock.monotonic().as_secs() >= expected.last().unwrap() + 60);
}

#[tokio::test(start_paused = true)]
async fn single_registers_are_asked_for_one_by_one() {
    let clock = clock();
    let client = Client::from_service(tower::service_fn(move |request: Request<Body>| async move {
        let body = if request.uri().path().ends_with(&serial(1)) {
            healthy(1, start()).build()
        } else {
            healthy(9, start()).build()
        };
        Ok::<_, BoxError>(Response::new(ResponseBody::full(body.to_json())))
    }));
    let options = options(&clock).serial_numbers([serial(1), serial(2)]).build().unwrap();
    let mut watch = KktMonitor::from_client(client).watch(options);
    let told = until(&mut watch, is_polled).await;
    assert_eq!(told, ["snapshot 1+1", "polled 1 ok, 1 unknown, 0 warning, 0 critical"]);
    assert!(matches!(watch.fleet().register(&serial(2)).unwrap().state(),
        RegisterState::Unknown { error, .. } if error.kind == FailureKind::WrongRegister));
}

#[tokio::test(start_paused = true)]
async fn m03_a_panic_in_a_layer_ends_one_poll_and_not_the_watch() {
    let clock = clock();
    let service = Service::new(&clock);
    let reply = |call, now| if call == 1 { Reply::Panic } else { two(call, now) };
    let mut watch = service.monitor(reply).watch(options(&clock).build().unwrap());
    until(&mut watch, is_polled).await;
    let (watch, panicked) = tokio::task::spawn(async move {
        let mut watch = watch;
        let panicked = catch(&mut watch).await;
        (watch, panicked)
    })
    .await
    .unwrap();
    assert!(panicked);
    let mut watch = watch;
    assert_eq!(until(&mut watch, is_polled).await, ["polled 2 ok, 0 unknown, 0 warning, 0 critical"]);
}

/// Waits for an event, and says whether that panicked.
async fn catch(watch: &mut Watch) -> bool {
    std::future::poll_fn(|context| {
        let mut next = std::pin::pin!(watch.next_event());
        let poll =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Future::poll(next.as_mut(), context)));
        match poll {
            Err(_) => std::task::Poll::Ready(true),
            Ok(std::task::Poll::Ready(_)) => std::task::Poll::Ready(false),
            Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
        }
    })
    .await
}
