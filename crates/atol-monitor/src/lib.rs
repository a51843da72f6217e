//! Monitoring of cloud cash registers (ККТ) at ATOL Online.

pub mod health;
mod language;
pub mod snapshot;

pub use language::{Language, UnknownLanguage};
