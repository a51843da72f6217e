//! `atol codes`: what the network error codes mean.

use std::process::ExitCode;

use atol_monitor::NetworkErrorCode;
use comfy_table::Cell;
use serde_json::json;

use crate::args::ListingFormat;
use crate::failure::Failure;
use crate::output::{Listing, print, right};

pub(crate) fn run(output: ListingFormat) -> Result<ExitCode, Failure> {
    match output {
        ListingFormat::Table => {
            let mut listing = Listing::with_numbers(["CODE", "MEANING", "ЗНАЧЕНИЕ"], &[0]);
            for code in NetworkErrorCode::ALL {
                listing.add([
                    right(code.code()),
                    Cell::new(code.description_en()),
                    Cell::new(code.description_ru()),
                ]);
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
