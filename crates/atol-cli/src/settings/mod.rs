//! The settings in force, each with its origin: flags before variables before the profile before defaults.

mod file;
mod language;
mod origin;
mod shown;
mod variables;

use std::path::PathBuf;
use std::time::Duration;

use atol_monitor::Language;
use atol_transport::Environment;

use self::file::{ConfigFile, Profile};
pub(crate) use self::language::spoken;
pub(crate) use self::origin::{Origin, Setting};
pub(crate) use self::variables::Variables;
use crate::args::{ConnectionArgs, GeneralArgs, duration};
use crate::failure::Failure;
use crate::text::{Text, text};

/// The longest that one call may take in all, unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Everything that can be set outside a single command.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The configuration file, whether it is there or not; `None` without a home directory.
    pub(crate) file: Option<Setting<PathBuf>>,
    /// Whether the file is there.
    pub(crate) is_file_there: bool,
    /// The names of the profiles in the file.
    pub(crate) profiles: Vec<String>,
    pub(crate) profile: Option<Setting<String>>,
    /// The file has profiles, and nothing tells which of them or what other account is meant.
    is_account_open: bool,
    pub(crate) language: Setting<Language>,
    pub(crate) environment: Setting<Environment>,
    pub(crate) login: Option<Setting<String>>,
    pub(crate) password: Option<Setting<PasswordSource>>,
    pub(crate) ca_file: Option<Setting<PathBuf>>,
    pub(crate) timeout: Setting<Duration>,
    pub(crate) token_cache: Setting<bool>,
    /// The profile's limits of health, as they stand in the file.
    pub(crate) health: toml::Table,
}

/// Where the password is; never the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PasswordSource {
    /// In `ATOL_PASSWORD`.
    Variable,
    /// In the first line of a file.
    File(PathBuf),
}

/// How the profile is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// By flag, variable or file.
    BySettings,
    /// The command names the profiles it wants, whatever the settings choose otherwise.
    ByName,
}

impl Settings {
    /// Puts together what flags, variables and the configuration file say.
    pub(crate) fn resolve(
        general: &GeneralArgs,
        connection: &ConnectionArgs,
        variables: &Variables<'_>,
        choice: Choice,
    ) -> Result<Settings, Failure> {
        let path = Setting::first([
            Setting::flag("--config", general.config.clone()),
            variables.path("ATOL_CONFIG"),
            Setting::default(file::usual_path()),
        ]);
        let file = path.as_ref().map(ConfigFile::load).transpose()?.flatten();
        let is_file_there = file.is_some();
        let file = file.unwrap_or_default();

        let name = Setting::first([
            Setting::flag("--profile", general.profile.clone()),
            variables.text("ATOL_PROFILE")?,
            Setting::file(file.profile.clone()),
        ]);
        let environment = Setting::first([
            Setting::flag("--environment", connection.environment.clone()),
            variables.text("ATOL_ENVIRONMENT")?,
        ]);
        let login = Setting::first([
            Setting::flag("--login", connection.login.clone()),
            variables.text("ATOL_LOGIN")?,
        ]);
        let is_account_told = environment.is_some() || login.is_some() || connection.demo().is_some();
        let name = match choice {
            Choice::BySettings => {
                name.or_else(|| file.unnamed(is_account_told).map(|name| Setting::usual(name.to_owned())))
            }
            Choice::ByName => None,
        };
        let profile = match &name {
            Some(name) => file.choose(&name.value, path.as_ref())?,
            None => Profile::default(),
        };
        let environment = Setting::first([environment, Setting::file(profile.environment)]);
        Ok(Settings {
            is_account_open: !file.profiles.is_empty() && name.is_none() && !is_account_told,
            profiles: file.profiles.into_keys().collect(),
            is_file_there,
            profile: name,
            language: language::chosen(general.lang, file.language, variables),
            environment: parsed_environment(environment)?,
            login: Setting::first([login, Setting::file(profile.login)]),
            password: Setting::first([
                Setting::flag("--password-file", connection.password_file.clone().map(PasswordSource::File)),
                variables.path("ATOL_PASSWORD_FILE").map(|path| path.map(PasswordSource::File)),
                variables.is_set("ATOL_PASSWORD").then_some(Setting {
                    value: PasswordSource::Variable,
                    origin: Origin::Variable("ATOL_PASSWORD"),
                }),
                Setting::file(profile.password_file.map(PasswordSource::File)),
            ]),
            ca_file: Setting::first([
                Setting::flag("--ca-file", connection.ca_file.clone()),
                variables.path("ATOL_CA_FILE"),
                Setting::file(profile.ca_file),
            ]),
            timeout: Setting::first([
                Setting::flag("--timeout", connection.timeout),
                Setting::file(profile.timeout.as_ref().map(parsed_timeout).transpose()?),
            ])
            .unwrap_or(Setting::usual(TIMEOUT)),
            token_cache: Setting::first([
                Setting::flag("--no-token-cache", connection.no_token_cache.then_some(false)),
                Setting::file(profile.token_cache),
            ])
            .unwrap_or(Setting::usual(true)),
            health: profile.health,
            file: path,
        })
    }

    /// Refuses settings that leave open whose registers are meant: whoever has profiles does not mean the vendor's
    /// public account.
    pub(crate) fn require_account(&self) -> Result<(), Failure> {
        if !self.is_account_open {
            return Ok(());
        }
        let known = file::listed(self.profiles.iter());
        Err(Failure::usage(text!(
            "the configuration file has several profiles ({known}), and none is chosen",
            "в файле настроек несколько профилей ({known}), и ни один не выбран"
        ))
        .with_advice(text!(
            "choose one with --profile or ATOL_PROFILE, or for good with a line `profile = \"NAME\"` at the top of the file; \
             the vendor's public test account is --environment test",
            "выберите его: --profile или ATOL_PROFILE, или насовсем строкой `profile = \"ИМЯ\"` в начале файла; общая \
             тестовая учётная запись АТОЛ: --environment test"
        )))
    }
}

fn parsed_environment(setting: Option<Setting<String>>) -> Result<Setting<Environment>, Failure> {
    let Some(Setting { value, origin }) = setting else {
        return Ok(Setting::usual(Environment::default()));
    };
    match value.parse() {
        Ok(value) => Ok(Setting { value, origin }),
        Err(error) => Err(Failure::from(error).with_advice(set_by(origin))),
    }
}

fn set_by(origin: Origin) -> Text {
    text!("it was set by {origin}", "это значение задано так: {origin}")
}

fn parsed_timeout(value: &toml::Value) -> Result<Duration, Failure> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(seconds) => seconds.to_string(),
        toml::Value::Float(seconds) => seconds.to_string(),
        other => other.type_str().to_owned(),
    };
    duration(&text).map_err(|fix| {
        let text = atol_transport::error::Excerpt::of(&text, 40);
        Failure::usage(text!(
            "the timeout `{text}` of the configuration file is no length of time: {fix}",
            "timeout `{text}` в файле настроек — не промежуток времени: {fix}"
        ))
        .with_advice(set_by(Origin::File))
    })
}

#[cfg(test)]
mod promises;
#[cfg(test)]
mod tests;
