//! Refusals without a code: they may be about the token, or about the one path that always answers so.

use std::collections::VecDeque;
use std::time::Duration;

/// For how long a path that refused even a new token is believed to be the trouble; twice as long each further time.
const FIRST: Duration = Duration::from_secs(3600);

/// The longest such time.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// From one login that did not help to the next, whatever the paths.
const BETWEEN: Duration = Duration::from_secs(15 * 60);

/// So many paths are kept in mind: with more of them there is a login [`BETWEEN`] one and the next.
const MOST: usize = 64;

/// Which paths refuse every token without a code, so that they cost the others neither their token nor a pause.
///
/// They are believed to be the trouble only while the token at hand works elsewhere.
#[derive(Debug, Default)]
pub(super) struct Unexplained {
    /// The one that was asked with a new token last stands at the end.
    paths: VecDeque<Path>,
    not_before: Duration,
}

#[derive(Debug)]
struct Path {
    name: String,
    since: Duration,
    lasts: Duration,
}

impl Unexplained {
    /// Whether `path` has refused a new token lately.
    pub(super) fn is_known(&self, now: Duration, path: &str) -> bool {
        self.paths.iter().any(|known| known.name == path && now.saturating_sub(known.since) < known.lasts)
    }

    /// Whether the last login that did not help is long enough ago for another.
    pub(super) fn may_log_in(&self, now: Duration) -> bool {
        now >= self.not_before
    }

    /// Notes that `path` refused a token that was fetched for it.
    pub(super) fn did_not_help(&mut self, now: Duration, path: &str) {
        self.not_before = now.saturating_add(BETWEEN);
        let before = self.take(path);
        if before.is_none() && self.paths.len() == MOST {
            self.paths.pop_front();
        }
        let lasts = before.map_or(FIRST, |before| before.lasts.saturating_mul(2).min(LONGEST));
        self.paths.push_back(Path { name: path.to_owned(), since: now, lasts });
    }

    /// Notes that `path` takes the token.
    pub(super) fn succeeded(&mut self, path: &str) {
        self.take(path);
    }

    fn take(&mut self, path: &str) -> Option<Path> {
        let at = self.paths.iter().position(|known| known.name == path)?;
        self.paths.remove(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_path_is_believed_for_longer_each_time_until_it_succeeds() {
        let mut unexplained = Unexplained::default();
        let mut now = Duration::ZERO;
        for hours in [1, 2, 4, 8, 16, 24, 24] {
            unexplained.did_not_help(now, "/a");
            let end = now + hours * HOUR;
            assert!(unexplained.is_known(end.saturating_sub(Duration::from_secs(1)), "/a"));
            assert!(!unexplained.is_known(end, "/a"), "{hours} h");
            assert!(!unexplained.is_known(now, "/b"));
            now = end;
        }
        unexplained.did_not_help(now, "/a");
        unexplained.succeeded("/a");
        assert!(!unexplained.is_known(now, "/a"));
        unexplained.did_not_help(now, "/a");
        assert!(!unexplained.is_known(now + HOUR, "/a"), "the first step again");
    }

    #[test]
    fn logins_that_do_not_help_are_a_quarter_of_an_hour_apart() {
        let mut unexplained = Unexplained::default();
        assert!(unexplained.may_log_in(Duration::ZERO));
        unexplained.did_not_help(Duration::ZERO, "/a");
        assert!(!unexplained.may_log_in(BETWEEN.saturating_sub(Duration::from_secs(1))));
        assert!(unexplained.may_log_in(BETWEEN));
    }

    #[test]
    fn no_more_than_the_latest_paths_are_kept() {
        let mut unexplained = Unexplained::default();
        for path in 0..1000 {
            unexplained.did_not_help(HOUR, &path.to_string());
        }
        assert_eq!(unexplained.paths.len(), MOST);
        assert!(unexplained.is_known(HOUR, "999") && !unexplained.is_known(HOUR, "0"));
    }
}
