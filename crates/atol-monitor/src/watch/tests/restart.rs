//! Stopping at any point: dropped at each await and restored from what was saved, a watch tells everything that was due.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use atol_transport::clock::{Clock, SharedClock, VirtualClock};
use atol_transport::retry::SeededRandom;
use atol_transport::{Body, BoxError, Client, ErrorKind, ResponseBody};
use http::{Request, Response};

use super::*;
use crate::KktMonitor;

/// How long the story takes, in minutes.
const MINUTES: i64 = 22;

/// A register with members that nobody knows, as after an update of the service.
fn with_novelties(kkt: KktBuilder) -> Kkt {
    let model = r#"{"name":"АТОЛ 42ФС","parts":[{"volts":12.5,"at":null},[]]}"#;
    kkt.extra("model", model).and_then(|kkt| kkt.extra("event", "\"added\"")).unwrap().build()
}

/// What the service tells depends on the time alone, so that a restart changes nothing about it.
fn fleet(minute: i64, now: Timestamp) -> Option<Vec<Kkt>> {
    let well = |number| with_novelties(healthy(number, now));
    let ill = |number, percent| with_novelties(healthy(number, now).fiscal_storage_percentage_use(percent));
    match minute {
        0..=2 => Some(vec![well(1), ill(2, 85.0)]),
        // Failures for long enough that silence is told.
        3..=14 => None,
        15..=17 => Some(vec![ill(1, 99.0), ill(2, 99.0), well(3)]),
        _ => Some(vec![well(1), ill(3, 85.0)]),
    }
}

fn watch(clock: &Arc<VirtualClock>, state: Option<WatchState>) -> Watch {
    let shared: SharedClock = Arc::clone(clock) as SharedClock;
    let options = WatchOptions::builder()
        .clock(Arc::clone(&shared))
        .policy(policy())
        .random(SeededRandom::new(7))
        .jitter(0.0)
        .longest_backoff(Duration::from_secs(60))
        .no_news(Duration::from_secs(480))
        .state(state)
        .build()
        .unwrap();
    let client = Client::from_service(tower::service_fn(move |request: Request<Body>| {
        let clock = Arc::clone(&shared);
        async move {
            clock.sleep(Duration::from_millis(200)).await;
            let now = clock.wall();
            let Some(registers) = fleet(now.duration_since(start()).as_secs() / 60, now) else {
                let error = atol_transport::Error::new(ErrorKind::NotJson, "a portal answered");
                return Err::<_, BoxError>(error.into());
            };
            let offset = request.uri().query().and_then(|query| query.split("offset=").nth(1)?.parse().ok());
            let page: KktList = registers.into_iter().skip(offset.unwrap_or(0)).collect();
            clock.sleep(Duration::from_millis(200)).await;
            Ok(Response::new(ResponseBody::full(page.to_json())))
        }
    }));
    KktMonitor::from_client(client).watch(options)
}

/// When the state is written to its file.
#[derive(Clone, Copy)]
enum Saves {
    AfterEachEvent,
    WhenCaughtUp,
}

/// Everything that was told, in words, and how often the watch was polled by its owner.
struct Run {
    told: Vec<String>,
    polls: usize,
}

/// Runs the story, and crashes when the watch has been polled `crash_at` times.
fn run(saves: Saves, crash_at: Option<usize>) -> Run {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(VirtualClock::starting_at(start()));
        let mut file: Option<String> = None;
        let mut current = watch(&clock, None);
        let mut run = Run { told: Vec::new(), polls: 0 };
        while clock.wall() < start() + SignedDuration::from_mins(MINUTES) {
            let event = {
                let mut next = Box::pin(current.next_event());
                poll_fn(|context| {
                    if crash_at == Some(run.polls) {
                        run.polls += 1;
                        return Poll::Ready(None);
                    }
                    run.polls += 1;
                    next.as_mut().poll(context).map(Some)
                })
                .await
            };
            let Some(event) = event else {
                let state = file.as_ref().map(|json| serde_json::from_str(json).unwrap());
                current = watch(&clock, state);
                continue;
            };
            run.told.push(word(&event));
            if matches!(saves, Saves::AfterEachEvent) || current.is_caught_up() {
                file = Some(serde_json::to_string(&current.state()).unwrap());
            }
        }
        run
    })
}

/// What an operator must hear of: alarms and their ends.
fn alarms(told: &[String]) -> BTreeSet<&str> {
    let kinds = ["opened", "closed", "removed", "added", "no news", "news of", "changed", "snapshot"];
    told.iter().map(String::as_str).filter(|told| kinds.iter().any(|kind| told.starts_with(kind))).collect()
}

#[test]
fn dropped_at_any_await_and_restored_it_loses_no_alarm() {
    for saves in [Saves::AfterEachEvent, Saves::WhenCaughtUp] {
        let whole = run(saves, None);
        let expected = alarms(&whole.told);
        assert!(expected.len() > 12, "{expected:?}");
        assert!(whole.polls > 150, "{}", whole.polls);
        for crash_at in 0..whole.polls {
            let told = run(saves, Some(crash_at)).told;
            assert_eq!(alarms(&told), expected, "crashed at {crash_at}: {told:#?}");
            if matches!(saves, Saves::AfterEachEvent) {
                let count = |told: &[String]| told.iter().filter(|told| told.contains("fill")).count();
                assert_eq!(
                    count(&told),
                    count(&whole.told),
                    "crashed at {crash_at}: a finding is told twice"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_is_told_next_by_this_watch_and_by_one_that_is_restored() {
    let clock = Arc::new(VirtualClock::starting_at(start()));
    let mut first = watch(&clock, None);
    let event = first.next_event().await;
    assert!(matches!(event, WatchEvent::Snapshot { .. }), "{event:?}");
    first.give_back(event.clone());
    assert!(!first.is_caught_up());
    let state = serde_json::from_str(&serde_json::to_string(&first.state()).unwrap()).unwrap();
    assert_eq!(watch(&clock, Some(state)).next_event().await, event);
    assert_eq!(first.next_event().await, event);
}
