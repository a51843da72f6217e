//! The configuration file: named profiles.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use atol_monitor::Language;
use atol_transport::error::Excerpt;
use etcetera::BaseStrategy;
use serde::Deserialize;

use super::origin::{Origin, Setting};
use crate::failure::Failure;
use crate::text::text;

/// The profile that is taken when nobody names one, if it is there.
pub(super) const USUAL_PROFILE: &str = "default";

/// What may stand in the file. There is no key for a password: a file of its own, with a mode of its own, holds it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct ConfigFile {
    /// The profile to take unless told otherwise.
    pub(super) profile: Option<String>,
    pub(super) language: Option<Language>,
    pub(super) profiles: BTreeMap<String, Profile>,
}

/// The settings for one account.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct Profile {
    pub(super) environment: Option<String>,
    pub(super) login: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) ca_file: Option<PathBuf>,
    /// Seconds, or a text with a unit.
    pub(super) timeout: Option<toml::Value>,
    pub(super) token_cache: Option<bool>,
    /// Limits of health; checked when a command needs them.
    pub(super) health: toml::Table,
}

/// `$XDG_CONFIG_HOME/atol/config.toml`, by default `~/.config/atol/config.toml`; under `%APPDATA%` on Windows.
pub(super) fn usual_path() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir().join("atol").join("config.toml"))
}

impl ConfigFile {
    /// Reads the file. That it is not there is fine unless somebody named it.
    pub(super) fn load(path: &Setting<PathBuf>) -> Result<Option<ConfigFile>, Failure> {
        let shown = path.value.display();
        let text = match std::fs::read_to_string(&path.value) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.origin == Origin::Default => {
                return Ok(None);
            }
            Err(error) => {
                return Err(Failure::usage(text!(
                    "the configuration file {shown} cannot be read: {error}",
                    "не удалось прочитать файл настроек {shown}: {error}"
                )));
            }
        };
        let directory = path.value.parent().unwrap_or(Path::new(""));
        ConfigFile::parse(&text, directory, &shown.to_string()).map(Some)
    }

    fn parse(text: &str, directory: &Path, shown: &str) -> Result<ConfigFile, Failure> {
        let mut file: ConfigFile = toml::from_str(text).map_err(|error| unreadable(text, &error, shown))?;
        for profile in file.profiles.values_mut() {
            for path in [&mut profile.password_file, &mut profile.ca_file].into_iter().flatten() {
                *path = absolute(path, directory);
            }
        }
        Ok(file)
    }

    /// The name of the profile to take when nobody named one: the usual one if it is there. The only one is taken where
    /// nothing else tells which account is meant.
    pub(super) fn unnamed(&self, is_account_told: bool) -> Option<&str> {
        let mut names = self.profiles.keys();
        match (names.next(), names.next()) {
            (Some(only), None) if !is_account_told => Some(only),
            _ => self.profiles.contains_key(USUAL_PROFILE).then_some(USUAL_PROFILE),
        }
    }

    /// The profile of that name.
    pub(super) fn choose(&self, name: &str, path: Option<&Setting<PathBuf>>) -> Result<Profile, Failure> {
        if let Some(profile) = self.profiles.get(name) {
            return Ok(profile.clone());
        }
        let wanted = Excerpt::of(name, 40);
        let path = path.map(|path| path.value.display().to_string()).unwrap_or_default();
        let known = listed(self.profiles.keys());
        Err(Failure::usage(text!(
            "there is no profile `{wanted}` in the configuration file {path}",
            "в файле настроек {path} нет профиля `{wanted}`"
        ))
        .with_advice(text!("the profiles there are: {known}", "есть профили: {known}")))
    }
}

/// Names of profiles, which a file may make as long as it likes.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(|name| Excerpt::of(name, 40).to_string()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

/// A path of the file is meant from the file's directory; `~/` is the home directory.
fn absolute(path: &Path, directory: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => directory.join(path),
    }
}

