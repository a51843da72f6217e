//! Watches a stand-in to which something happens each second: `cargo run -p atol-monitor --example watch`.
#![expect(clippy::print_stdout, reason = "it is what the example does")]

use std::time::Duration;

use atol_mock::{Clock as _, Fault, Fleet, MockAtol, SystemClock};
use atol_monitor::watch::{WatchEvent, WatchOptions};
use atol_monitor::{Environment, KktMonitor, Language, OffsetTimestamp, RetryPolicy};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = SystemClock.now();
    let mut registers = Fleet::generate(1, 5, now).kkts();
    let mock = MockAtol::builder().fleet(Fleet::from_kkts(registers.clone())).start().await;
    let monitor = KktMonitor::builder()
        .environment(Environment::custom(mock.uri().parse()?)?)
        .retry(RetryPolicy::never()) // so that the failure below is seen at once
        .build()?;
    let options = WatchOptions::builder().interval(Duration::from_secs(1)).build()?;

    let mut watch = monitor.watch(options);
    let mut polls = 0;
    while polls < 5 {
        let event = watch.next_event().await;
        tell(&event);
        if !matches!(event, WatchEvent::Polled { .. } | WatchEvent::PollFailed { .. }) {
            continue;
        }
        polls += 1;
        // What the next poll will find.
        match polls {
            1 => {
                let three_days_ago: OffsetTimestamp = (now - jiff::SignedDuration::from_hours(72)).into();
                registers[0].unsent_docs = Some(7);
                registers[0].first_unsent_doc_timestamp = Some(three_days_ago);
                mock.set_fleet(Fleet::from_kkts(registers.clone()));
            }
            2 => mock.set_fault(Fault::Html(502)),
            3 => {
                mock.clear_faults();
                registers[0].unsent_docs = None;
                registers[0].first_unsent_doc_timestamp = None;
                registers.remove(4);
                mock.set_fleet(Fleet::from_kkts(registers.clone()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn tell(event: &WatchEvent) {
    match event {
        WatchEvent::Snapshot { registers, .. } => println!("{} registers", registers.len()),
        WatchEvent::Changed { kkt, attributes, .. } => {
            for change in attributes {
                println!("{}: {}: {} -> {}", kkt.serial_number, change.name, change.old, change.new);
            }
        }
        WatchEvent::Removed { serial_number, .. } => println!("{serial_number}: no longer in the list"),
        WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. } => {
            println!("{}: {}: {}", finding.id(), finding.severity(), finding.title(Language::En));
        }
        WatchEvent::FindingClosed { finding, .. } => println!("{}: over", finding.id()),
        WatchEvent::PollFailed { error, .. } => println!("poll failed, nothing is forgotten: {error}"),
        WatchEvent::Recovered { failures, .. } => println!("recovered after {failures} failed polls"),
        _ => {}
    }
}
