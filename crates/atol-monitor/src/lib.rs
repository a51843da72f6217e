//! Monitoring of cloud cash registers (ККТ) at ATOL Online: list them, look at one, judge their health, watch them.
//!
//! ```no_run
//! use atol_monitor::KktMonitor;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let monitor = KktMonitor::builder().production().credentials("shop-17", "secret").build()?;
//! for kkt in &monitor.get_all().await? {
//!     println!("{}: {} documents wait", kkt.serial_number, kkt.unsent_docs.unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It logs in by itself, repeats what is worth repeating and ends every call in time. A failure is never an empty list, and
//! what is not known is never called well. It only reads.
//!
//! # Tour
//!
//! - [`KktMonitor`] asks the service: everything, one register, some, a page, a stream. It is built on a
//!   [`Client`], whose every setting is in reach.
//! - [`health`] judges what the service said, by documented rules and without any I/O: a
//!   [`Policy`](health::Policy) gives an [`Assessment`](health::Assessment) with
//!   [`Finding`](health::Finding)s, told in English and Russian.
//! - [`watch`] polls and tells what is new, for weeks and through outages.
//! - [`snapshot`] sums up a fleet and compares two lists of it.
//! - [`Error`]: one type, whose first line says what happened and whose [`report`](Error::report) says what to do.
//! - [`Kkt`], [`KktList`], [`NetworkErrorCode`] and what else a register is made of come from `atol-model`, which is
//!   [`model`] here; [`Environment`], [`Timeouts`] and what else a client is made of from `atol-transport`, [`transport`]
//!   here. Nobody who uses a monitor need depend on these two.
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
//! [`Incomplete`](ErrorKind::Incomplete). How the service pages is not documented, so they take nothing for granted;
//! [`get_all`](KktMonitor::get_all) names what nobody could tell. Two short requests behind the last page make sure of the end; a list whose pages have less
//! than a hundred registers is read twice. A record that cannot be read never hides the others: it is in
//! [`KktList::rejected`], or an item of the stream with [`Error::rejected`].
//!
//! They differ in what happens to an answer that breaks off. The first two ask again, as for any other failure that
//! passes; the stream has handed out registers by then and ends with the error.
//!
//! # Cookbook
//!
//! Try things out without an account, in the vendor's test environment:
//!
//! ```
//! let monitor = atol_monitor::KktMonitor::new()?;
//! # Ok::<(), atol_monitor::Error>(())
//! ```
//!
//! Tell a register that is not there from a failure:
//!
//! ```
//! # use atol_monitor::{Error, Kkt, KktMonitor};
//! async fn find(monitor: &KktMonitor, serial: &str) -> Result<Option<Kkt>, Error> {
//!     match monitor.get_one(serial).await {
//!         Ok(kkt) => Ok(Some(kkt)),
//!         Err(error) if error.is_not_found() => Ok(None),
//!         Err(error) => Err(error),
//!     }
//! }
//! ```
//!
//! Go through a hundred thousand registers in constant memory:
//!
//! ```
//! # use atol_monitor::{Error, KktMonitor};
//! use futures_util::StreamExt;
//!
//! async fn count(monitor: &KktMonitor) -> Result<usize, Error> {
//!     let (mut registers, mut count) = (monitor.stream(), 0);
//!     while let Some(register) = registers.next().await {
//!         match register {
//!             Ok(_) => count += 1,
//!             Err(error) if error.rejected().is_some() => eprintln!("{error}"), // one broken record
//!             Err(error) => return Err(error),
//!         }
//!     }
//!     Ok(count)
//! }
//! ```
//!
//! Find what needs somebody's attention, the worst first:
//!
//! ```
//! # use atol_monitor::{Kkt, KktList, Language};
//! use atol_monitor::health::{Policy, Severity};
//!
//! # use atol_monitor::jiff;
//! # fn example(list: &KktList, now: jiff::Timestamp) {
//! let policy = Policy::default();
//! let mut ill: Vec<_> = list.iter().map(|kkt| policy.assess(kkt, now)).filter(|found| !found.is_ok()).collect();
//! ill.sort_by_key(|found| std::cmp::Reverse(found.severity));
//! for finding in ill.iter().flat_map(|found| &found.findings) {
//!     println!("{} {}: {}", finding.severity(), finding.id(), finding.title(Language::Ru));
//! }
//! # }
//! ```
//!
//! Be told of what changes, until the program ends:
//!
//! ```no_run
//! # use atol_monitor::KktMonitor;
//! use atol_monitor::watch::{WatchEvent, WatchOptions};
//!
//! # async fn example(monitor: KktMonitor) {
//! let mut watch = monitor.watch(WatchOptions::default());
//! loop {
//!     match watch.next_event().await {
//!         WatchEvent::FindingOpened { finding, .. } | WatchEvent::FindingChanged { finding, .. } => {
//!             println!("{}: {}: {finding}", finding.id(), finding.severity());
//!         }
//!         WatchEvent::FindingClosed { finding, .. } => println!("{}: over", finding.id()),
//!         _ => {}
//!     }
//! }
//! # }
//! ```
//!
//! Look at the answer itself, whatever became of the call:
//!
//! ```
//! # use atol_monitor::KktMonitor;
//! fn show(monitor: &KktMonitor) {
//!     if let Some(answer) = monitor.last_response() {
//!         println!("{}: {}", answer.status(), answer.text());
//!     }
//! }
//! ```
//!
//! Be less patient, and go out through a proxy:
//!
//! ```
//! use std::time::Duration;
//! # use atol_monitor::KktMonitor;
//! use atol_monitor::{Proxy, Timeouts};
//!
//! let monitor = KktMonitor::builder()
//!     .timeouts(Timeouts::default().with_call(Duration::from_secs(15)))
//!     .proxy(Proxy::new("http://proxy.example.com:3128")?)
//!     .build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Runnable: `cargo run -p atol-monitor --example list`, `health` and `watch`, each against a stand-in.
//!
//! # Testing code that uses a monitor
//!
//! With the feature `test-util` there is a service in memory, with faults: `test_util::InMemory`. The crate `atol-mock` is
//! a stand-in over HTTP.
//!
//! # Features
//!
//! | feature | default | brings | costs |
//! |---|---|---|---|
//! | `test-util` | no | the service in memory | no crate that is not there already |
//! | `file-token-store` | no | `FileTokenStore` in [`transport::token`]: a command that cron starts logs in once a day | half a dozen small crates |
//! | `gzip` | no | compressed answers, for clients that call `accept_gzip` | a dozen crates: tower-http, flate2 |
//! | `tracing` | no | spans and events of each call and attempt | no crate that is not there already |
//!
//! The last three are those of `atol-transport`.

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

// What signatures of this crate are made of; the rest of both crates is in the two modules.
pub use atol_model::{
    self as model, Kkt, KktBuilder, KktList, NetworkErrorCode, OffsetTimestamp, RejectedKkt, ServiceError,
    ServiceErrorCode, jiff,
};
pub use atol_transport::tls::RootCertificates;
pub use atol_transport::{
    self as transport, Client, Credentials, Environment, LastResponse, Pacing, Proxy, RetryPolicy, Timeouts,
    TokenStore,
};

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
