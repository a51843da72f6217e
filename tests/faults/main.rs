//! Faults, one by one: each test proves the row of `catalogue.toml` with whose id its name begins.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod broken;
mod connect;
mod framing;
mod pool;
mod proxy;
mod runtimes;
mod stale;
mod tls;
