//! What is said beside the data: on standard error, in the reader's language.

use std::io::{self, IsTerminal, Write};

use atol_monitor::Language;

use crate::failure::Failure;
use crate::text::{Text, word};

/// How much is said beside the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Failures only.
    Quiet,
    /// Notices too.
    Normal,
    /// The whole chain of causes, and the log of calls.
    Verbose,
    /// Everything there is in the log.
    Trace,
}

/// Speaks to the person at the terminal, or to whoever reads the log of a job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    pub(crate) language: Language,
    pub(crate) verbosity: Verbosity,
}

impl Console {
    /// Something worth knowing that went well; silent with `--quiet`.
    pub(crate) fn notice(self, text: &Text) {
        if self.verbosity > Verbosity::Quiet {
            say(text.to(self.language));
        }
    }

    /// Something that went wrong without ending the command.
    pub(crate) fn warn(self, text: &Text) {
        say(text.to(self.language));
    }

    /// What ended the command: what failed, why, what to do next.
    pub(crate) fn failure(self, failure: &Failure) {
        if !failure.is_silent() {
            say(&self.told(failure));
        }
    }

    /// The lines of a failure: what and why, with `--verbose` the causes below it, what to do next.
    pub(crate) fn told(self, failure: &Failure) -> String {
        let mut told = failure.what().to(self.language).to_owned();
        if self.verbosity >= Verbosity::Verbose {
            for cause in failure.causes() {
                told.push_str(word(self.language, "\n  caused by: ", "\n  причина: "));
                told.push_str(cause);
            }
        }
        if let Some(advice) = failure.advice() {
            told.push_str(word(self.language, "\n  what to do: ", "\n  что делать: "));
            told.push_str(advice.to(self.language));
        }
        told
    }
}

/// Back to the beginning of the line, and the line empty: there may stand a progress, or the `^C` of the terminal.
pub(crate) const ERASE: &str = "\r\x1b[K";

/// There is nowhere to complain when this fails.
fn say(text: &str) {
    let mut err = io::stderr().lock();
    let erase = if err.is_terminal() { ERASE } else { "" };
    let _ = writeln!(err, "{erase}atol: {text}");
}
