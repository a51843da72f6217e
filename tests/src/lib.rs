//! Shared support of the tests that span crates; its doctests are the examples of the guides.

/// The Rust of README.md.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}

/// The Rust of README.ru.md.
#[cfg(doctest)]
#[doc = include_str!("../../README.ru.md")]
pub mod readme_ru {}

/// The Rust of the first steps.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/en/getting-started.md")]
pub mod getting_started {}

/// The Rust of the first steps, in Russian.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/ru/getting-started.md")]
pub mod getting_started_ru {}
