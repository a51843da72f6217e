//! How bad it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Language;

/// How bad it is, in the words of monitoring plugins; the greater, the worse.
///
/// ```
/// use atol_monitor::health::Severity;
///
/// let worst = [Severity::Ok, Severity::Warning, Severity::Unknown].into_iter().max();
/// assert_eq!(worst, Some(Severity::Warning));
/// assert!(Severity::Unknown > Severity::Ok);
/// ```
///
/// # Where `Unknown` stands
///
/// Above `Ok`, because what is not known is never called healthy. Below `Warning` and `Critical`, because a problem that
/// is known must not be hidden behind one that may not exist. The order is that of `max_state_alt` of the monitoring
/// plugins; the numbers of their exit codes (3 for unknown) are not an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the four states of monitoring plugins: callers map each of them"
)]
pub enum Severity {
    /// Nothing to do.
    #[default]
    Ok,
    /// It could not be found out.
    Unknown,
    /// Someone has to act in the next days.
    Warning,
    /// Someone has to act now: receipts stop, or will soon.
    Critical,
}

impl Severity {
    /// Every severity, from the best to the worst.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Unknown, Self::Warning, Self::Critical];

    /// The name in JSON: `ok`, `unknown`, `warning`, `critical`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The name for people.
    pub fn label(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::En, _) => self.as_str(),
            (Language::Ru, Self::Ok) => "норма",
            (Language::Ru, Self::Unknown) => "неизвестно",
            (Language::Ru, Self::Warning) => "предупреждение",
            (Language::Ru, Self::Critical) => "критично",
        }
    }
}

/// The name in JSON.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
