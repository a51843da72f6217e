//! Shared support of the tests that span crates.
