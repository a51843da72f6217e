//! What the reference PHP library does, row by row: its own tests of the monitor (`reference`), and what it does wrong
//! where ours shall not (`defects`). The rows about one register are in the tests of `atol-model`.
//!
//! Everything above the socket is the default stack; time is paused.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod defects;
mod reference;
mod service;
