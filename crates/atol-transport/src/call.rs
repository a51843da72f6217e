//! What a call carries through the stack, as extensions of the request and the response.

use std::sync::Arc;
use std::time::Duration;

/// On a request: the caller reads the body as it arrives, so no layer may collect a successful answer.
///
/// Failed answers are collected all the same; retries end with the head of a successful one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a marker without content")]
pub struct Streaming;

/// On a request: requests with equal keys keep the client's spacing between them.
///
/// The vendor's sibling API allows one request a second for each register, so the key is the register's serial number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpacingKey(Arc<str>);

impl SpacingKey {
    /// A key; requests without one are not spaced.
    pub fn new(key: impl Into<Arc<str>>) -> SpacingKey {
        SpacingKey(key.into())
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// On a request: the path with its variable parts left out, for logs and spans (`/cash-registers/{serial}`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a newtype around the one thing it is")]
pub struct PathTemplate(pub &'static str);

/// On a request: the most bytes that its answer may have, in place of the client's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a newtype around the one thing it is")]
pub struct MaxBody(pub usize);

/// On a request: when the whole call must be over, as [monotonic](crate::clock::Clock::monotonic) time.
///
/// [`DeadlineLayer`](crate::DeadlineLayer) sets it, or takes over an earlier one, and ends the call; the layers below
/// plan with it and say what they were doing when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a newtype around the one thing it is")]
pub struct Deadline(pub Duration);

/// On a request: make sure that there is a valid token, and do nothing else.
///
/// The [token layer](crate::token::TokenLayer) answers it itself, with `200` and `{}`, once it has a token; the
/// address of the request does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a marker without content")]
pub struct Authenticate;

/// On a request: it is a login. Its body holds the password and its answer the token, so neither is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Login;

/// On a login: it renews a token early, beside the calls, so that no call waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EarlyRefresh;

/// On a response, and in every error: how often the request was tried and how long that took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Attempts {
    /// The number of attempts, 1 for a request that succeeded at once.
    pub count: u32,
    /// The time from the first attempt to the end of the last, waits included.
    pub elapsed: Duration,
}

impl Attempts {
    /// What the retry layer puts on the answer.
    pub fn new(count: u32, elapsed: Duration) -> Attempts {
        Attempts { count, elapsed }
    }
}
