//! The settings as they are shown, secrets left out.

use std::path::PathBuf;

use atol_transport::Environment;

use super::{Origin, PasswordSource, Setting, Settings};

/// A setting as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) value: Option<String>,
    pub(crate) origin: String,
    /// Whether the file that the value names is there, where it need not be.
    pub(crate) exists: Option<bool>,
}

impl Row {
    fn new<T>(name: &'static str, setting: Option<&Setting<T>>, show: impl FnOnce(&T) -> String) -> Row {
        let origin = setting.map_or(Origin::Default, |setting| setting.origin);
        let value = setting.map(|setting| show(&setting.value));
        Row { name, value, origin: origin.to_string(), exists: None }
    }
}

impl Settings {
    /// Every setting with its origin, in the order they are shown in.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let names = Setting::file(Some(self.profiles.join(", "))).filter(|names| !names.value.is_empty());
        let health = Setting::file(Some(&self.health)).filter(|health| !health.value.is_empty());
        vec![
            Row {
                exists: self.file.as_ref().map(|_| self.is_file_there),
                ..Row::new("config", self.file.as_ref(), path)
            },
            Row::new("profiles", names.as_ref(), Clone::clone),
            Row::new("profile", self.profile.as_ref(), Clone::clone),
            Row::new("language", Some(&self.language), ToString::to_string),
            Row::new("environment", Some(&self.environment), environment),
            Row::new("login", self.login.as_ref(), Clone::clone),
            // Where the password is; what it is stays there.
            Row::new("password", self.password.as_ref(), |source| match source {
                PasswordSource::Variable => "(set)".to_owned(),
                PasswordSource::File(file) => format!("(in {})", path(file)),
            }),
            Row::new("ca_file", self.ca_file.as_ref(), path),
            Row::new("timeout", Some(&self.timeout), |timeout| format!("{timeout:?}")),
            Row::new("token_cache", Some(&self.token_cache), ToString::to_string),
            Row::new("health", health.as_ref(), |health| serde_json::to_string(health).unwrap_or_default()),
        ]
    }
}

#[expect(clippy::ptr_arg, reason = "it is called with what a setting holds")]
fn path(path: &PathBuf) -> String {
    path.display().to_string()
}

fn environment(environment: &Environment) -> String {
    let name = match environment {
        Environment::Test => "test, ",
        Environment::Production => "production, ",
        _ => "",
    };
    format!("{name}{}", environment.endpoints())
}
