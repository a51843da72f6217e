//! The `atol` command.

fn main() {}
