//! Sums up a file with the service's JSON, by default one of the tests: `cargo run -p atol-model --example fleet -- FILE`.

#![expect(clippy::print_stdout, reason = "it is what the example does")]

use atol_model::{KktList, NetworkErrorCode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1);
    let path = path.as_deref().unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/page.json"));
    let (registers, rejected) = KktList::from_json(&std::fs::read(path)?)?.into_parts();
    for kkt in &registers {
        let serial = &kkt.serial_number;
        let until = kkt.fiscal_storage_expiration.map_or("?".to_owned(), |date| date.to_string());
        let network = kkt.network_error_code.map_or("unknown", NetworkErrorCode::description_en);
        let waiting = kkt.unsent_docs.unwrap_or_default();
        println!("{serial}: storage until {until}, {waiting} documents wait, network: {network}");
    }
    for record in &rejected {
        println!("{}: {}", record.serial_number.as_deref().unwrap_or("?"), record.error);
    }
    println!("{} registers, {} rejected", registers.len(), rejected.len());
    Ok(())
}