/// Names the place and never quotes it: the line may hold a secret that has no business there.
fn unreadable(text: &str, error: &toml::de::Error, shown: &str) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    // It names keys of the file, and a file may come from anybody.
    let why = without_value(error.message().lines().next().unwrap_or_default());
    let mut why = Excerpt::of(&why, 200).to_string();
    if let Some(key) =
        error.span().and_then(|span| key_of(text, span.start).or_else(|| header_at(text, span.start)))
    {
        why = format!("`{}`: {why}", Excerpt::of(key, 40));
    }
    let failure = Failure::usage(text!(
        "the configuration file {shown} cannot be used, line {line}: {why}",
        "файл настроек {shown} не годится, строка {line}: {why}"
    ));
    if ["`[profile.", "`[profile]"].iter().any(|header| why.starts_with(header)) {
        return failure.with_advice(text!(
            "the table of a profile is called [profiles.NAME], and `profile` at the top of the file names the one to take",
            "таблица профиля называется [profiles.ИМЯ], а `profile` в начале файла называет тот, который взять"
        ));
    }
    if why.contains("unknown field `password`") {
        return failure.with_advice(text!(
            "write the password into a file of its own with mode 600, and name that file as `password_file`",
            "запишите пароль в отдельный файл с правами 600 и укажите этот файл как `password_file`"
        ));
    }
    failure
}

/// What serde says of a value of the wrong type, without the value, which it quotes: `` invalid type: integer `5`, … ``.
fn without_value(why: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "].iter().any(|start| why.starts_with(start));
    match (why.find(['"', '`']), why.rfind(", expected ")) {
        (Some(value), Some(expected)) if wrong && value < expected => {
            format!("{}{}", why[..value].trim_end(), &why[expected..])
        }
        _ => why.to_owned(),
    }
}

/// The key before the value that begins there.
fn key_of(text: &str, start: usize) -> Option<&str> {
    let before = text.get(..start)?.trim_end_matches([' ', '\t']).strip_suffix('=')?;
    let before = before.trim_end_matches([' ', '\t']);
    let key = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next()?;
    (!key.is_empty()).then_some(key)
}

/// The header of the table whose line that is, when it is made of plain keys.
fn header_at(text: &str, start: usize) -> Option<&str> {
    let begin = text.get(..start)?.rfind('\n').map_or(0, |end| end + 1);
    let (keys, _) = text[begin..].strip_prefix('[')?.split_once(']')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    keys.chars().all(is_plain).then(|| &text[begin..begin + keys.len() + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, Failure> {
        ConfigFile::parse(text, Path::new("/etc/atol"), "/etc/atol/config.toml")
    }

    #[test]
    fn paths_are_meant_from_the_directory_of_the_file() {
        let file = parse("[profiles.a]\npassword_file = 'secret'\nca_file = '/etc/ssl/root.pem'\n").unwrap();
        let profile = &file.profiles["a"];
        assert_eq!(profile.password_file.as_deref(), Some(Path::new("/etc/atol/secret")));
        assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/etc/ssl/root.pem")));
    }

    #[test]
    fn a_password_in_the_file_is_refused_and_not_repeated() {
        for text in [
            "[profiles.a]\nlogin = 'shop'\npassword = 'canary'\n",
            "[profiles.a]\nlogin = canary\n",
            "[profiles.a]\npassword_file = ['canary']\n",
            "[profiles.a]\npassword_file = 1234567\n",
            "[profiles.a]\ntoken_cache = 'canary'\n",
            "[profiles]\na = \"canary, expected `canary`\"\n",
        ] {
            let failure = parse(text).unwrap_err();
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
        let failure = parse("[profiles.a]\nlogin = 'shop'\npassword = 'canary'\n").unwrap_err();
        assert!(failure.what().en.contains("line 3: unknown field `password`"), "{failure:?}");
        assert!(failure.advice().is_some_and(|advice| advice.en.contains("password_file")));
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let failure = parse("language = 'ru'\n[profiles.a]\nenviroment = 'test'\n").unwrap_err();
        assert!(failure.what().en.contains("line 3: unknown field `enviroment`"), "{failure:?}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_told_by_its_key_and_line() {
        let told = |text: &str| parse(text).unwrap_err().what().en;
        let cannot = "the configuration file /etc/atol/config.toml cannot be used, ";
        for (text, why) in [
            (
                "[profiles.a]\ntoken_cache = 'yes'\n",
                "line 2: `token_cache`: invalid type: string, expected a boolean",
            ),
            (
                "[profiles]\na = { token_cache  =\t5 }\n",
                "line 2: `token_cache`: invalid type: integer, expected a boolean",
            ),
            (
                "[profile.default]\nlogin = 'shop'\n",
                "line 1: `[profile.default]`: invalid type: map, expected a string",
            ),
            ("profiles.a = 5\n", "line 1: `a`: invalid type: integer, expected a table of settings"),
        ] {
            assert_eq!(told(text), format!("{cannot}{why}"));
        }
    }
}
