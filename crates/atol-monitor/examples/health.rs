//! Judges the registers of a stand-in and compares two lists of them: `cargo run -p atol-monitor --example health`.
#![expect(clippy::print_stdout, reason = "it is what the example does")]

use atol_mock::{Clock as _, Fleet, MockAtol, SystemClock};
use atol_monitor::health::Policy;
use atol_monitor::snapshot::{self, Snapshot};
use atol_monitor::{Environment, KktMonitor, Language};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = SystemClock.now();
    let mock = MockAtol::builder().fleet(Fleet::generate(1, 24, now)).start().await;
    let monitor = KktMonitor::builder().environment(Environment::custom(mock.uri().parse()?)?).build()?;
    let policy = Policy::builder().fiscal_storage_expiry(45, 10).build()?;

    let registers = monitor.get_all().await?;
    let fleet = Snapshot::of(&registers, &policy, now);
    println!("{:?}", fleet.counts());
    for group in fleet.by_group() {
        println!("  {}: {:?}", group.name.as_deref().unwrap_or("no group"), group.counts);
    }
    for assessment in fleet.assessments() {
        if let Some(worst) = assessment.worst() {
            println!("{}: {}: {}", assessment.serial_number, worst.severity(), worst.title(Language::En));
            println!("  {}", worst.explain(Language::En));
        }
    }

    // A day later.
    let tomorrow = now + jiff::SignedDuration::from_hours(24);
    mock.set_fleet(Fleet::from_kkts(Fleet::generate(1, 24, now).evolving().kkts_at(tomorrow)));
    let later = monitor.get_all().await?;
    for changed in &snapshot::diff(&registers, &later).changed {
        let names: Vec<&str> = changed.attributes.iter().map(|change| change.name.as_ref()).collect();
        println!("{}: {}", changed.after.serial_number, names.join(", "));
    }
    Ok(())
}
