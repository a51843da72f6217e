//! What runs out, or must not: file descriptors, memory over a month, the time of the runtime.

use std::sync::Arc;
use std::time::Duration;

use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_monitor::watch::{Watch, WatchEvent, WatchOptions};
use atol_tests::{Backend, Rig, Script, answer, get};
use atol_transport::clock::{Clock, SharedClock, VirtualClock};
use atol_transport::{Client, Credentials, Proxy};
use tokio::runtime::{Builder, Handle, Runtime};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// The limit holds for a whole process, so that the test runs itself in one of its own.
#[cfg(unix)]
#[test]
fn r01_without_file_descriptors_a_call_says_so_and_with_them_it_works_again() {
    const CHILD: &str = "ATOL_TEST_FEW_FILES";
    if std::env::var_os(CHILD).is_some() {
        paused().block_on(out_of_files());
        return;
    }
    let name = "resources::r01_without_file_descriptors_a_call_says_so_and_with_them_it_works_again";
    let run = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

#[cfg(unix)]
async fn out_of_files() {
    use atol_transport::ErrorKind;
    use atol_transport::error::ConnectFailure;

    let rig = Rig::new([Script::new().exchange(answer(200, "[]"))]);
    let client = rig.over_sockets().await.build().unwrap();
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        files.push(file);
    }
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Local), "{}", error.report());
    assert!(error.attempts() > 1, "it may pass, so it is tried again");
    files.clear();
    assert_eq!(get(&client).await.unwrap().value(), "[]");
}

/// A month of polls every 15 minutes: no more of anything at its end than after its first day.
#[test]
fn r03_a_month_of_polling_leaves_nothing_behind() {
    let runtime = paused();
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
