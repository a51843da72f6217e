//! `atol codes`: what the network error codes mean, and what to do about those that are named.

use std::process::ExitCode;

use atol_monitor::health::network_error_advice;
use atol_monitor::{Language, NetworkErrorCode};
use comfy_table::Cell;
use serde_json::{Value, json};

use crate::args::{CodesArgs, ListingFormat};
use crate::failure::Failure;
use crate::output::{Listing, Screen, print, right};
use crate::text::word;

pub(crate) fn run(language: Language, args: &CodesArgs) -> Result<ExitCode, Failure> {
    let named: Vec<_> = args.codes.iter().copied().map(NetworkErrorCode::from_code).collect();
    let codes = if named.is_empty() { NetworkErrorCode::ALL } else { &named };
    let screen = Screen::of_stdout();
    match args.output {
        ListingFormat::Table if named.is_empty() => {
            let mut listing = all(codes, language);
            if let Some(width) = screen.width {
                listing.fit(width, &[]);
            }
            print(&listing)?;
        }
        ListingFormat::Table => {
            let told: Vec<_> = codes.iter().map(|code| in_full(*code, screen, language)).collect();
            print(&told.join("\n"))?;
        }
        ListingFormat::Json => print(&codes.iter().map(to_json).collect::<Value>())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn all(codes: &[NetworkErrorCode], language: Language) -> Listing {
    let header = [word(language, "CODE", "КОД"), word(language, "MEANING", "ЗНАЧЕНИЕ")];
    let mut listing = Listing::with_numbers(header, &[0]);
    for code in codes {
        listing.add([right(code.code()), Cell::new(meaning(*code, language))]);
    }
    listing
}

/// The code, its meaning and below it what to do.
fn in_full(code: NetworkErrorCode, screen: Screen, language: Language) -> String {
    let number = code.code().to_string();
    let before = number.len() + 2;
    let advice = network_error_advice(code, language)
        .map(|advice| format!("\n{:before$}{}", "", screen.wrapped(advice, before)))
        .unwrap_or_default();
    format!("{number}  {}{advice}", screen.wrapped(meaning(code, language), before))
}

fn meaning(code: NetworkErrorCode, language: Language) -> &'static str {
    word(language, code.description_en(), code.description_ru())
}

fn to_json(code: &NetworkErrorCode) -> Value {
    let advice = |language| network_error_advice(*code, language);
    json!({
        "code": code.code(),
        "en": code.description_en(),
        "ru": code.description_ru(),
        "advice": { "en": advice(Language::En), "ru": advice(Language::Ru) },
    })
}
