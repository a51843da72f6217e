//! Watching a fleet: polls, compares, and tells what is new, for weeks and through outages.
//!
//! ```no_run
//! use std::time::Duration;
//! use atol_monitor::KktMonitor;
//! use atol_monitor::watch::{WatchEvent, WatchOptions};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let monitor = KktMonitor::builder().production().credentials("shop-17", "secret").build()?;
//! let options = WatchOptions::builder().interval(Duration::from_secs(300)).build()?;
//! let mut watch = monitor.watch(options);
//! loop {
//!     match watch.next_event().await {
//!         WatchEvent::Changed { kkt, attributes, .. } => {
//!             let names: Vec<_> = attributes.iter().map(|change| change.name.as_ref()).collect();
//!             println!("{}: {}", kkt.serial_number, names.join(", "));
//!         }
//!         WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. } => {
//!             println!("{}: {finding}", finding.severity());
//!         }
//!         WatchEvent::FindingClosed { finding, .. } => println!("over: {finding}"),
//!         _ => {}
//!     }
//! }
//! # }
//! ```
//!
//! # What it promises
//!
//! - **It never ends**, whatever fails. After failed polls it waits longer, up to a limit, and after the first success it
//!   polls as before.
//! - **What is not known is never called healthy.** A record that cannot be read, a question or a poll that fails make a
//!   register [`Unknown`](RegisterState::Unknown) with the reason; it is not gone, and its findings stay open. Only a
//!   complete list removes a register, only a record closes a finding.
//! - **Silence is an alarm**: [`WatchEvent::NoNews`] comes although every question fails or hangs.
//! - **Nothing is lost by stopping.** It works only while it is polled, so it can be dropped at any point; a watch that is
//!   restored from its [`WatchState`] tells what the other had not, and at most what it told after the state was saved once
//!   more.
//! - **Clocks may be wrong.** After the machine slept or its clock was set there is one poll, at once, and no burst. Where
//!   our clock differs from the service's by more than the policy's [tolerance](crate::health::Policy::clock_tolerance),
//!   that is told and time is put right; a difference of more than a day only when the records or three answers bear it
//!   out.
//! - **It keeps the last record of each register** and what is open about it: memory grows with the fleet, not with time.
//!
//! # In parts
//!
//! [`Watch`] is a stream that polls through a [`KktMonitor`](crate::KktMonitor); [`Watcher`] is what it compares with, free
//! of input and output; [`Fleet`] shows the registers as they are known at a moment, for a status page or an exporter:
//!
//! ```no_run
//! # use atol_monitor::watch::Watch;
//! fn page(watch: &Watch) {
//!     let fleet = watch.fleet();
//!     println!("{:?}", fleet.snapshot().counts());
//!     for register in fleet.registers() {
//!         println!("{} {} {:?}", register.serial_number(), register.severity(), register.state());
//!     }
//!     println!("{:?}", watch.watcher().statistics());
//! }
//! ```

mod event;
mod failure;
mod fleet;
mod memory;
mod moment;
mod options;
mod outage;
mod outcome;
mod poll;
mod register;
mod round;
mod schedule;
mod state;
mod statistics;
mod stream;
#[cfg(test)]
mod tests;
mod timekeeper;
mod watched;
mod watcher;

pub use event::{Closure, WatchEvent};
pub use failure::{Failure, FailureKind};
pub use fleet::Fleet;
pub use moment::Moment;
pub use options::{WatchOptions, WatchOptionsBuilder};
pub use outage::Outage;
pub use outcome::PollOutcome;
pub use state::WatchState;
pub use statistics::Statistics;
pub use stream::Watch;
pub use watched::{RegisterState, WatchedKkt};
pub use watcher::Watcher;
