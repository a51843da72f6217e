//! The log of calls, for `--verbose`: on standard error, without secrets, because the client logs none.

use std::io;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

use crate::console::Verbosity;

/// What our own crates log; those underneath would tell what is in the requests.
const OURS: &str = "atol";

/// Starts the log, if one was asked for.
pub(crate) fn start(verbosity: Verbosity) {
    let level = match verbosity {
        Verbosity::Quiet | Verbosity::Normal => return,
        Verbosity::Verbose => LevelFilter::DEBUG,
        Verbosity::Trace => LevelFilter::TRACE,
    };
    let events = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_filter(Targets::new().with_target(OURS, level));
    // There is no other subscriber that this one could come too late for.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(events));
}
