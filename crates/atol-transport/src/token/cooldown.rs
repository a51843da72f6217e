//! The pause after logins that were refused: longer each time, and never more than four logins an hour.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Sent};

/// The pauses after the first, second, third, and every later refusal.
const STEPS: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
];

/// No span of this length sees more than [`STEPS`]`.len()` logins: the steps alone would allow a fifth one
/// after 51 min.
const WINDOW: Duration = Duration::from_secs(3600);

/// The most by which two clocks disagree about when a refusal of our own was.
const SLACK: Duration = Duration::from_secs(2);

/// Older than anything that is taken over.
const LONG_AGO: Duration = Duration::from_secs(48 * 3600);

/// Holds back logins that would be refused again.
#[derive(Debug, Default)]
pub(super) struct Cooldown {
    count: usize,
    /// The latest refusals, oldest first.
    recent: VecDeque<Duration>,
    held: Option<Held>,
}

/// Until when no login is made, and why.
#[derive(Debug)]
pub(super) struct Held {
    until: Duration,
    why: Arc<Error>,
}

impl Held {
    pub(super) fn new(until: Duration, why: Arc<Error>) -> Held {
        Held { until, why }
    }

    /// The reason while it lasts, as an error that says when it ends.
    pub(super) fn error(&self, now: Duration) -> Option<Error> {
        let left = self.until.checked_sub(now).filter(|left| !left.is_zero())?;
        Some(
            Error::shared(&self.why)
                .map_message(|why| format!("{why} (the next login is tried in {})", in_words(left)))
                .with_sent(Sent::No)
                .with_retry_after(left),
        )
    }
}

impl Cooldown {
    /// Begins the next pause, for `why`.
    pub(super) fn refuse(&mut self, now: Duration, why: Arc<Error>) {
        let step = STEPS.get(self.count).or(STEPS.last()).copied().unwrap_or_default();
        self.count = self.count.saturating_add(1);
        self.recent.push_back(now);
        let mut until = now.saturating_add(step);
        if self.recent.len() >= STEPS.len()
            && let Some(oldest) = self.recent.pop_front()
        {
            until = until.max(oldest.saturating_add(WINDOW));
        }
        self.held = Some(Held::new(until, why));
    }

    /// Takes over refusals that another client or process has met, the oldest first; `ages` is how long ago.
    pub(super) fn take_over(&mut self, now: Duration, ages: &[Duration], why: &Arc<Error>) {
        let Some(newest) = ages.last().copied() else { return };
        let is_known = |own: &Duration| own.saturating_add(newest).saturating_add(SLACK) >= now;
        if self.recent.back().is_some_and(is_known) {
            return;
        }
        let mut theirs = Cooldown { count: self.count.saturating_sub(ages.len()), ..Cooldown::default() };
        // Counted from a day ago, so that there is a time for each.
        let now = now.saturating_add(LONG_AGO);
        for age in ages {
            theirs.refuse(now.saturating_sub(*age), Arc::clone(why));
        }
        theirs.shift_back(LONG_AGO);
        *self = theirs;
    }

    fn shift_back(&mut self, by: Duration) {
        for at in &mut self.recent {
            *at = at.saturating_sub(by);
        }
        if let Some(held) = &mut self.held {
            held.until = held.until.saturating_sub(by);
        }
    }

    /// Back to the first step, with no pause.
    pub(super) fn reset(&mut self) {
        *self = Cooldown::default();
    }

    /// The reason of the pause that is on, as an error that says when it ends.
    pub(super) fn held(&self, now: Duration) -> Option<Error> {
        self.held.as_ref()?.error(now)
    }
}

/// Rounded up, so that nobody comes back too early.
fn in_words(left: Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    match seconds {
        ..=120 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn why() -> Arc<Error> {
        Arc::new(Error::new(ErrorKind::CredentialsRejected, "no"))
    }

    /// The moments of logins of a client that polls each second for ten hours and is always refused.
    fn logins() -> Vec<u64> {
        let mut cooldown = Cooldown::default();
        let mut logins = Vec::new();
        for second in 0..36_000 {
            let now = Duration::from_secs(second);
            if cooldown.held(now).is_none() {
                logins.push(second);
                cooldown.refuse(now, why());
            }
        }
        logins
    }

    #[test]
    fn the_pauses_grow() {
        assert_eq!(logins()[..6], [0, 60, 360, 1260, 3600, 5400]);
    }

    #[test]
    fn no_hour_sees_more_than_four_logins() {
        let logins = logins();
        assert!(logins.windows(5).all(|five| five[4] - five[0] >= 3600), "{logins:?}");
        assert!(logins.len() > 18, "but they go on: {logins:?}");
    }

    #[test]
    fn the_end_of_the_pause_is_told() {
        let mut cooldown = Cooldown::default();
        cooldown.refuse(Duration::ZERO, why());
        let error = cooldown.held(Duration::from_millis(10_500)).unwrap();
        assert_eq!(error.to_string(), "no (the next login is tried in 50 s)");
        assert_eq!(error.retry_after(), Some(Duration::from_millis(49_500)));
        assert_eq!(error.kind(), ErrorKind::CredentialsRejected);
        cooldown.refuse(Duration::from_secs(60), why());
        assert_eq!(
            cooldown.held(Duration::from_secs(61)).unwrap().to_string(),
            "no (the next login is tried in 5 min)"
        );
    }

    #[test]
    fn refusals_that_another_met_are_counted_with_our_own() {
        let seconds = Duration::from_secs;
        let mut cooldown = Cooldown::default();
        cooldown.refuse(seconds(0), why());
        cooldown.refuse(seconds(60), why());
        // Our own, as the store has it, is no news.
        cooldown.take_over(seconds(70), &[seconds(10)], &why());
        assert!(cooldown.held(seconds(359)).is_some() && cooldown.held(seconds(360)).is_none());
        // The pause of ours is over when another meets the next; the store holds no more than that.
        cooldown.take_over(seconds(400), &[seconds(10)], &why());
        assert!(cooldown.held(seconds(689)).is_some() && cooldown.held(seconds(690)).is_none());
    }

    #[test]
    fn refusals_from_before_the_start_hold_logins_back_for_what_is_left_of_the_pause() {
        let started = Duration::from_secs(10);
        let minutes = |count: u64| Duration::from_secs(count * 60);
        let mut cooldown = Cooldown::default();
        cooldown.take_over(started, &[50, 40, 30, 20].map(minutes), &why());
        assert_eq!(cooldown.held(started).and_then(|error| error.retry_after()), Some(minutes(10)));
    }

    #[test]
    fn a_reset_starts_over() {
        let mut cooldown = Cooldown::default();
        cooldown.refuse(Duration::ZERO, why());
        cooldown.reset();
        assert!(cooldown.held(Duration::ZERO).is_none());
    }
}
