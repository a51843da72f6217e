//! The service in memory, for your own tests: no sockets, no clock, no login.
//!
//! ```
//! use atol_model::Kkt;
//! use atol_monitor::test_util::{Fault, InMemory};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), atol_monitor::Error> {
//! let service = InMemory::new([Kkt::builder("00107703864827").unsent_docs(3).build()]);
//! let monitor = service.monitor(); // what your code takes
//! assert_eq!(monitor.get_all().await?[0].unsent_docs, Some(3));
//!
//! service.fail_next(Fault::Unreachable);
//! assert!(monitor.get_all().await.is_err());
//! service.set_registers([]);
//! assert!(monitor.get_all().await?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! [`InMemory::monitor`] is the monitor and nothing else: without retries, time limits and pacing, so that a fault is
//! seen at once. Give the service to [`ClientBuilder::leaf`](atol_transport::ClientBuilder::leaf) to have these too; it
//! answers logins. For tests over a real socket there is the crate `atol-mock`.

mod answer;
mod fault;
mod in_memory;

pub use self::fault::Fault;
pub use self::in_memory::InMemory;
