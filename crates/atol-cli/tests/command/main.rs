//! The command as a person runs it: what it prints where, and its exit codes.
#![expect(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

// Modes of files are a matter of Unix.
#[cfg(unix)]
mod canary;
mod check;
mod credentials;
mod get;
mod help;
mod hostile;
mod list;
// Terminals of one's own are a matter of Unix.
#[cfg(unix)]
mod progress;
mod serve;
mod settings;
mod support;
// Signals are a matter of Unix.
#[cfg(unix)]
mod watch;
