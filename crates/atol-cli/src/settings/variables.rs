//! The environment variables that are settings.

use std::ffi::OsString;
use std::path::PathBuf;

use super::origin::{Origin, Setting};
use crate::failure::Failure;
use crate::text::text;

/// Reads environment variables; a variable that is set to nothing counts as not set.
pub(crate) struct Variables<'a> {
    read: &'a dyn Fn(&str) -> Option<OsString>,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(read: &'a dyn Fn(&str) -> Option<OsString>) -> Variables<'a> {
        Variables { read }
    }

    /// Those of this process.
    pub(crate) fn of_process() -> Variables<'static> {
        Variables::new(&|name| std::env::var_os(name))
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    pub(super) fn raw(&self, name: &str) -> Option<OsString> {
        (self.read)(name).filter(|value| !value.is_empty())
    }

    pub(super) fn path(&self, name: &'static str) -> Option<Setting<PathBuf>> {
        let value = self.raw(name)?.into();
        Some(Setting { value, origin: Origin::Variable(name) })
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<Setting<String>>, Failure> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        match value.into_string() {
            Ok(value) => Ok(Some(Setting { value, origin: Origin::Variable(name) })),
            Err(_) => Err(Failure::usage(text!("{name} is not UTF-8", "{name}: это не UTF-8"))),
        }
    }
}
