//! The languages in which findings are explained to people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the texts for people.
///
/// ```
/// use atol_monitor::Language;
///
/// assert_eq!("ru".parse(), Ok(Language::Ru));
/// assert_eq!("ru_RU.UTF-8".parse(), Ok(Language::Ru)); // as in $LANG
/// assert!("de".parse::<Language>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// Every language, English first.
    pub const ALL: &[Self] = &[Self::En, Self::Ru];

    /// The two letters of ISO 639-1: `en`, `ru`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads `en`, `ru` and the names of locales that begin with them, in any case.
impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let language = text.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str().eq_ignore_ascii_case(language))
            .ok_or(UnknownLanguage { _private: () })
    }
}

/// The text names no language that the findings are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLanguage {
    _private: (),
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown language; write en or ru")
    }
}

impl std::error::Error for UnknownLanguage {}
