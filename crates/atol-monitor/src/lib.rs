//! Monitoring of cloud cash registers (ККТ) at ATOL Online: list them, look at one, judge their health.
//!
//! ```no_run
//! use atol_monitor::KktMonitor;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let monitor = KktMonitor::builder().production().credentials("shop-17", "secret").build()?;
//! for kkt in &monitor.get_all().await? {
//!     println!("{}: {:?} documents wait", kkt.serial_number, kkt.unsent_docs);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`KktMonitor`] asks the service; [`watch`] goes on asking and tells what is new; [`health`] judges what was said, by
//! documented rules and without any I/O; [`snapshot`] sums up a fleet and compares two lists of it.
//!
//! # Which way to ask
//!
//! | for | call | in memory |
//! |---|---|---|
//! | every register, at once | [`get_all`](KktMonitor::get_all) | all of them |
//! | every register, as pages come | [`pages`](KktMonitor::pages) | a page of 1000, or what the service sends instead |
//! | every register, as it arrives | [`stream`](KktMonitor::stream) | a few megabytes, however many there are |
//! | some registers | [`get_many`](KktMonitor::get_many) | as many as are asked for at once |
//! | one register | [`get_one`](KktMonitor::get_one) | that one |
//! | one part of the list, as the service cuts it | [`page`](KktMonitor::page) | that part |
//!
//! The first three promise the same: what is in the list all the time comes exactly once, or there is an error that says
//! [`Incomplete`](ErrorKind::Incomplete), and there is no third outcome. How the service pages is not documented, so they
//! are right whatever it does. A record that cannot be read never hides the others: it is in [`KktList::rejected`], or an
//! item of the stream with [`Error::rejected`].
//!
//! They differ in what happens to an answer that breaks off. The first two ask again, as for any other failure that
//! passes; the stream has handed out registers by then and ends with the error.
//!
//! # Watching, and judging
//!
//! [`KktMonitor::watch`] polls for weeks and tells what is new: registers that come, change and go, what is wrong with them
//! and when that is over, outages, silence. What is not known it never calls healthy; see [`watch`] for its promises.
//!
//! ```no_run
//! use atol_monitor::KktMonitor;
//! use atol_monitor::Language;
//! use atol_monitor::watch::{WatchEvent, WatchOptions};
//!
//! # async fn example(monitor: KktMonitor) {
//! let mut watch = monitor.watch(WatchOptions::default());
//! loop {
//!     match watch.next_event().await {
//!         WatchEvent::FindingOpened { finding, .. } => println!("{}", finding.explain(Language::Ru)),
//!         WatchEvent::FindingClosed { finding, .. } => println!("{}: over", finding.id()),
//!         WatchEvent::NoNews { serial_numbers, .. } => println!("no news of {} registers", serial_numbers.len()),
//!         _ => {}
//!     }
//! }
//! # }
//! ```
//!
//! [`health::Policy`] holds the limits, with defaults whose sources are given: the end of the ФН's life and of its memory,
//! documents that the ОФД has not confirmed, shifts that are open too long, data that is old. It judges one record, or with
//! a [`health::History`] one after another, and needs no network:
//!
//! ```
//! use atol_monitor::Kkt;
//! use atol_monitor::health::{Policy, Severity};
//!
//! let policy = Policy::builder().fiscal_storage_fill(75.0, 95.0).build()?;
//! let kkt = Kkt::builder("00107703864827").fiscal_storage_percentage_use(96.0).build();
//! let assessment = policy.assess(&kkt, "2019-12-05T10:46:00Z".parse()?);
//! assert_eq!(assessment.severity, Severity::Critical);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Testing code that uses a monitor
//!
//! With the feature `test-util` there is a service in memory, with faults: `test_util::InMemory`. The crate `atol-mock` is
//! a stand-in over HTTP.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod error;
pub mod health;
mod language;
mod many;
mod monitor;
mod page;
mod pages;
mod paging;
mod registers;
mod request;
mod serial_number;
pub mod snapshot;
#[cfg(any(test, feature = "test-util"))]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod test_util;
pub mod watch;

pub use self::builder::KktMonitorBuilder;
pub use self::error::{Error, ErrorKind, Result};
pub use self::language::{Language, UnknownLanguage};
pub use self::monitor::KktMonitor;
pub use self::page::Page;
pub use self::serial_number::SerialNumber;
pub use atol_model::{Kkt, KktList, NetworkErrorCode, OffsetTimestamp, RejectedKkt};
