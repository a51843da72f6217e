//! A token in use, with what is known about it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderValue;

use super::expiry::Lifetime;
use super::fetch::Fetched;
use super::value::Token;
use crate::secrets::Secrets;

/// A token in use. Its generation tells it from the next one, even when the service gives out the same again.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) generation: u64,
    pub(super) header: HeaderValue,
    pub(super) token: Token,
    /// The token again, for hiding it in answers.
    pub(super) secrets: Secrets,
    pub(super) lifetime: Lifetime,
    /// The age at which it is to be refreshed early.
    pub(super) refresh_age: Duration,
    /// Whether we logged in for it, rather than finding it in the store.
    pub(super) fresh: bool,
    worked: AtomicBool,
    was_replaced: AtomicBool,
}

impl Issued {
    pub(super) fn new(
        generation: u64,
        header: HeaderValue,
        fetched: Fetched,
        refresh_age: Duration,
    ) -> Issued {
        let Fetched { token, lifetime, fresh, .. } = fetched;
        let secrets = Secrets::of([token.expose()]);
        Issued {
            generation,
            header,
            token,
            secrets,
            lifetime,
            refresh_age,
            fresh,
            worked: AtomicBool::new(false),
            was_replaced: AtomicBool::new(false),
        }
    }

    /// Notes that a call got through with it.
    pub(super) fn note_success(&self) {
        // Read first: the line is shared by all callers, and written once a day.
        if !self.worked() {
            self.worked.store(true, Ordering::Relaxed);
        }
    }

    /// Whether any call got through with it.
    pub(super) fn worked(&self) -> bool {
        self.worked.load(Ordering::Relaxed)
    }

    /// Notes that another token helped where this one was refused; true the first time.
    pub(super) fn note_replacement(&self) -> bool {
        !self.was_replaced.swap(true, Ordering::Relaxed)
    }
}
