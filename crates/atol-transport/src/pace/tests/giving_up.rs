//! What callers who give up or panic leave to the others.

use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

use super::*;
use crate::clock::{Clock, Sleep};

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
async fn m01_a_call_dropped_at_any_point_leaves_everything_as_it_was() {
    let script: Reaction = |_| {
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

/// A clock that can be broken.
#[derive(Debug)]
struct Fragile {
    clock: SystemClock,
    is_broken: AtomicBool,
}

impl Clock for Fragile {
    fn monotonic(&self) -> Duration {
        assert!(!self.is_broken.load(Ordering::SeqCst), "the clock is broken");
        self.clock.monotonic()
    }

    fn wall(&self) -> Timestamp {
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
    }
}

#[tokio::test(start_paused = true)]
async fn m03_a_clock_that_panics_while_a_call_unwinds_does_not_end_the_process() {
    let clock = Arc::new(Fragile { clock: SystemClock::new(), is_broken: AtomicBool::new(false) });
    let (breaking, is_first) = (clock.clone(), Arc::new(AtomicBool::new(true)));
    let service = PaceLayer::new(Pacing::default().with_concurrency(1), clock.clone()).unwrap().layer(
        service_fn(move |_: Request<Body>| {
            let is_first = is_first.swap(false, Ordering::SeqCst);
            breaking.is_broken.store(is_first, Ordering::SeqCst);
            async move {
                assert!(!is_first, "the service breaks together with the clock");
                Ok::<_, Infallible>(Response::new(ResponseBody::default()))
            }
        }),
    );
    let request = || {
        let mut request = Request::<Body>::default();
        request.extensions_mut().insert(SpacingKey::new("a"));
        request
    };
    let call = tokio::spawn(service.clone().oneshot(request()));
    assert!(call.await.unwrap_err().is_panic());
    clock.is_broken.store(false, Ordering::SeqCst);
    assert!(service.oneshot(request()).await.is_ok());
}
