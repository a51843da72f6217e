//! Lists the registers of a stand-in, then asks for one: `cargo run -p atol-monitor --example list`.
#![expect(clippy::print_stdout, reason = "it is what the example does")]

use atol_mock::MockAtol;
use atol_monitor::{Environment, KktMonitor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With an account of your own: `KktMonitor::builder().production().credentials(login, password)`.
    let mock = MockAtol::start().await;
    let monitor = KktMonitor::builder().environment(Environment::custom(mock.uri().parse()?)?).build()?;

    let registers = monitor.get_all().await?;
    for kkt in &registers {
        let expires = kkt.fiscal_storage_expiration.map_or("?".to_owned(), |date| date.to_string());
        let waiting = kkt.unsent_docs.unwrap_or_default();
        println!("{}: fiscal storage until {expires}, {waiting} documents wait", kkt.serial_number);
    }
    for rejected in registers.rejected() {
        println!("record {}: {}", rejected.index, rejected.error);
    }

    let first = registers.first().ok_or("the list is empty")?;
    println!("{:#}", monitor.get_one(&first.serial_number).await?);
    let last = monitor.last_response().ok_or("no answer came")?;
    println!("answered with {} in {} bytes", last.status(), last.body().len());
    Ok(())
}
