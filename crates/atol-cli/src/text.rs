//! Sentences for people, in each language they are read in.

use std::fmt;

use atol_monitor::Language;

/// A sentence in English and in Russian; `text!` writes both side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) ru: String,
}

impl Text {
    /// The sentence in that language.
    pub(crate) fn to(&self, language: Language) -> &str {
        match language {
            Language::Ru => &self.ru,
            _ => &self.en,
        }
    }

    /// Words of somebody else, which are what they are in every language.
    pub(crate) fn foreign(words: impl fmt::Display) -> Text {
        let words = words.to_string();
        Text { en: words.clone(), ru: words }
    }
}

/// Makes a [`Text`] from an English and a Russian format string.
macro_rules! text {
    ($en:literal, $ru:literal $(,)?) => {
        $crate::text::Text { en: format!($en), ru: format!($ru) }
    };
}

pub(crate) use text;

/// The word in that language, where both are known beforehand.
pub(crate) fn word(language: Language, en: &'static str, ru: &'static str) -> &'static str {
    match language {
        Language::Ru => ru,
        _ => en,
    }
}
