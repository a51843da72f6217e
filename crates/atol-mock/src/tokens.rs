//! The tokens the stand-in has issued.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock;

/// Every token issued so far, some of which may still be good.
#[derive(Default)]
pub(crate) struct Tokens {
    issued: Vec<Token>,
}

struct Token {
    text: String,
    good_until: Option<Timestamp>,
}

impl Tokens {
    /// The good token with its remaining life, or a new one.
    pub(crate) fn get(&mut self, now: Timestamp, life: Duration) -> String {
        // Not only the last one: a dead one may have been issued since.
        if let Some(good) = self.issued.iter().rev().find(|token| token.is_good(now)) {
            return good.text.clone();
        }
        self.issue(Some(clock::later(now, life)))
    }

    /// A token that is never good.
    pub(crate) fn issue_dead(&mut self) -> String {
        self.issue(None)
    }

    pub(crate) fn revoke(&mut self) {
        for token in &mut self.issued {
            token.good_until = None;
        }
    }

    pub(crate) fn is_good(&self, text: &str, now: Timestamp) -> bool {
        self.issued.iter().any(|token| token.text == text && token.is_good(now))
    }

    /// Which of the tokens this is, counted from 1.
    pub(crate) fn number(&self, text: &str) -> Option<usize> {
        self.issued.iter().position(|token| token.text == text).map(|position| position + 1)
    }

    fn issue(&mut self, good_until: Option<Timestamp>) -> String {
        // Looks like the service's, and cannot be mistaken for a real one.
        let text = format!("mock{:028x}", self.issued.len() + 1);
        self.issued.push(Token { text: text.clone(), good_until });
        text
    }
}

impl Token {
    fn is_good(&self, now: Timestamp) -> bool {
        self.good_until.is_some_and(|until| now < until)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("issued", &self.issued.len()).finish_non_exhaustive()
    }
}
