//! Minutes of load: ten thousand registers over sockets of this machine, asked for in every way while the service fails.
//!
//! `cargo xtask soak [minutes]`. Afterwards there is silence, and then file descriptors, tasks and resident memory are
//! compared with those after the first quarter of the time: whatever grows with the calls is a leak.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool that ends when it cannot go on")]

mod load;
mod service;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use atol_transport::clock::{SharedClock, SystemClock};

use crate::load::Load;
use crate::service::Service;
use crate::usage::Usage;

/// How long connections that nobody uses are kept, and a little more.
const SILENCE: Duration = Duration::from_secs(25);

/// What may be more at the end without being a leak: the allocator's and the pool's own ups and downs.
const SLACK_KIB: u64 = 8 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let minutes: u64 = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    let clock: SharedClock = Arc::new(SystemClock::new());
    let service = Service::start(Arc::clone(&clock)).await?;
    let load = Load::new(&service, Arc::clone(&clock))?;

    let quarter = Duration::from_secs(minutes * 15);
    let first = run(&load, &clock, quarter, "after the first quarter").await;
    let last = run(&load, &clock, quarter * 3, "at the end").await;
    println!("{}\n{}", service.told(), load.told());

    let mut leaks = Vec::new();
    if last.files > first.files {
        leaks.push("file descriptors");
    }
    if last.tasks > first.tasks {
        leaks.push("tasks");
    }
    if last.resident_kib > first.resident_kib + SLACK_KIB {
        leaks.push("memory");
    }
    if leaks.is_empty() { Ok(()) } else { Err(format!("more than before: {}", leaks.join(", ")).into()) }
}

/// So much load, then silence, then what is left.
async fn run(load: &Load, clock: &SharedClock, time: Duration, when: &str) -> Usage {
    load.run(clock.monotonic() + time).await;
    clock.sleep(SILENCE).await;
    let usage = Usage::now();
    println!("{when}: {usage}");
    usage
}
