//! What holds of any configuration file: the tests ask it of pieces of files, the fuzz target of any bytes.

use std::path::Path;
use std::sync::LazyLock;

use atol_monitor::Language;
use clap::Parser;

use crate::args::Args;
use crate::console::{Console, Verbosity};
use crate::failure::Failure;
use crate::settings::{Settings, Variables};

/// Stands for a password.
const SECRET: &str = "canary7041";

/// A command line that says nothing of the settings.
static LINE: LazyLock<Args> =
    LazyLock::new(|| Args::try_parse_from(["atol", "codes"]).expect("it is a command"));

/// Puts the bytes into a file of that path and reads it: what is refused is told in words that help and betray nothing;
/// what is taken is shown such that it can be written down again. Says whether it was taken.
pub(crate) fn hold(path: &Path, bytes: &[u8]) -> bool {
    let bytes =
        std::str::from_utf8(bytes).map_or_else(|_| bytes.to_vec(), |text| with_secret(text).into_bytes());
    let settings = match read(path, &bytes) {
        Ok(settings) => settings,
        Err(failure) => {
            helps_and_betrays_nothing(&failure, path);
            return false;
        }
    };
    if let Some(file) = written(&settings) {
        let again =
            read(path, file.to_string().as_bytes()).expect("what was shown can be written into a file");
        // Of the profiles that were not chosen only the names are shown.
        let shown = |settings: &Settings| {
            settings.rows().into_iter().filter(|row| row.name != "profiles").collect::<Vec<_>>()
        };
        assert_eq!(shown(&again), shown(&settings), "{file}");
    }
    true
}

fn read(path: &Path, bytes: &[u8]) -> Result<Settings, Failure> {
    std::fs::write(path, bytes).expect("the file can be written");
    let read = |name: &str| (name == "ATOL_CONFIG").then(|| path.into());
    Settings::resolve(&LINE.general, &LINE.connection, &Variables::new(&read))
}

/// Each value behind a key such as `password` begins with the secret.
fn with_secret(text: &str) -> String {
    let has_password = |key: &str| {
        let last = key.rsplit('.').next().unwrap_or_default();
        last.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).starts_with("password")
    };
    // A text of several lines can be one value of another key.
    if text.contains("\"\"\"") || text.contains("'''") {
        return text.to_owned();
    }
    let line = |line: &str| match line.split_once('=') {
        Some((key, value)) if has_password(key) => {
            let start = value.find(char::is_alphanumeric).unwrap_or(value.len());
            let (before, value) = value.split_at(start);
            format!("{key}={before}{SECRET}{value}")
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn helps_and_betrays_nothing(failure: &Failure, path: &Path) {
    let file = path.file_name().and_then(|name| name.to_str()).expect("it has a name");
    for (language, line) in [(Language::En, "line "), (Language::Ru, "строка ")] {
        let told = Console { language, verbosity: Verbosity::Verbose }.told(failure);
        assert!(told.contains(file), "{told:?}");
        let is_placed = ["timeout", "environment", "profile", "профил", "UTF-8", line]
            .iter()
            .any(|place| told.contains(place));
        assert!(is_placed, "{told:?}");
        assert!(!told.contains(SECRET), "{told:?}");
        let steers = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!told.contains(steers) && told.chars().count() < 2_000, "{told:?}");
    }
}

/// A file that says what is shown; `None` where JSON has no word for a number of the limits.
fn written(settings: &Settings) -> Option<toml::Table> {
    let rows = settings.rows();
    let shown = |name: &str| rows.iter().find(|row| row.name == name).and_then(|row| row.value.as_deref());
    let of_file = |name: &str| {
        shown(name).filter(|_| rows.iter().any(|row| row.name == name && row.origin == "config.toml"))
    };
    let mut profile = toml::Table::new();
    let mut put = |key: &str, value: Option<toml::Value>| {
        profile.extend(value.map(|value| (key.to_owned(), value)));
    };
    put("login", of_file("login").map(Into::into));
    put("environment", of_file("environment").and_then(|shown| Some(shown.split(", ").next()?.into())));
    put(
        "password_file",
        of_file("password").and_then(|shown| Some(shown.strip_prefix("(in ")?.strip_suffix(')')?.into())),
    );
    put("ca_file", of_file("ca_file").map(Into::into));
    put("timeout", of_file("timeout").map(Into::into));
    put("token_cache", of_file("token_cache").map(|shown| (shown == "true").into()));
    if let Some(shown) = of_file("health") {
        put("health", Some(toml::Value::Table(serde_json::from_str(shown).ok()?)));
    }
    let mut file = toml::Table::new();
    file.extend(of_file("profile").map(|name| ("profile".to_owned(), name.into())));
    file.extend(of_file("language").map(|name| ("language".to_owned(), name.into())));
    if let Some(name) = shown("profile") {
        let profiles = toml::Table::from_iter([(name.to_owned(), toml::Value::Table(profile))]);
        file.insert("profiles".to_owned(), profiles.into());
    }
    Some(file)
}
