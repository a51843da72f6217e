//! `atol codes`: what the network error codes mean.

use std::process::ExitCode;

use atol_monitor::NetworkErrorCode;
use serde_json::json;

use crate::args::{Format, OutputArgs};
use crate::failure::Failure;
use crate::output::{print, table};

pub(crate) fn run(output: OutputArgs) -> Result<ExitCode, Failure> {
    match output.output {
        Format::Table => print(&table::of_codes())?,
        Format::Json => {
            let codes: Vec<_> = NetworkErrorCode::ALL
                .iter()
                .map(|code| json!({"code": code.code(), "en": code.description_en(), "ru": code.description_ru()}))
                .collect();
            print(&serde_json::Value::from(codes))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
