//! How a command ends when it does not end well.

use std::io::{self, Write};
use std::process::ExitCode;

/// Something failed.
const FAILED: u8 = 1;
/// The command was used in a way it cannot be.
const USAGE: u8 = 2;
/// Part of what was asked could be told.
pub(crate) const PARTLY: u8 = 4;

/// What to say, and the exit code to say it with.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    pub(crate) fn failed(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), code: FAILED }
    }

    pub(crate) fn usage(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), code: USAGE }
    }

    /// Says it on standard error.
    pub(crate) fn report(self) -> ExitCode {
        if !self.text.is_empty() {
            complain(&self.text);
        }
        ExitCode::from(self.code)
    }
}

impl From<atol_monitor::Error> for Failure {
    fn from(error: atol_monitor::Error) -> Failure {
        if error.is_invalid_argument() {
            Failure::usage(error.report())
        } else {
            Failure::failed(error.report())
        }
    }
}

impl From<atol_transport::Error> for Failure {
    fn from(error: atol_transport::Error) -> Failure {
        Failure::from(atol_monitor::Error::from(error))
    }
}

impl From<io::Error> for Failure {
    /// Whoever reads our output may stop doing so: `atol list | head` is no failure worth a word.
    fn from(error: io::Error) -> Failure {
        let text = if error.kind() == io::ErrorKind::BrokenPipe {
            String::new()
        } else {
            format!("the output could not be written: {error}")
        };
        Failure::failed(text)
    }
}

/// A line on standard error; there is nowhere to complain when that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "atol: {text}");
}
