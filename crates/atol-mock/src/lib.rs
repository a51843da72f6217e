//! In-process stand-in of the ATOL Online monitoring API.

mod answer;
mod clock;
mod fault;
mod fleet;
mod request_log;
mod server;
mod service;
mod tokens;

pub use clock::{Clock, ManualClock};
pub use fault::{Call, Fault, FaultRule};
pub use fleet::{Fleet, Trouble};
pub use request_log::RecordedRequest;
pub use server::{MockAtol, MockAtolBuilder};
