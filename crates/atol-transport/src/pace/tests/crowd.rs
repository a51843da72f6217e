//! Any crowd of callers, some of whom give up: what the service sees, and who waits how long.

use proptest::prelude::*;

use super::*;

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
