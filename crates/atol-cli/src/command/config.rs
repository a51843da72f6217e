//! `atol config`: the settings in force.

use std::process::ExitCode;

use atol_transport::error::Excerpt;
use serde_json::{Map, Value};

use crate::args::{ConfigCommand, ListingFormat};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Listing, Screen, print};
use crate::text::word;

/// The longest value that is shown whole.
const LONGEST: usize = 200;

pub(crate) fn run(context: &Context, command: &ConfigCommand) -> Result<ExitCode, Failure> {
    let ConfigCommand::Show { output } = command;
    let rows = context.settings.rows();
    match output {
        ListingFormat::Json => {
            let shown: Map<_, _> = rows.into_iter().map(|row| (row.name.to_owned(), row.to_json())).collect();
            print(&Value::from(shown))?;
        }
        ListingFormat::Table => {
            let language = context.console.language;
            let mut listing = Listing::new([
                word(language, "SETTING", "НАСТРОЙКА"),
                word(language, "FROM", "ОТКУДА"),
                word(language, "VALUE", "ЗНАЧЕНИЕ"),
            ]);
            for row in rows {
                let mut value = Excerpt::of(&row.shown, LONGEST).to_string();
                if row.is_missing() {
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
