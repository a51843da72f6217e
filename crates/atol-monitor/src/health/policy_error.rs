//! Why a policy cannot be.

use std::fmt;

/// A policy that cannot be: which key of it, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    key: &'static str,
    message: String,
}

impl PolicyError {
    pub(super) fn limit(key: &'static str, limits: &dyn fmt::Debug, fix: &str) -> Self {
        Self { key, message: format!("{limits:?}: {fix}") }
    }

    pub(super) fn time_zone(name: &str) -> Self {
        let name = name.escape_debug();
        let message = format!(
            "`{name}` is not in this system's time-zone database; install tzdata or write an offset such as +05:00"
        );
        Self { key: "time_zone", message }
    }

    pub(super) fn age(key: &'static str, text: &str) -> Self {
        let text = text.escape_debug();
        Self { key, message: format!("`{text}` is not a length of time; write 30m, 12h or 2d") }
    }

    pub(super) fn kind(text: &str, error: impl fmt::Display) -> Self {
        Self { key: "disabled", message: format!("`{}`: {error}", text.escape_debug()) }
    }

    /// The key of the policy that is wrong, as in a configuration file.
    pub fn key(&self) -> &str {
        self.key
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "health policy, {}: {}", self.key, self.message)
    }
}

impl std::error::Error for PolicyError {}
