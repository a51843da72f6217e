//! Callers that give up: every public future is polled k times and dropped, for each k until it is done.
//!
//! Afterwards nothing is missing: the place is free (there is only one), the client is not locked, no question is
//! repeated that nobody waits for, no connection is left with half an answer on it, and the next call works.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use atol_model::Kkt;
use atol_monitor::health::FindingKind;
use atol_monitor::watch::{Watch, WatchEvent, WatchOptions, WatchState};
use atol_monitor::{KktMonitor, Page};
use atol_tests::Backend;
use atol_transport::clock::{SharedClock, VirtualClock};
use atol_transport::retry::SeededRandom;
use atol_transport::{Body, Client, Credentials, Pacing, Proxy, RetryPolicy};
use futures_util::{Stream, StreamExt};
use http::Request;

const FIRST: &str = "00107703864827";
const SECOND: &str = "00107703864828";

/// Between two polls. Answers take 0.2 s to their head and 0.2 s to their end.
const STEP: Duration = Duration::from_millis(50);

type Doing<'c> = Pin<Box<dyn Future<Output = ()> + Send + 'c>>;

/// A service of two registers and a client with one place.
struct Bench {
    clock: SharedClock,
    backend: Backend,
    monitor: KktMonitor,
}

impl Bench {
    fn new() -> Bench {
        let clock: SharedClock = Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()));
        let registers = vec![Kkt::builder(FIRST).build(), full(SECOND)];
        let backend = Backend::new(registers, Duration::from_millis(200), Arc::clone(&clock));
        let client = Client::builder("http://localhost".parse().unwrap(), Credentials::test())
            .proxy(Proxy::none())
            .pacing(Pacing::default().with_concurrency(1))
            .retry(RetryPolicy::default().with_random(SeededRandom::new(1)))
            .clock(Arc::clone(&clock))
            .connector(backend.connector())
            .build()
            .unwrap();
        // So that a repeat and the wait before it are among the points to be dropped at.
        backend.refuse_next(503);
        Bench { clock, backend, monitor: KktMonitor::from_client(client) }
    }

    async fn wait(&self, time: Duration) {
        self.clock.sleep(time).await;
    }

    fn watch(&self, state: Option<WatchState>) -> Watch {
        let options = WatchOptions::builder()
            .interval(Duration::from_secs(5))
            .jitter(0.0)
            .random(SeededRandom::new(1))
            .clock(Arc::clone(&self.clock))
            .state(state);
        self.monitor.watch(options.build().unwrap())
    }

    /// Polls what is being done so often, a step apart; says whether it came to its end.
    async fn poll(&self, doing: &mut Doing<'_>, polls: usize) -> bool {
        for _ in 0..polls {
            if poll_fn(|cx| Poll::Ready(doing.as_mut().poll(cx).is_ready())).await {
                return true;
            }
            self.wait(STEP).await;
        }
        false
    }

    /// That nothing goes on which nobody waits for, and that the next call works.
    async fn is_as_good_as_new(&self, story: &str) {
        let asked = self.backend.asked().len();
        self.wait(Duration::from_secs(2)).await;
        assert_eq!(self.backend.asked().len(), asked, "{story}: a question of nobody's");
        let before = self.clock.monotonic();
        let kkt = self.monitor.get_one(FIRST).await.unwrap_or_else(|error| panic!("{story}: {error}"));
        assert_eq!(kkt.serial_number, FIRST, "{story}");
        let took = self.clock.monotonic().saturating_sub(before);
        assert!(took < Duration::from_secs(10), "{story}: took {took:?}");
        assert_eq!(self.backend.logins(), 1, "{story}");
        assert_eq!(self.backend.connections(), 1, "{story}: only the last connection waits for more");
    }
}

/// A register whose storage is full.
fn full(serial: &str) -> Kkt {
    Kkt::builder(serial).fiscal_storage_percentage_use(99.9).build()
}

/// Does it for every number of polls. `least` is the number of points it must have been dropped at.
async fn at_every_point(name: &str, least: usize, act: impl for<'m> Fn(&'m KktMonitor) -> Doing<'m>) {
    for polls in 0.. {
        let bench = Bench::new();
        let mut doing = act(&bench.monitor);
        let is_done = bench.poll(&mut doing, polls).await;
        drop(doing);
        bench.is_as_good_as_new(&format!("{name}, dropped after {polls} polls")).await;
        if is_done {
            assert!(polls >= least, "{name} was cut at {polls} points only");
            return;
        }
    }
}

async fn to_the_end<T>(mut stream: impl Stream<Item = T> + Unpin) {
    while stream.next().await.is_some() {}
}

