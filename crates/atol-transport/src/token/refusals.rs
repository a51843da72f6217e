//! Refused logins as a store keeps them, so that the pause after them outlives the process.

use std::time::Duration;

use jiff::Timestamp;

use crate::error::{Error, ErrorKind};

/// As many refusals as the length of the pause depends on.
const KEPT: usize = 4;

/// A refusal that long ago says nothing about today's login.
const OLDEST: Duration = Duration::from_secs(24 * 3600);

/// The last times at which the service refused a login: what a [`TokenStore`](super::TokenStore) keeps of it.
///
/// ```
/// use atol_transport::token::Refusals;
///
/// let refusals = Refusals::new(["2026-11-24T10:00:00Z".parse()?], false);
/// assert_eq!(refusals.at().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Nothing of the password is in it, nor anything made from it: a hash of a password can be guessed by trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    at: Vec<Timestamp>,
    is_user_blocked: bool,
}

impl Refusals {
    /// Refusals at these times, of which the latest few count. `is_user_blocked` tells why the last one came:
    /// because the user is blocked (code 14), or because login or password are wrong.
    pub fn new(at: impl IntoIterator<Item = Timestamp>, is_user_blocked: bool) -> Refusals {
        let mut at: Vec<_> = at.into_iter().collect();
        at.sort_unstable();
        at.drain(..at.len().saturating_sub(KEPT));
        Refusals { at, is_user_blocked }
    }

    /// When the logins were refused, by the wall clock, the oldest first.
    pub fn at(&self) -> &[Timestamp] {
        &self.at
    }

    /// Whether the user was blocked at the last one.
    pub fn is_user_blocked(&self) -> bool {
        self.is_user_blocked
    }

    /// These and one more, now.
    pub(super) fn and_now(earlier: Option<Refusals>, now: Timestamp, why: ErrorKind) -> Refusals {
        let earlier = earlier.map(|earlier| earlier.counting(now)).unwrap_or_default();
        Refusals::new(earlier.into_iter().chain([now]), why == ErrorKind::UserBlocked)
    }

    /// How long ago the refusals were that still count, the oldest first.
    pub(super) fn ages(&self, now: Timestamp) -> Vec<Duration> {
        self.counting(now).into_iter().filter_map(|at| age(now, at)).collect()
    }

    /// Without those from the future, which some other clock has made; nothing when the last is a day old.
    fn counting(&self, now: Timestamp) -> Vec<Timestamp> {
        let past: Vec<_> = self.at.iter().copied().filter(|at| age(now, *at).is_some()).collect();
        let is_recent = past.last().and_then(|last| age(now, *last)).is_some_and(|age| age < OLDEST);
        if is_recent { past } else { Vec::new() }
    }

    /// What a call hears that is held back because of them.
    pub(super) fn error(&self) -> Error {
        let kind = if self.is_user_blocked { ErrorKind::UserBlocked } else { ErrorKind::CredentialsRejected };
        let last = self.at.last().and_then(|last| Timestamp::from_second(last.as_second()).ok());
        let last = last.unwrap_or_default();
        let what = if self.is_user_blocked { "the user is blocked" } else { "login or password are wrong" };
        Error::new(kind, format!("{what}, said the service at {last}, before this program was started"))
            .with_advice(if self.is_user_blocked {
                "ask the vendor's support to unblock the user"
            } else {
                "correct login or password; they are tried again when the pause is over"
            })
    }
}

/// `None` for what is still to come.
fn age(now: Timestamp, at: Timestamp) -> Option<Duration> {
    Duration::try_from(now.duration_since(at)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        format!("2026-11-{text}Z").parse().unwrap()
    }

    fn ages(at: &[&str]) -> Vec<u64> {
        let refusals = Refusals::new(at.iter().map(|at| time(at)), false);
        refusals.ages(time("24T12:00:00")).iter().map(Duration::as_secs).collect()
    }

    #[test]
    fn the_latest_four_count() {
        let at = ["24T11:59:50", "24T11:00:00", "24T11:10:00", "24T11:20:00", "24T11:30:00"];
        assert_eq!(ages(&at), [3000, 2400, 1800, 10]);
    }

    #[test]
    fn what_is_long_ago_or_still_to_come_does_not_count() {
        assert_eq!(ages(&["23T12:00:00", "22T12:00:00"]), Vec::<u64>::new());
        assert_eq!(ages(&["23T12:00:01"]), [86_399]);
        assert_eq!(ages(&["24T12:00:01"]), Vec::<u64>::new());
        assert_eq!(ages(&["22T12:00:00", "24T11:59:59", "24T12:00:01"]), [2 * 86_400, 1]);
        assert_eq!(ages(&[]), Vec::<u64>::new());
    }

    #[test]
    fn one_more_is_added_to_those_that_count() {
        let now = time("24T12:00:00");
        let stale = Refusals::new([time("20T12:00:00")], true);
        assert_eq!(Refusals::and_now(Some(stale), now, ErrorKind::Unauthorized), Refusals::new([now], false));
        let recent = Refusals::new([time("24T11:59:00")], false);
        let both = Refusals::and_now(Some(recent), now, ErrorKind::UserBlocked);
        assert_eq!((both.at().len(), both.is_user_blocked()), (2, true));
    }
}
