//! `atol config`: the settings in force.

use std::process::ExitCode;

use atol_transport::Environment;
use atol_transport::error::Excerpt;
use serde_json::json;

use crate::args::{ConfigCommand, ListingFormat};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Listing, Screen, print};
use crate::settings::{Origin, PasswordSource, Setting, Settings};
use crate::text::word;

/// The longest value that is shown whole.
const LONGEST: usize = 200;

pub(crate) fn run(context: &Context, command: &ConfigCommand) -> Result<ExitCode, Failure> {
    let ConfigCommand::Show { output } = command;
    let rows = rows(&context.settings);
    match output {
        ListingFormat::Json => {
            let shown: serde_json::Map<_, _> = rows
                .into_iter()
                .map(|row| {
                    let mut setting = json!({ "value": row.value, "origin": row.origin });
                    if let Some(exists) = row.exists {
                        setting["exists"] = exists.into();
                    }
                    (row.name.to_owned(), setting)
                })
                .collect();
            print(&serde_json::Value::from(shown))?;
        }
        ListingFormat::Table => {
            let language = context.console.language;
            let mut listing = Listing::new([
                word(language, "SETTING", "НАСТРОЙКА"),
                word(language, "FROM", "ОТКУДА"),
                word(language, "VALUE", "ЗНАЧЕНИЕ"),
            ]);
            for row in rows {
                let value = row.value.unwrap_or_else(|| "-".to_owned());
                let mut value = Excerpt::of(&value, LONGEST).to_string();
                if row.exists == Some(false) {
                    value.push_str(word(language, " (not there)", " (файла нет)"));
                }
                listing.add([row.name.to_owned(), row.origin, value]);
            }
            if let Some(width) = Screen::of_stdout().width {
                listing.fit(width, &[]);
            }
            print(&listing)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A setting as it is shown.
struct Row {
    name: &'static str,
    value: Option<String>,
    origin: String,
    /// Whether the file that the value names is there, where it need not be.
    exists: Option<bool>,
}

impl Row {
    fn new<T>(name: &'static str, setting: Option<&Setting<T>>, show: impl FnOnce(&T) -> String) -> Row {
        let origin = setting.map_or(Origin::Default, |setting| setting.origin);
        let value = setting.map(|setting| show(&setting.value));
        Row { name, value, origin: origin.to_string(), exists: None }
    }
}

fn rows(settings: &Settings) -> Vec<Row> {
    let path = |path: &std::path::PathBuf| path.display().to_string();
    let names = Setting::file(Some(settings.profiles.join(", "))).filter(|names| !names.value.is_empty());
    vec![
        Row {
            exists: settings.file.as_ref().map(|_| settings.is_file_there),
            ..Row::new("config", settings.file.as_ref(), path)
        },
        Row::new("profiles", names.as_ref(), Clone::clone),
        Row::new("profile", settings.profile.as_ref(), Clone::clone),
        Row::new("language", Some(&settings.language), ToString::to_string),
        Row::new("environment", Some(&settings.environment), shown_environment),
        Row::new("login", settings.login.as_ref(), Clone::clone),
        // Where the password is; what it is stays there.
        Row::new("password", settings.password.as_ref(), |source| match source {
            PasswordSource::Variable => "(set)".to_owned(),
            PasswordSource::File(file) => format!("(in {})", path(file)),
        }),
        Row::new("ca_file", settings.ca_file.as_ref(), path),
        Row::new("timeout", Some(&settings.timeout), |timeout| format!("{timeout:?}")),
        Row::new("token_cache", Some(&settings.token_cache), ToString::to_string),
        Row::new(
            "health",
            Some(&Setting { value: &settings.health, origin: Origin::File })
                .filter(|health| !health.value.is_empty()),
            |health| serde_json::to_string(health).unwrap_or_default(),
        ),
    ]
}

fn shown_environment(environment: &Environment) -> String {
    let name = match environment {
        Environment::Test => "test, ",
        Environment::Production => "production, ",
        _ => "",
    };
    format!("{name}{}", environment.endpoints())
}
