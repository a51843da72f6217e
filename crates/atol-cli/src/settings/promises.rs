//! What holds of any configuration file: the tests ask it of pieces of files, the fuzz target of any bytes.

use std::path::Path;
use std::sync::LazyLock;

use atol_monitor::Language;
use clap::Parser;

use crate::args::Args;
use crate::console::{Console, Verbosity};
use crate::failure::Failure;
use crate::settings::{Choice, Settings, Variables};

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
    Settings::resolve(&LINE.general, &LINE.connection, &Variables::new(&read), Choice::BySettings)
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
    let row = |name: &str| rows.iter().find(|row| row.name == name && !row.value.is_null());
    let of_file = |name: &str| row(name).filter(|row| row.origin == "config.toml");
    let text = |value: &serde_json::Value| value.as_str().map(Into::into);
    let mut profile = toml::Table::new();
    let mut put = |key: &str, value: Option<toml::Value>| {
        profile.extend(value.map(|value| (key.to_owned(), value)));
    };
    for key in ["login", "environment", "ca_file"] {
        put(key, of_file(key).and_then(|row| text(&row.value)));
    }
    put("password_file", of_file("password").and_then(|row| text(&row.more.as_ref()?.1)));
    put("timeout", of_file("timeout").map(|row| row.shown.as_str().into()));
    put("token_cache", of_file("token_cache").and_then(|row| row.value.as_bool()).map(Into::into));
    if let Some(row) = of_file("health") {
        put("health", Some(toml::Value::Table(serde_json::from_value(row.value.clone()).ok()?)));
    }
    let mut file = toml::Table::new();
    for key in ["profile", "language"] {
        file.extend(of_file(key).and_then(|row| Some((key.to_owned(), text(&row.value)?))));
    }
    if let Some(name) = row("profile").and_then(|row| row.value.as_str()) {
        let profiles = toml::Table::from_iter([(name.to_owned(), toml::Value::Table(profile))]);
        file.insert("profiles".to_owned(), profiles.into());
    }
    Some(file)
}
