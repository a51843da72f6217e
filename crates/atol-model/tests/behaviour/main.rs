//! What users of the crate can rely on, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auto_traits;
mod buffered;
mod errors;
mod hostile;
mod list;
mod mutations;
mod reference;
mod register;
mod round_trip;
mod shown;
mod spoilt;
mod strategy;
mod support;
