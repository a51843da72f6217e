//! What to watch, how often, and by which rules.

use std::sync::Arc;
use std::time::Duration;

use atol_transport::clock::{SharedClock, SystemClock};
use atol_transport::retry::{Random, ThreadRandom};

use super::poll::pause;
use super::schedule::Schedule;
use super::state::WatchState;
use crate::error::{Error, ErrorKind, Result};
use crate::health::Policy;
use crate::serial_number::SerialNumber;

/// The shortest of any of the times: a register is not to be asked for more often than once a second.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest of any of the times: more than anyone waits.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// What to watch, how often, and by which rules; the default watches the whole list every minute by the default policy.
///
/// ```
/// use std::time::Duration;
/// use atol_monitor::health::Policy;
/// use atol_monitor::watch::WatchOptions;
///
/// let options = WatchOptions::builder()
///     .serial_numbers(["00107703864827", "00107703864828"])
///     .interval(Duration::from_secs(300))
///     .policy(Policy::builder().production(true).build()?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// The registers to ask for one by one; the whole list without them.
    pub(super) serial_numbers: Option<Vec<String>>,
    pub(super) schedule: Schedule,
    pub(super) poll_limit: Duration,
    pub(super) no_news: Duration,
    pub(super) policy: Policy,
    pub(super) state: Option<WatchState>,
    pub(super) clock: SharedClock,
    pub(super) random: Arc<dyn Random>,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            serial_numbers: None,
            schedule: Schedule {
                interval: Duration::from_secs(60),
                jitter: 0.1,
                longest_backoff: Duration::from_secs(600),
            },
            poll_limit: Duration::from_secs(600),
            no_news: Duration::from_secs(3600),
            policy: Policy::default(),
            state: None,
            clock: SystemClock::shared(),
            random: Arc::new(ThreadRandom),
        }
    }
}

impl WatchOptions {
    /// Starts from the defaults.
    pub fn builder() -> WatchOptionsBuilder {
        WatchOptionsBuilder { options: Self::default() }
    }

    /// How long a watch with these options waits after a poll; for programs that poll by themselves and feed a
    /// [`Watcher`](super::Watcher).
    ///
    /// ```
    /// use std::time::Duration;
    /// use atol_monitor::watch::WatchOptions;
    ///
    /// let options = WatchOptions::builder().interval(Duration::from_secs(60)).jitter(0.0).build()?;
    /// let took = Duration::from_secs(2);
    /// assert_eq!(options.wait_after(took, 0, None), Duration::from_secs(58));
    /// assert_eq!(options.wait_after(took, 3, None), Duration::from_secs(238));
    /// # Ok::<(), atol_monitor::Error>(())
    /// ```
    ///
    /// The poll took `took`. If it failed, `error` says why, so that a pause the service asks for is kept, and `failures`
    /// is how many have failed in a row with it.
    pub fn wait_after(&self, took: Duration, failures: u32, error: Option<&Error>) -> Duration {
        self.schedule.wait(took, failures, error.and_then(pause), self.random.next_u64())
    }
}

/// Builds [`WatchOptions`]; what is not set keeps its default.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct WatchOptionsBuilder {
    options: WatchOptions,
}

impl WatchOptionsBuilder {
    /// Watches these registers, each by a question of its own, and not the whole list.
    ///
    /// Such a register is never [removed](super::WatchEvent::Removed): one that the service does not know cannot be read.
    pub fn serial_numbers<T: Into<String>>(mut self, serial_numbers: impl IntoIterator<Item = T>) -> Self {
        self.options.serial_numbers = Some(serial_numbers.into_iter().map(Into::into).collect());
        self
    }

