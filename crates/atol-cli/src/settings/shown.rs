//! The settings as they are shown, secrets left out.

use std::path::PathBuf;

use atol_transport::Environment;
use serde_json::{Value, json};

use super::{Origin, PasswordSource, Setting, Settings};

/// A setting as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// For programs; null where nothing is set.
    pub(crate) value: Value,
    /// For people.
    pub(crate) shown: String,
    pub(crate) origin: String,
    /// What programs are told besides.
    pub(crate) more: Option<(&'static str, Value)>,
}

impl Row {
    /// A setting that people read as programs do.
    fn new<T>(name: &'static str, setting: Option<&Setting<T>>, value: impl FnOnce(&T) -> Value) -> Row {
        Row::with_words(name, setting, |setting| {
            let value = value(setting);
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (value, shown)
        })
    }

    /// A setting that people are told in words of their own.
    fn with_words<T>(
        name: &'static str,
        setting: Option<&Setting<T>>,
        show: impl FnOnce(&T) -> (Value, String),
    ) -> Row {
        let origin = setting.map_or(Origin::Default, |setting| setting.origin);
        let (value, shown) = setting.map_or((Value::Null, "-".to_owned()), |setting| show(&setting.value));
        Row { name, value, shown, origin: origin.to_string(), more: None }
    }

    fn with(self, name: &'static str, value: Option<Value>) -> Row {
        Row { more: value.map(|value| (name, value)), ..self }
    }

    /// Whether the value names a file that need not be there, and is not.
    pub(crate) fn is_missing(&self) -> bool {
        self.more == Some(("exists", false.into()))
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut setting = json!({ "value": self.value, "origin": self.origin });
        if let Some((name, value)) = &self.more {
            setting[name] = value.clone();
        }
        setting
    }
}

impl Settings {
    /// Every setting with its origin, in the order they are shown in.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let names = Setting::file(Some(&self.profiles)).filter(|names| !names.value.is_empty());
        let health = Setting::file(Some(&self.health)).filter(|health| !health.value.is_empty());
        let password_file = self.password.as_ref().and_then(|password| match &password.value {
            PasswordSource::File(file) => Some(path(file)),
            PasswordSource::Variable => None,
        });
        vec![
            Row::new("config", self.file.as_ref(), path)
                .with("exists", self.file.as_ref().map(|_| self.is_file_there.into())),
            Row::with_words("profiles", names.as_ref(), |&names| (json!(names), names.join(", "))),
            Row::new("profile", self.profile.as_ref(), |name| json!(name)),
            Row::new("language", Some(&self.language), |language| language.to_string().into()),
            Row::with_words("environment", Some(&self.environment), environment)
                .with("address", Some(self.environment.value.endpoints().to_string().into())),
            Row::new("login", self.login.as_ref(), |login| json!(login)),
            // Where the password is; what it is stays there.
            Row::with_words("password", self.password.as_ref(), |source| match source {
                PasswordSource::Variable => ("variable".into(), "(set)".to_owned()),
                PasswordSource::File(file) => ("file".into(), format!("(in {})", file.display())),
            })
            .with("file", password_file),
            Row::new("ca_file", self.ca_file.as_ref(), path),
            // Programs are told seconds.
            Row::with_words("timeout", Some(&self.timeout), |timeout| {
                (timeout.as_secs_f64().into(), format!("{timeout:?}"))
            }),
            Row::new("token_cache", Some(&self.token_cache), |is_kept| json!(is_kept)),
            Row::new("health", health.as_ref(), |health| serde_json::to_value(health).unwrap_or_default()),
        ]
    }
}

#[expect(clippy::ptr_arg, reason = "it is called with what a setting holds")]
fn path(path: &PathBuf) -> Value {
    path.display().to_string().into()
}

fn environment(environment: &Environment) -> (Value, String) {
    let address = environment.endpoints().to_string();
    match environment {
        Environment::Test => ("test".into(), format!("test, {address}")),
        Environment::Production => ("production".into(), format!("production, {address}")),
        _ => (address.clone().into(), address),
    }
}
