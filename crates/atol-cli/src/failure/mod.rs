//! How a command ends when it does not end well.

mod service;
#[cfg(test)]
mod tests;

use std::io;
use std::process::ExitCode;

use atol_monitor::Language;
use atol_transport::error::Excerpt;

use crate::console::{Console, Verbosity};
use crate::text::{Text, text};

/// Something failed.
const FAILED: u8 = 1;
/// The command was used in a way it cannot be.
const USAGE: u8 = 2;
/// Part of what was asked could be told.
pub(crate) const PARTLY: u8 = 4;

/// The longest cause that is shown whole.
const LONGEST_CAUSE: usize = 500;

/// What failed and why, what to do next, and the exit code to say it with.
// Boxed, because every result of the program carries the room for it.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    /// `None` when nobody listens any more.
    what: Option<Text>,
    advice: Option<Text>,
    causes: Vec<String>,
    code: u8,
}

impl Failure {
    /// Something went wrong that is not in the command line or the settings.
    pub(crate) fn failed(what: Text) -> Failure {
        Failure::new(Some(what), FAILED)
    }

    /// The command line, a variable or the configuration asks for what cannot be.
    pub(crate) fn usage(what: Text) -> Failure {
        Failure::new(Some(what), USAGE)
    }

    fn new(what: Option<Text>, code: u8) -> Failure {
        Failure(Box::new(Inner { what, advice: None, causes: Vec::new(), code }))
    }

    /// Adds what to do next.
    pub(crate) fn with_advice(mut self, advice: Text) -> Failure {
        self.0.advice = Some(advice);
        self
    }

    /// Adds an error and all that caused it, for those who want the whole story.
    pub(crate) fn with_causes(mut self, error: &(dyn std::error::Error + 'static)) -> Failure {
        let mut next = Some(error);
        while let Some(cause) = next {
            self.0.causes.push(Excerpt::of(&cause.to_string(), LONGEST_CAUSE).to_string());
            next = cause.source();
        }
        self
    }

    /// Leaves out what to do next.
    fn without_advice(mut self) -> Failure {
        self.0.advice = None;
        self
    }

    pub(crate) fn what(&self) -> Text {
        self.0.what.clone().unwrap_or_else(|| text!("nobody reads the output", "вывод никто не читает"))
    }

    pub(crate) fn advice(&self) -> Option<&Text> {
        self.0.advice.as_ref()
    }

    pub(crate) fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// Its lines in each language.
    pub(crate) fn told(&self, verbosity: Verbosity) -> Text {
        let [en, ru] =
            [Language::En, Language::Ru].map(|language| Console { language, verbosity }.told(self));
        Text { en, ru }
    }

    /// Whether there is nothing to say: `atol list | head` is no failure worth a word.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.what.is_none()
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.0.code)
    }
}

impl From<io::Error> for Failure {
    /// Whoever reads our output may stop doing so, and that ends the command quietly and well.
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::new(None, 0);
        }
        Failure::failed(text!(
            "the output could not be written: {error}",
            "не удалось записать вывод: {error}"
        ))
    }
}