    /// From the beginning of one poll to that of the next, by default a minute; at least a second.
    ///
    /// A poll that takes longer than that is followed by a whole interval.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.options.schedule.interval = interval;
        self
    }

    /// By which part of it the interval varies, up and down, so that many watches do not poll in step: 0 to 1, by default
    /// 0.1.
    pub fn jitter(mut self, part: f64) -> Self {
        self.options.schedule.jitter = part;
        self
    }

    /// The longest wait after failed polls, by default 10 minutes.
    ///
    /// The interval doubles with each failure in a row until it is reached, and is what it was after the first success.
    pub fn longest_backoff(mut self, longest: Duration) -> Self {
        self.options.schedule.longest_backoff = longest;
        self
    }

    /// After what time a poll is given up, by default 10 minutes.
    ///
    /// Each request has its own [time limits](atol_transport::Timeouts); this one is for a long list of them, and for a
    /// client without limits.
    pub fn poll_limit(mut self, limit: Duration) -> Self {
        self.options.poll_limit = limit;
        self
    }

    /// For how long a register may be silent until that is [told](super::WatchEvent::NoNews), by default an hour.
    ///
    /// Between two polls nobody can be heard, so it is never less than two of the longest [intervals](Self::interval).
    pub fn no_news(mut self, limit: Duration) -> Self {
        self.options.no_news = limit;
        self
    }

    /// The rules by which registers are judged.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = policy;
        self
    }

    /// Goes on from what another watch has saved.
    pub fn state(mut self, state: impl Into<Option<WatchState>>) -> Self {
        self.options.state = state.into();
        self
    }

    /// Takes the time from another clock: the one that the client was given, in tests.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.options.clock = clock;
        self
    }

    /// Takes the jitter from another source, such as a [seeded](atol_transport::retry::SeededRandom) one.
    pub fn random(mut self, random: impl Random) -> Self {
        self.options.random = Arc::new(random);
        self
    }

    /// The options.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] that names the option: a time of less than a second or of more than a year, a jitter
    /// beyond 0 to 1, no serial number or a text that is none.
    pub fn build(self) -> Result<WatchOptions> {
        let mut options = self.options;
        if let Some(serial_numbers) = &mut options.serial_numbers {
            *serial_numbers = checked(serial_numbers)?;
        }
        let Schedule { interval, jitter, longest_backoff } = options.schedule;
        if !(0.0..=1.0).contains(&jitter) {
            return Err(invalid(&format!("jitter: {jitter} is not a part of the interval: use 0 to 1")));
        }
        for (name, time) in [
            ("interval", interval),
            ("longest_backoff", longest_backoff),
            ("poll_limit", options.poll_limit),
            ("no_news", options.no_news),
        ] {
            if time < SHORTEST || time > LONGEST {
                return Err(invalid(&format!(
                    "{name}: {} seconds are out of range: use 1 to 31622400 (366 days)",
                    time.as_secs_f64()
                )));
            }
        }
        options.no_news = options.no_news.max(options.schedule.longest_interval().saturating_mul(2));
        Ok(options)
    }
}

/// The serial numbers, trimmed, each once.
fn checked(serial_numbers: &[String]) -> Result<Vec<String>> {
    if serial_numbers.is_empty() {
        return Err(invalid("there is no serial number to watch: name one, or watch the whole list"));
    }
    let mut seen = std::collections::HashSet::new();
    let mut checked = Vec::new();
    for text in serial_numbers {
        let serial_number = text.parse::<SerialNumber>()?.as_str().to_owned();
        if seen.insert(serial_number.clone()) {
            checked.push(serial_number);
        }
    }
    Ok(checked)
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("watch options: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn m10_absurd_options_are_refused_by_name() {
        let refused = |change: fn(WatchOptionsBuilder) -> WatchOptionsBuilder| {
            change(WatchOptions::builder()).build().unwrap_err().to_string()
        };
        insta::assert_snapshot!(
            [
                refused(|options| options.interval(Duration::ZERO)),
                refused(|options| options.longest_backoff(Duration::MAX)),
                refused(|options| options.poll_limit(Duration::from_millis(1))),
                refused(|options| options.no_news(Duration::ZERO)),
                refused(|options| options.jitter(1.5)),
                refused(|options| options.jitter(f64::NAN)),
                refused(|options| options.serial_numbers(Vec::<String>::new())),
                refused(|options| options.serial_numbers(["001", "a/b"])),
            ]
            .join("\n"),
            @r"
        watch options: interval: 0 seconds are out of range: use 1 to 31622400 (366 days)
        watch options: longest_backoff: 18446744073709552000 seconds are out of range: use 1 to 31622400 (366 days)
        watch options: poll_limit: 0.001 seconds are out of range: use 1 to 31622400 (366 days)
        watch options: no_news: 0 seconds are out of range: use 1 to 31622400 (366 days)
        watch options: jitter: 1.5 is not a part of the interval: use 0 to 1
        watch options: jitter: NaN is not a part of the interval: use 0 to 1
        watch options: there is no serial number to watch: name one, or watch the whole list
        the serial number `a/b` holds `/`, which no serial number has
        "
        );
    }

    #[test]
    fn silence_is_longer_than_the_time_between_polls() {
        let no_news = |seconds, no_news| {
            let options = WatchOptions::builder().interval(seconds * SECOND).no_news(no_news * SECOND);
            options.build().unwrap().no_news.as_secs()
        };
        assert_eq!(no_news(60, 3600), 3600);
        assert_eq!(no_news(7200, 3600), 2 * 7920, "two intervals with their jitter");
    }

    #[test]
    fn serial_numbers_are_trimmed_and_taken_once() {
        let options = WatchOptions::builder().serial_numbers([" 002", "001", "002 "]).interval(SECOND);
        assert_eq!(options.build().unwrap().serial_numbers.unwrap(), ["002", "001"]);
    }
}
