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
//! [`KktMonitor`] asks the service; [`health`] judges what it said, by documented rules and without any I/O;
//! [`snapshot`] sums up a fleet and compares two lists of it.

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
