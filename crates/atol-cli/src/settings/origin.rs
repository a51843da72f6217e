//! Where a setting came from.

use std::fmt;

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// Where a setting came from; the first of these that says anything decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    Flag(&'static str),
    /// The environment.
    Variable(&'static str),
    /// The configuration file.
    File,
    /// Nobody said anything.
    Default,
}

impl<T> Setting<T> {
    pub(crate) fn flag(name: &'static str, value: Option<T>) -> Option<Setting<T>> {
        value.map(|value| Setting { value, origin: Origin::Flag(name) })
    }

    pub(crate) fn file(value: Option<T>) -> Option<Setting<T>> {
        value.map(|value| Setting { value, origin: Origin::File })
    }

    pub(crate) fn default(value: Option<T>) -> Option<Setting<T>> {
        value.map(Setting::usual)
    }

    /// What holds unless somebody says otherwise.
    pub(crate) fn usual(value: T) -> Setting<T> {
        Setting { value, origin: Origin::Default }
    }

    /// The first that is there.
    pub(crate) fn first<const N: usize>(layers: [Option<Setting<T>>; N]) -> Option<Setting<T>> {
        layers.into_iter().flatten().next()
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), origin: self.origin }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) | Origin::Variable(name) => f.write_str(name),
            Origin::File => f.write_str("config.toml"),
            Origin::Default => f.write_str("-"),
        }
    }
}
