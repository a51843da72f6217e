//! `atol codes`: what the network error codes mean.

use std::process::ExitCode;

use atol_monitor::{Language, NetworkErrorCode};
use comfy_table::Cell;
use serde_json::json;

use crate::args::ListingFormat;
use crate::failure::Failure;
use crate::output::{Listing, Screen, print, right};
use crate::text::word;

pub(crate) fn run(language: Language, output: ListingFormat) -> Result<ExitCode, Failure> {
    match output {
        ListingFormat::Table => {
            let header = [word(language, "CODE", "КОД"), word(language, "MEANING", "ЗНАЧЕНИЕ")];
            let mut listing = Listing::with_numbers(header, &[0]);
            for code in NetworkErrorCode::ALL {
                let meaning = word(language, code.description_en(), code.description_ru());
                listing.add([right(code.code()), Cell::new(meaning)]);
            }
            if let Some(width) = Screen::of_stdout().width {
                listing.fit(width, &[]);
            }
            print(&listing)?;
        }
        ListingFormat::Json => {
            let codes: Vec<_> = NetworkErrorCode::ALL
                .iter()
                .map(|code| json!({"code": code.code(), "en": code.description_en(), "ru": code.description_ru()}))
                .collect();
            print(&serde_json::Value::from(codes))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
