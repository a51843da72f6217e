//! The client's clock: paused time that notes each wait which came to its end.

use std::time::Duration;

use atol_transport::clock::{Clock, Sleep, VirtualClock};
use jiff::Timestamp;

use crate::events::{Event, EventLog};

/// Tokio's (paused) time with a time of day of its own; waits that come to their end are logged, limits that do
/// not run out are not.
#[derive(Debug)]
pub struct LoggedClock {
    inner: VirtualClock,
    log: EventLog,
}

impl LoggedClock {
    /// A clock that shows `wall` now.
    pub fn new(wall: Timestamp, log: EventLog) -> LoggedClock {
        LoggedClock { inner: VirtualClock::starting_at(wall), log }
    }

    /// Sets the time of day.
    pub fn set_wall(&self, wall: Timestamp) {
        self.inner.set_wall(wall);
    }
}

impl Clock for LoggedClock {
    fn monotonic(&self) -> Duration {
        self.inner.monotonic()
    }

    fn wall(&self) -> Timestamp {
        self.inner.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let sleep = self.inner.sleep(duration);
        let log = self.log.clone();
        Box::pin(async move {
            sleep.await;
            log.note(Event::Sleep(duration));
        })
    }
}
