//! What callers and the service see of pacing, on virtual time.

mod crowd;
mod giving_up;

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;
use crate::clock::SystemClock;
use crate::error::ConnectFailure;
use crate::testing::{STALL, Script, answer, data, next_piece};

/// A service behind a [`PaceLayer`], with a log of when which register's request arrived.
#[derive(Clone)]
struct Bench {
    service: BoxCloneSyncService<Request<Body>, Response<ResponseBody>, Error>,
    clock: SharedClock,
    log: Arc<Mutex<Vec<(String, Duration)>>>,
    layer: PaceLayer,
}

/// What the service does with a request: how long until it arrives, how long until the answer, and which.
type Reaction = fn(&Request<Body>) -> (Duration, Duration, Result<Response<ResponseBody>>);

fn at_once(_: &Request<Body>) -> (Duration, Duration, Result<Response<ResponseBody>>) {
    (Duration::ZERO, Duration::ZERO, Ok(Response::new("[]".into())))
}

impl Bench {
    fn new(pacing: Pacing, script: Reaction) -> Bench {
        let clock: SharedClock = Arc::new(SystemClock::new());
        let layer = PaceLayer::new(pacing, clock.clone()).unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (service_clock, service_log) = (clock.clone(), log.clone());
        let service =
            ServiceBuilder::new().layer(layer.clone()).service(service_fn(move |request: Request<Body>| {
                let (clock, log) = (service_clock.clone(), service_log.clone());
                async move {
                    let (arrives, answers, result) = script(&request);
                    if !arrives.is_zero() {
                        clock.sleep(arrives).await;
                    }
                    let key =
                        request.extensions().get::<SpacingKey>().map_or("", |key| key.as_str()).to_owned();
                    log.lock().unwrap().push((key, clock.monotonic()));
                    if !answers.is_zero() {
                        clock.sleep(answers).await;
                    }
                    result
                }
            }));
        Bench { service: BoxCloneSyncService::new(service), clock, log, layer }
    }

    async fn send(&self, key: &str) -> Result<Response<ResponseBody>> {
        let mut request = Request::<Body>::default();
        if !key.is_empty() {
            request.extensions_mut().insert(SpacingKey::new(key));
        }
        self.service.clone().oneshot(request).await
    }

    /// When the requests of a register arrived, in ms.
    fn arrivals(&self, key: &str) -> Vec<u128> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(of, _)| of == key).map(|(_, at)| at.as_millis()).collect()
    }

    fn free_places(&self) -> usize {
        self.layer.limits.places.available_permits()
    }
}

/// Runs all at once, in the order given, to their ends.
async fn all<F: Future<Output = ()> + Send + 'static>(futures: impl IntoIterator<Item = F>) {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn polled_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx))).await
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn no_more_requests_run_at_once_than_there_are_places() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    for (pacing, places) in [(Pacing::default(), 8), (Pacing::default().with_concurrency(3), 3)] {
        MOST.store(0, Ordering::SeqCst);
        let clock: SharedClock = Arc::new(SystemClock::new());
        let inner = clock.clone();
        let service = BoxCloneSyncService::new(PaceLayer::new(pacing, clock.clone()).unwrap().layer(
            service_fn(move |_: Request<Body>| {
                let clock = inner.clone();
                async move {
                    MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    clock.sleep(SECOND).await;
                    RUNNING.fetch_sub(1, Ordering::SeqCst);
                    Ok::<_, Infallible>(Response::new(ResponseBody::default()))
                }
            }),
        ));
        all((0..24).map(|_| {
            let service = service.clone();
            async move { drop(service.oneshot(Request::default()).await.unwrap()) }
        }))
        .await;
        assert_eq!(MOST.load(Ordering::SeqCst), places);
        assert_eq!(clock.monotonic().as_secs(), 24 / places as u64, "requests of a second, as many at once");
    }
}