fn request() -> Request<Body> {
    Request::get("/cash-registers").body(Body::empty()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn m01_calls_of_the_client() {
    at_every_point("send", 20, |monitor| Box::pin(async { drop(monitor.client().send(request()).await) }))
        .await;
    at_every_point("send_streaming", 20, |monitor| {
        Box::pin(async {
            if let Ok(answer) = monitor.client().send_streaming(request()).await {
                drop(answer.into_value().collect(1_000_000).await);
            }
        })
    })
    .await;
    at_every_point("authenticate", 8, |monitor| Box::pin(async { drop(monitor.authenticate().await) })).await;
}

#[tokio::test(start_paused = true)]
async fn m01_calls_of_the_monitor() {
    at_every_point("get_all", 20, |monitor| Box::pin(async { drop(monitor.get_all().await) })).await;
    at_every_point("get_one", 20, |monitor| Box::pin(async { drop(monitor.get_one(SECOND).await) })).await;
    at_every_point("page", 20, |monitor| {
        Box::pin(async { drop(monitor.page(Page::new(1, 1).unwrap()).await) })
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn m01_streams() {
    at_every_point("pages", 20, |monitor| Box::pin(to_the_end(monitor.pages()))).await;
    at_every_point("stream", 20, |monitor| Box::pin(to_the_end(monitor.stream()))).await;
    at_every_point("get_many", 20, |monitor| Box::pin(to_the_end(monitor.get_many([FIRST, SECOND])))).await;
}

/// Asks for the next event, polls so often, drops the question, and so on until a whole poll is told.
#[tokio::test(start_paused = true)]
async fn m01_the_next_event_of_a_watch() {
    for polls in 1..30 {
        let bench = Bench::new();
        let mut watch = bench.watch(None);
        let mut told = Vec::new();
        while !told.iter().any(|event| matches!(event, WatchEvent::Polled { .. })) {
            assert!(bench.clock.monotonic() < Duration::from_secs(60), "{polls}: {told:?}");
            let mut asking: Doing<'_> = Box::pin(async { told.push(watch.next_event().await) });
            bench.poll(&mut asking, polls).await;
        }
        assert_eq!(told.iter().filter(|event| is_alarm(event, SECOND)).count(), 1, "{polls}: {told:?}");
        drop(watch);
        bench.is_as_good_as_new(&format!("watch, polled {polls} times")).await;
    }
}

/// A watcher that dies at any point and is started again from what it saved after its last whole poll.
#[tokio::test(start_paused = true)]
async fn f8_no_alarm_is_lost_wherever_a_watch_dies() {
    for polls in 0..200 {
        let bench = Bench::new();
        let (mut saved, mut alarms) = (None, Vec::new());
        {
            let mut watch = bench.watch(None);
            let mut watching: Doing<'_> = Box::pin(watching(&bench, &mut watch, &mut saved, &mut alarms));
            assert!(!bench.poll(&mut watching, polls).await);
        }
        // One falls due while nobody watches, if the watch was not there to see it.
        bench.backend.set_registers(vec![full(FIRST), full(SECOND)]);
        let saved_before = saved.as_deref().map(|state: &str| serde_json::from_str(state).unwrap());
        {
            let mut watch = bench.watch(saved_before);
            let mut watching: Doing<'_> = Box::pin(watching(&bench, &mut watch, &mut saved, &mut alarms));
            assert!(!bench.poll(&mut watching, 160).await);
        }
        for serial in [FIRST, SECOND] {
            let ids: Vec<&String> = alarms.iter().filter(|id| id.starts_with(serial)).collect();
            assert!((1..=2).contains(&ids.len()), "{polls} polls: {alarms:?}");
            assert!(ids.windows(2).all(|two| two[0] == two[1]), "{polls} polls: {alarms:?}");
        }
    }
}

/// Watches for ever: notes alarms as they come, and saves the state after each whole poll as it stands in a file.
async fn watching(bench: &Bench, watch: &mut Watch, saved: &mut Option<String>, alarms: &mut Vec<String>) {
    loop {
        let event = watch.next_event().await;
        if [FIRST, SECOND].iter().any(|serial| is_alarm(&event, serial)) {
            alarms.extend(event.finding().map(|finding| finding.id().to_string()));
        }
        // Whoever acts on an event takes a while, and may die of it.
        bench.wait(STEP).await;
        if matches!(event, WatchEvent::Polled { .. }) {
            *saved = Some(serde_json::to_string(&watch.state()).unwrap());
            if bench.clock.monotonic() > Duration::from_secs(6) {
                bench.backend.set_registers(vec![full(FIRST), full(SECOND)]);
            }
        }
    }
}

fn is_alarm(event: &WatchEvent, serial: &str) -> bool {
    matches!(event, WatchEvent::FindingOpened { finding, .. }
        if finding.kind() == FindingKind::FiscalStorageFill && finding.id().as_str().starts_with(serial))
}
