//! The clock of a simulated host: the time of the whole simulation.

use std::time::Duration;

use atol_transport::clock::{Clock, Sleep, SystemClock};
use jiff::{SignedDuration, Timestamp};

/// Shows the simulation's time, which is the same on every host and outlives their crashes.
#[derive(Debug)]
pub(crate) struct SimulatedClock;

/// The time of day at the beginning of each simulation.
fn start() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

impl Clock for SimulatedClock {
    fn monotonic(&self) -> Duration {
        turmoil::sim_elapsed().unwrap_or_default()
    }

    fn wall(&self) -> Timestamp {
        start() + SignedDuration::try_from(self.monotonic()).unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        SystemClock::new().sleep(duration)
    }
}
