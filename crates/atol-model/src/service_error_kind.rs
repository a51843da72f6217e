//! Where in the service an error arose.

use std::fmt;

use crate::excerpt::excerpt;

/// Where the service went wrong: the `type` of its error object.
///
/// ```
/// use atol_model::ServiceErrorKind;
///
/// assert_eq!(ServiceErrorKind::from("system"), ServiceErrorKind::System);
/// assert_eq!(ServiceErrorKind::from("gremlin").as_str(), "gremlin");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// `none`: nothing went wrong.
    None,
    /// `unknown`: the service cannot tell; also for an error object that does not say.
    #[default]
    Unknown,
    /// `system`: in the service.
    System,
    /// `driver`: in the register's driver.
    Driver,
    /// `timeout`: something took too long.
    Timeout,
    /// `agent`: in the program beside the register.
    Agent,
    /// A word that this version does not know, kept as it came.
    Other(OtherServiceErrorKind),
}

/// The word of a [`ServiceErrorKind`] that is not known; made by its `From` only, so that it never stands for a known one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OtherServiceErrorKind(Box<str>);

impl ServiceErrorKind {
    /// All known kinds.
    pub const ALL: &'static [Self] =
        &[Self::None, Self::Unknown, Self::System, Self::Driver, Self::Timeout, Self::Agent];

    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::System => "system",
            Self::Driver => "driver",
            Self::Timeout => "timeout",
            Self::Agent => "agent",
            Self::Other(OtherServiceErrorKind(word)) => word,
        }
    }

    /// What it means, in English.
    pub const fn description_en(&self) -> &'static str {
        match self {
            Self::None => "nothing went wrong",
            Self::Unknown => "the service cannot tell where it went wrong",
            Self::System => "something went wrong in the service",
            Self::Driver => "something went wrong in the register's driver",
            Self::Timeout => "something took too long",
            Self::Agent => "something went wrong in the program beside the register",
            Self::Other(_) => "a kind of error that this version does not know",
        }
    }

    /// What it means, in Russian.
    pub const fn description_ru(&self) -> &'static str {
        match self {
            Self::None => "ошибки нет",
            Self::Unknown => "источник ошибки неизвестен",
            Self::System => "ошибка в самом сервисе",
            Self::Driver => "ошибка драйвера ККТ",
            Self::Timeout => "истекло время ожидания",
            Self::Agent => "ошибка агента, работающего с ККТ",
            Self::Other(_) => "вид ошибки, которого эта версия не знает",
        }
    }
}

impl From<&str> for ServiceErrorKind {
    fn from(word: &str) -> Self {
        match Self::ALL.iter().find(|kind| kind.as_str() == word) {
            Some(known) => known.clone(),
            None => Self::Other(OtherServiceErrorKind(word.into())),
        }
    }
}

/// The word on the wire, shortened and escaped if it is not a known one.
impl fmt::Display for ServiceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&excerpt(self.as_str()))
    }
}

impl fmt::Debug for OtherServiceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_back_as_it_came() {
        for word in ["none", "unknown", "system", "driver", "timeout", "agent", "", "System", "новый"] {
            assert_eq!(ServiceErrorKind::from(word).as_str(), word);
        }
    }

    #[test]
    fn a_known_word_is_never_other() {
        for kind in ServiceErrorKind::ALL {
            assert_eq!(ServiceErrorKind::from(kind.as_str()), *kind);
        }
    }

    #[test]
    fn a_foreign_word_is_shown_harmless() {
        assert_eq!(ServiceErrorKind::from("x\n\u{202e}y").to_string(), r"x\n\u{202e}y");
    }
}
