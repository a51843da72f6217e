//! One thing a check found wrong, with the place and the way to mend it.

use std::fmt;

/// A finding of one of our own checks; prints as `path:line: message`, which editors can jump to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Problem {
    /// A finding about the whole of `path`, which may also be the name of a package.
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, message: message.into() }
    }

    /// A finding in a line, counted from one.
    pub(crate) fn at(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}
