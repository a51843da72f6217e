//! What the token part has to say in the log; nothing without the feature `tracing`.

use crate::error::BoxError;
#[cfg(feature = "tracing")]
use crate::error::Excerpt;

/// A store failed; the call goes on without it.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log to write to"))]
pub(super) fn store_failed(doing: &'static str, error: &BoxError) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        error = %Excerpt::of(&error.to_string(), 200),
        "the token store failed to {doing} the token; going on without it",
    );
}

/// The login is held back because the last tokens were all refused soon.
pub(super) fn contention() {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        "token contention: the last tokens were all refused within an hour; \
         does another program log in with the same account?"
    );
}
