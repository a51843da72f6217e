//! Faults, one by one: each test proves the row of `catalogue.toml` with whose id its name begins.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

// Only Linux drops connections for which a listener has no room; elsewhere they are refused.
#[cfg(target_os = "linux")]
mod black_hole;
mod broken;
mod connect;
// How many files a process may open is set by a shell of Unix.
#[cfg(unix)]
mod descriptors;
mod framing;
mod pool;
mod proxy;
mod resources;
mod runtimes;
mod stale;
mod tls;
