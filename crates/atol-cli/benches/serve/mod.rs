//! Modules of the command, which is no library: compiled into the benchmark, with what their tests refer to.

#[path = "../../src/serve/metrics/mod.rs"]
pub(crate) mod metrics;
#[path = "../../src/serve/state/mod.rs"]
pub(crate) mod state;
#[path = "../../src/serve/test_kit.rs"]
mod test_kit;
