//! What must not run out: memory over a month, the time of the runtime.

use std::sync::Arc;
use std::time::Duration;

use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_monitor::watch::{Watch, WatchEvent, WatchOptions};
use atol_tests::{Backend, Rig, Script, answer, get};
use atol_transport::clock::{Clock, SharedClock, VirtualClock};
use atol_transport::{Client, Credentials, Proxy};
use tokio::runtime::{Builder, Handle};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A month of polls every 15 minutes: no more of anything at its end than after its first day.
#[test]
fn r03_a_month_of_polling_leaves_nothing_behind() {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let clock: SharedClock = runtime
        .block_on(async { Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap())) });
    let registers = (0..10).map(|number| Kkt::builder(format!("{number:014}")).build()).collect();
    let backend = Backend::new(registers, Duration::ZERO, Arc::clone(&clock));
    let client = Client::builder("http://localhost".parse().unwrap(), Credentials::test())
        .proxy(Proxy::none())
        .clock(Arc::clone(&clock))
        .connector(backend.connector())
        .build()
        .unwrap();
    let options = WatchOptions::builder().interval(DAY / 96).clock(Arc::clone(&clock)).build().unwrap();
    let mut watch = KktMonitor::from_client(client).watch(options);

    runtime.block_on(watch_until(&mut watch, &*clock, DAY));
    backend.forget_asked();
    let after_a_day = runtime.block_on(async { (tasks(), backend.connections()) });
    let info = allocation_counter::measure(|| {
        runtime.block_on(watch_until(&mut watch, &*clock, 30 * DAY));
        let polls = backend.asked().len();
        assert!(polls > 29 * 90, "{polls} questions");
        backend.forget_asked();
    });
    assert_eq!(runtime.block_on(async { (tasks(), backend.connections()) }), after_a_day);
    assert!(info.bytes_current.abs() < 16 * 1024, "{info:?}");
    // The service gives out one token a day. In the last two hours of each it is asked for the next one now and then.
    assert!((30..=30 * 6).contains(&backend.logins()), "{} logins", backend.logins());
    assert_eq!(watch.watcher().statistics().failures(), 0);
}

async fn watch_until(watch: &mut Watch, clock: &dyn Clock, end: Duration) {
    while clock.monotonic() < end {
        while !matches!(watch.next_event().await, WatchEvent::Polled { .. }) {}
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Longer than any limit on a part of a call, in which nobody's timers and nobody's sockets were looked at.
#[tokio::test(start_paused = true)]
async fn r05_a_runtime_that_stood_still_costs_a_call_one_attempt_at_most() {
    let slow = Script::new().read().sleep(Duration::from_secs(2)).write(answer(200, "[]"));
    let rig = Rig::new([slow]);
    let client = rig.in_memory().build().unwrap();
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get(&client).await })
        })
        .collect();
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::advance(Duration::from_secs(25)).await;
    for call in calls {
        assert!(call.await.unwrap().unwrap().attempts() <= 2);
    }
}