#[tokio::test]
async fn a_streaming_answer_holds_its_place_to_its_end_or_until_it_is_dropped() {
    let bench = Bench::new(Pacing::default().with_concurrency(2), |_| {
        (Duration::ZERO, Duration::ZERO, Ok(answer(200, &[], Script::new([data("[1"), data("]")]))))
    });
    let read = bench.send("").await.unwrap();
    let dropped = bench.send("").await.unwrap();
    assert_eq!(bench.free_places(), 0);
    let mut waiting = Box::pin(bench.send(""));
    assert!(polled_once(&mut waiting).await.is_pending());
    let mut body = read.into_body();
    while next_piece(&mut body).await.is_some() {}
    let third = waiting.await.unwrap();
    assert_eq!(bench.free_places(), 0);
    drop(dropped);
    drop(third);
    assert_eq!(bench.free_places(), 2);
    drop(body);
    assert_eq!(bench.free_places(), 2);
}

#[tokio::test]
async fn a_collected_answer_gives_its_place_back_at_once() {
    let bench = Bench::new(Pacing::default().with_concurrency(1), at_once);
    let first = bench.send("").await.unwrap();
    assert_eq!(bench.free_places(), 1);
    bench.send("").await.unwrap();
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn m08_requests_for_one_register_keep_apart_and_others_do_not_wait() {
    let bench = Bench::new(Pacing::default(), at_once);
    for _ in 0..3 {
        bench.send("a").await.unwrap();
        bench.send("b").await.unwrap();
        bench.send("").await.unwrap();
    }
    assert_eq!(bench.arrivals("a"), [0, 1100, 2200]);
    assert_eq!(bench.arrivals("b"), [0, 1100, 2200]);
}

#[tokio::test(start_paused = true)]
async fn requests_without_a_key_are_not_spaced() {
    let bench = Bench::new(Pacing::default(), at_once);
    for _ in 0..100 {
        bench.send("").await.unwrap();
    }
    assert_eq!(bench.clock.monotonic(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn spacing_of_zero_is_none() {
    let bench = Bench::new(Pacing::default().with_spacing(Duration::ZERO), at_once);
    for _ in 0..100 {
        bench.send("a").await.unwrap();
    }
    assert_eq!(bench.clock.monotonic(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn r07_all_clones_share_one_limit() {
    let bench = Bench::new(Pacing::default(), at_once);
    let other = bench
        .layer
        .clone()
        .layer(service_fn(|_| async { Ok::<_, Infallible>(Response::new(ResponseBody::default())) }));
    bench.clone().send("a").await.unwrap();
    let mut request = Request::<Body>::default();
    request.extensions_mut().insert(SpacingKey::new("a"));
    other.oneshot(request).await.unwrap();
    assert_eq!(bench.clock.monotonic().as_millis(), 1100);
}

#[tokio::test(start_paused = true)]
async fn callers_for_one_register_leave_the_places_to_others() {
    let bench = Bench::new(Pacing::default().with_concurrency(2), at_once);
    let crowd: Vec<_> = (0..10).map(|_| bench.clone()).collect();
    let crowd = tokio::spawn(all(crowd.into_iter().map(|bench| async move {
        bench.send("crowded").await.unwrap();
    })));
    bench.clock.sleep(Duration::from_millis(10)).await;
    bench.send("other").await.unwrap();
    assert_eq!(bench.arrivals("other"), [10]);
    crowd.await.unwrap();
    assert_eq!(bench.arrivals("crowded").len(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_service_sees_the_spacing_though_the_first_request_took_long_to_get_there() {
    // The first request makes a connection for 900 ms; the second uses it and arrives at once.
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let bench = Bench::new(Pacing::default(), |_| {
        let is_first = SEEN.fetch_add(1, Ordering::SeqCst) == 0;
        let way = if is_first { Duration::from_millis(900) } else { Duration::ZERO };
        (way, Duration::from_millis(30), Ok(Response::new("[]".into())))
    });
    all((0..2).map(|_| bench.clone()).map(|bench| async move { drop(bench.send("a").await) })).await;
    assert_eq!(bench.arrivals("a"), [900, 900 + 30 + 1100]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_certainly_not_sent_costs_nothing_and_any_other_does() {
    let refused = Bench::new(Pacing::default(), |_| {
        let error = Error::new(ErrorKind::Connect(ConnectFailure::Refused), "refused");
        (Duration::ZERO, Duration::ZERO, Err(error))
    });
    let torn = Bench::new(Pacing::default(), |_| {
        (Duration::ZERO, Duration::ZERO, Err(Error::new(ErrorKind::Interrupted, "torn")))
    });
    for _ in 0..3 {
        refused.send("a").await.unwrap_err();
        torn.send("a").await.unwrap_err();
    }
    assert_eq!(torn.arrivals("a"), [0, 1100, 2200]);
    assert_eq!(refused.arrivals("a"), [0, 0, 1100], "at once, as often as it is asked for");
}

#[tokio::test(start_paused = true)]
async fn k02_there_is_no_burst_after_six_hours_of_standstill() {
    let bench = Bench::new(Pacing::default(), at_once);
    let crowd: Vec<_> = (0..5).map(|_| bench.clone()).collect();
    let callers = tokio::spawn(all(crowd.into_iter().map(|bench| async move {
        bench.send("a").await.unwrap();
    })));
    bench.clock.sleep(Duration::from_millis(1)).await;
    tokio::time::advance(6 * 3600 * SECOND).await;
    callers.await.unwrap();
    let arrivals = bench.arrivals("a");
    assert_eq!(arrivals.len(), 5);
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= 1000), "{arrivals:?}");
}

#[tokio::test(start_paused = true)]
async fn registers_that_are_not_polled_any_more_are_forgotten() {
    let bench = Bench::new(Pacing::default(), at_once);
    for register in 0..10_000 {
        bench.send(&register.to_string()).await.unwrap();
    }
    assert_eq!(bench.layer.limits.spacing.len(), 10_000, "all within their pause");
    for round in 0..3 {
        bench.clock.sleep(2 * SECOND).await;
        for register in 0..20_000 {
            bench.send(&format!("{round}/{register}")).await.unwrap();
        }
        assert!(bench.layer.limits.spacing.len() <= 40_000, "{}", bench.layer.limits.spacing.len());
    }
    for register in 0..20_000 {
        bench.clock.sleep(Duration::from_millis(100)).await;
        bench.send(&format!("slow/{register}")).await.unwrap();
    }
    assert!(bench.layer.limits.spacing.len() <= 100, "{}", bench.layer.limits.spacing.len());
}

#[tokio::test(start_paused = true)]
async fn a_register_is_not_forgotten_while_its_pause_lasts() {
    let bench = Bench::new(Pacing::default(), at_once);
    bench.send("a").await.unwrap();
    for register in 0..1000 {
        bench.send(&register.to_string()).await.unwrap();
    }
    bench.send("a").await.unwrap();
    assert_eq!(bench.arrivals("a"), [0, 1100]);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_holds_one_place_and_not_its_register() {
    let bench = Bench::new(Pacing::default().with_concurrency(2), |_| {
        (Duration::ZERO, Duration::ZERO, Ok(answer(200, &[], Script::new([STALL]))))
    });
    let stalled = bench.send("a").await.unwrap();
    bench.send("a").await.unwrap();
    assert_eq!(bench.arrivals("a"), [0, 1100]);
    drop(stalled);
}

#[test]
fn m10_settings_under_which_nothing_moves_are_refused() {
    let refused = |pacing: Pacing| PaceLayer::new(pacing, SystemClock::shared()).unwrap_err().to_string();
    insta::assert_snapshot!(
        refused(Pacing::default().with_concurrency(0)),
        @"the concurrency limit is 0: use 1 to 1024"
    );
    insta::assert_snapshot!(
        refused(Pacing::default().with_concurrency(1_000_000_000)),
        @"the concurrency limit is 1000000000: use 1 to 1024"
    );
    insta::assert_snapshot!(
        refused(Pacing::default().with_spacing(Duration::MAX)),
        @"the spacing between requests for one register is 18446744073709551615.999999999s: use an hour or less"
    );
}
