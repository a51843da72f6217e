//! What callers and the service see of pacing, on virtual time.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
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
type Script1 = fn(&Request<Body>) -> (Duration, Duration, Result<Response<ResponseBody>>);

fn at_once(_: &Request<Body>) -> (Duration, Duration, Result<Response<ResponseBody>>) {
    (Duration::ZERO, Duration::ZERO, Ok(Response::new("[]".into())))
}

impl Bench {
    fn new(pacing: Pacing, script: Script1) -> Bench {
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
    let clock: SharedClock = Arc::new(SystemClock::new());
    let inner = clock.clone();
    let service = BoxCloneSyncService::new(
        PaceLayer::new(Pacing::default().with_concurrency(3), clock.clone()).unwrap().layer(service_fn(
            move |_: Request<Body>| {
                let clock = inner.clone();
                async move {
                    MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    clock.sleep(SECOND).await;
                    RUNNING.fetch_sub(1, Ordering::SeqCst);
                    Ok::<_, Infallible>(Response::new(ResponseBody::default()))
                }
            },
        )),
    );
    all((0..10).map(|_| {
        let service = service.clone();
        async move { drop(service.oneshot(Request::default()).await.unwrap()) }
    }))
    .await;
    assert_eq!(MOST.load(Ordering::SeqCst), 3);
    assert_eq!(clock.monotonic().as_secs(), 4, "ten requests of a second in threes");
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
async fn waiters_go_in_their_order_and_one_that_gives_up_leaves_its_turn_to_the_next() {
    let bench = Bench::new(Pacing::default(), at_once);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..5 {
        let (bench, order) = (bench.clone(), order.clone());
        tasks.push(tokio::spawn(async move {
            bench.send("a").await.unwrap();
            order.lock().unwrap().push((number, bench.clock.monotonic().as_millis()));
        }));
        tokio::task::yield_now().await;
    }
    // One that sleeps until its turn, and one in the queue behind it.
    tasks.remove(3).abort();
    tasks.remove(1).abort();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [(0, 0), (2, 1100), (4, 2200)]);
}

#[tokio::test(start_paused = true)]
async fn a_request_given_up_while_it_waits_for_a_place_does_not_cost_its_turn() {
    let bench = Bench::new(Pacing::default().with_concurrency(1), |_| {
        (Duration::ZERO, Duration::ZERO, Ok(answer(200, &[], Script::new([data("[]")]))))
    });
    let holder = bench.send("").await.unwrap();
    let mut waiting = Box::pin(bench.send("a"));
    assert!(polled_once(&mut waiting).await.is_pending());
    drop(waiting);
    drop(holder);
    bench.send("a").await.unwrap();
    assert_eq!(bench.arrivals("a"), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_request_given_up_on_its_way_costs_its_turn() {
    let bench =
        Bench::new(Pacing::default(), |_| (Duration::ZERO, 10 * SECOND, Ok(Response::new("[]".into()))));
    for _ in 0..3 {
        let task = tokio::spawn({
            let bench = bench.clone();
            async move { drop(bench.send("a").await) }
        });
        bench.clock.sleep(Duration::from_millis(1500)).await;
        task.abort();
        assert!(task.await.is_err());
    }
    let arrivals = bench.arrivals("a");
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= 1000), "{arrivals:?}");
    assert_eq!(bench.free_places(), 8);
}

#[tokio::test(start_paused = true)]
async fn m02_a_loop_that_cancels_every_100_ms_makes_progress_within_the_limit() {
    let bench = Bench::new(Pacing::default(), at_once);
    let hour = 3600 * SECOND;
    while bench.clock.monotonic() < hour {
        let mut call = Box::pin(bench.send("a"));
        let mut patience = bench.clock.sleep(Duration::from_millis(100));
        poll_fn(|cx| {
            if call.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            patience.as_mut().poll(cx)
        })
        .await;
    }
    let arrivals = bench.arrivals("a");
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= 1000));
    assert!(arrivals.len() >= 3000, "{} requests in an hour", arrivals.len());
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
async fn m01_a_call_dropped_at_any_point_leaves_everything_as_it_was() {
    let script: Script1 = |_| {
        let body = Script::new([data("["), crate::testing::Step::Wait(SECOND), data("]")]);
        (SECOND, SECOND, Ok(answer(200, &[], body)))
    };
    for polls in 0.. {
        let bench = Bench::new(Pacing::default().with_concurrency(1), script);
        bench.send("a").await.unwrap();
        let mut call = Box::pin({
            let bench = bench.clone();
            async move { bench.send("a").await?.into_body().collect(100).await }
        });
        let mut is_done = false;
        for _ in 0..polls {
            is_done = polled_once(&mut call).await.is_ready();
            if is_done {
                break;
            }
            bench.clock.sleep(SECOND / 4).await;
        }
        drop(call);
        assert_eq!(bench.free_places(), 1, "after {polls} polls");
        bench.send("a").await.unwrap();
        let arrivals = bench.arrivals("a");
        assert!(
            arrivals.windows(2).all(|pair| pair[1] - pair[0] >= 1000),
            "after {polls} polls: {arrivals:?}"
        );
        if is_done {
            return;
        }
    }
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

/// One caller of the property below; times in ms.
#[derive(Debug, Clone)]
struct Caller {
    register: usize,
    starts: u64,
    gives_up_after: Option<u64>,
    arrives: u64,
    answers: u64,
}

fn caller() -> impl Strategy<Value = Caller> {
    (0..4_usize, 0..6000_u64, proptest::option::of(0..5000_u64), 0..900_u64, 0..100_u64).prop_map(
        |(register, starts, gives_up_after, arrives, answers)| Caller {
            register,
            starts,
            gives_up_after,
            arrives,
            answers,
        },
    )
}

/// The most that a turn takes: the way to the service and back at their longest, the pause, and the timer's ms.
const LONGEST_TURN: u64 = 900 + 100 + 1100 + 4;

/// Lets the callers loose; gives back each register's arrivals, and each caller's wait with the length of the
/// queue that it found.
async fn run(callers: Vec<Caller>) -> (Vec<Vec<u64>>, Vec<(usize, u64)>) {
    struct InQueue(Arc<AtomicUsize>);
    impl Drop for InQueue {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    let clock: SharedClock = Arc::new(SystemClock::new());
    let layer = PaceLayer::new(Pacing::default().with_concurrency(1000), clock.clone()).unwrap();
    let arrivals = Arc::new(Mutex::new(vec![Vec::new(); 4]));
    let waits = Arc::new(Mutex::new(Vec::new()));
    let queues: Vec<Arc<AtomicUsize>> = (0..4).map(|_| Arc::default()).collect();
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap();
    let mut tasks = Vec::new();
    for caller in callers {
        let (clock, arrivals, waits) = (clock.clone(), arrivals.clone(), waits.clone());
        let queue = queues[caller.register].clone();
        let layer = layer.clone();
        tasks.push(tokio::spawn(async move {
            clock.sleep(Duration::from_millis(caller.starts)).await;
            let ahead = queue.fetch_add(1, Ordering::SeqCst);
            let in_queue = InQueue(queue);
            let called_at = clock.monotonic();
            let inner_clock = clock.clone();
            let service = BoxCloneSyncService::new(layer.layer(service_fn(move |_: Request<Body>| {
                let (clock, arrivals, waits) = (inner_clock.clone(), arrivals.clone(), waits.clone());
                async move {
                    waits.lock().unwrap().push((ahead, ms(clock.monotonic().saturating_sub(called_at))));
                    clock.sleep(Duration::from_millis(caller.arrives)).await;
                    arrivals.lock().unwrap()[caller.register].push(ms(clock.monotonic()));
                    clock.sleep(Duration::from_millis(caller.answers)).await;
                    Ok::<_, Infallible>(Response::new(ResponseBody::default()))
                }
            })));
            let mut request = Request::<Body>::default();
            request.extensions_mut().insert(SpacingKey::new(caller.register.to_string()));
            let mut call = Box::pin(service.oneshot(request));
            let mut patience =
                clock.sleep(caller.gives_up_after.map_or(Duration::MAX, Duration::from_millis));
            poll_fn(|cx| {
                if call.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                patience.as_mut().poll(cx)
            })
            .await;
            drop(call);
            drop(in_queue);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(layer.limits.places.available_permits(), 1000);
    let arrivals = arrivals.lock().unwrap().clone();
    let waits = waits.lock().unwrap().clone();
    (arrivals, waits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_service_never_sees_two_requests_for_a_register_within_a_second_and_nobody_starves(
        callers in proptest::collection::vec(caller(), 1..60)
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (arrivals, waits) = runtime.block_on(run(callers));
        for times in arrivals {
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 1000), "{times:?}");
        }
        for (ahead, wait) in waits {
            prop_assert!(wait <= (ahead as u64 + 1) * LONGEST_TURN, "{wait} ms behind {ahead}");
        }
    }
}
