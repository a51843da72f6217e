//! Now, by every clock there is.

use std::time::Duration;

use atol_transport::clock::Clock;
use jiff::Timestamp;

/// Now, by every clock there is: none of them is right alone.
///
/// ```
/// use std::time::Duration;
/// use atol_monitor::watch::Moment;
///
/// let moment = Moment::new("2019-12-05T10:46:00Z".parse()?, Duration::ZERO)
///     .with_server_time(Some("2019-12-05T10:46:02Z".parse()?));
/// assert!(moment.server.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The time of day jumps when somebody sets it; the monotonic time stands still while the machine sleeps; the service's
/// time comes only with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moment {
    /// The time of day, as this machine believes it.
    pub wall: Timestamp,
    /// The time since a fixed but arbitrary moment of this process.
    pub monotonic: Duration,
    /// The time of day as the service's last answer has it (its `Date` header).
    pub server: Option<Timestamp>,
}

impl Moment {
    /// A moment of which the service has said nothing.
    pub fn new(wall: Timestamp, monotonic: Duration) -> Self {
        Self { wall, monotonic, server: None }
    }

    /// Reads a clock.
    pub fn now(clock: &dyn Clock) -> Self {
        Self::new(clock.wall(), clock.monotonic())
    }

    /// The same moment, with what the service said.
    #[must_use]
    pub fn with_server_time(self, server: Option<Timestamp>) -> Self {
        Self { server, ..self }
    }
}
