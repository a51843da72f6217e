//! How often a refused token may be answered with another login.

use std::sync::Arc;
use std::time::Duration;

use super::cooldown::Cooldown;
use crate::error::{Error, ErrorKind};

/// A token that lived this long before it was refused has done its work: the count starts over.
const HONEST_LIFE: Duration = Duration::from_secs(3600);

/// So many short-lived tokens in a row are followed by a login at once; after that each login is held back.
const FREE: u32 = 3;

/// Counts the logins that refused tokens lead to, and holds them back when they do not help.
///
/// Two signs say that another login is of no use. *Stillborn tokens*: the service refuses a token that it has
/// just given out, twice in a row; it hands out a dead token again and again. *Contention*: tokens work, but
/// none of the last ones lived an hour; most likely another program logs in with the same account and each
/// login ends the other's token. In both cases the next login waits as after a wrong password: 1, 5, 15, 30 min.
#[derive(Debug, Default)]
pub(super) struct Relogins {
    /// Tokens in a row that were refused before they ever worked.
    stillborn: u32,
    /// Tokens in a row that worked for less than an hour.
    short_lived: u32,
    cooldown: Cooldown,
}

/// The life of a token that has just been refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused {
    /// Whether any call succeeded with it.
    pub(super) worked: bool,
    /// Whether we logged in for it, rather than finding it in the store.
    pub(super) fresh: bool,
    pub(super) age: Duration,
}

impl Relogins {
    /// Notes that a token was refused; true when this is the moment to warn of contention.
    pub(super) fn refused(&mut self, now: Duration, token: Refused) -> bool {
        if token.worked {
            if token.age >= HONEST_LIFE {
                *self = Relogins::default();
                return false;
            }
            self.stillborn = 0;
            self.short_lived = self.short_lived.saturating_add(1);
            if self.short_lived > FREE {
                self.cooldown.refuse(now, Arc::new(contention()));
                return true;
            }
        } else if token.fresh {
            self.stillborn = self.stillborn.saturating_add(1);
            if self.stillborn > 1 {
                self.cooldown.refuse(now, Arc::new(dead_again()));
            }
        }
        false
    }

    /// The reason why no login is made now, if there is one.
    pub(super) fn held(&self, now: Duration) -> Option<Error> {
        self.cooldown.held(now)
    }
}

fn contention() -> Error {
    Error::new(
        ErrorKind::Unauthorized,
        format!("the last {} tokens were all refused within an hour of their login", FREE + 1),
    )
    .with_advice("look for another program that logs in with the same account: each login may end the token of the other; let them share one token store, or give each an account of its own")
}

fn dead_again() -> Error {
    Error::new(ErrorKind::Unauthorized, "the service refuses even the tokens that it has just given out")
        .with_advice("check that the environment is right; if it is, tell the vendor's support")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn worked_for(age: Duration) -> Refused {
        Refused { worked: true, fresh: true, age }
    }

    #[test]
    fn the_fourth_short_life_in_a_row_is_contention() {
        let mut relogins = Relogins::default();
        for _ in 0..3 {
            assert!(!relogins.refused(SECOND, worked_for(60 * SECOND)));
            assert!(relogins.held(SECOND).is_none());
        }
        assert!(relogins.refused(SECOND, worked_for(60 * SECOND)));
        let error = relogins.held(SECOND).unwrap();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(
            error.to_string(),
            "the last 4 tokens were all refused within an hour of their login (the next login is tried in 60 s)"
        );
    }

    #[test]
    fn tokens_that_live_for_hours_are_no_contention() {
        let mut relogins = Relogins::default();
        for _ in 0..100 {
            assert!(!relogins.refused(SECOND, worked_for(HONEST_LIFE)));
        }
        assert!(relogins.held(SECOND).is_none());
    }

    #[test]
    fn a_stored_token_that_is_dead_says_nothing_about_logins() {
        let mut relogins = Relogins::default();
        for _ in 0..10 {
            relogins.refused(SECOND, Refused { worked: false, fresh: false, age: SECOND });
        }
        assert!(relogins.held(SECOND).is_none());
    }

    #[test]
    fn the_second_stillborn_token_ends_the_attempts() {
        let mut relogins = Relogins::default();
        let stillborn = Refused { worked: false, fresh: true, age: SECOND };
        relogins.refused(SECOND, stillborn);
        assert!(relogins.held(SECOND).is_none());
        relogins.refused(SECOND, stillborn);
        assert!(relogins.held(SECOND).is_some());
    }
}
