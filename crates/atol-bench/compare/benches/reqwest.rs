//! `get_one` beside the same job done by hand with reqwest: the same time-outs, a constant token, a derive.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use atol_bench::Bound::AtMost;
use atol_bench::{Envelope, Lists, Server, TOKEN, Table, arguments, instructions_per_call};
use atol_monitor::KktMonitor;
use atol_transport::Environment;
use reqwest::Client;

fn main() -> ExitCode {
    match arguments().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["client", address, who, calls] => {
            client(address, who, calls.parse().unwrap());
            ExitCode::SUCCESS
        }
        _ => compare(Table::from_env()),
    }
}

fn compare(mut table: Table) -> ExitCode {
    let calls = if table.is_quick() { 200 } else { 1_000 };
    let server = Server::start(0, Lists::Pages);
    let instructions = |who: &str| {
        let client = ["client", &server.address, who].map(str::to_owned);
        instructions_per_call(&client, calls).ok_or("valgrind is not there to count instructions")
    };
    let (ours, theirs) = (instructions("get-one"), instructions("reqwest"));
    table.count("P8", "get_one(): instructions / reqwest by hand", AtMost(0.75), || Ok(ours? / theirs?));
    if let Ok(theirs) = theirs {
        table.note("P8", "reqwest: thousands of instructions", theirs / 1e3);
    }
    table.finish()
}

/// Asks for so many registers, one after the other.
fn client(address: &str, who: &str, calls: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = Environment::custom(address.parse().unwrap()).unwrap();
    let monitor = KktMonitor::builder().environment(environment).build().unwrap();
    let (connecting, whole) = (Duration::from_secs(10), Duration::from_secs(30));
    let reqwest = Client::builder().connect_timeout(connecting).timeout(whole).build().unwrap();
    runtime.block_on(async {
        monitor.authenticate().await.unwrap();
        for serial in (0..calls).map(|number| format!("{number:014}")) {
            match who {
                "get-one" => drop(black_box(monitor.get_one(&serial).await.unwrap())),
                "reqwest" => {
                    let request = reqwest
                        .get(format!("{address}/cash-registers/{serial}"))
                        .header("Token", TOKEN)
                        .header("Accept", "application/hal+json");
                    let answer = request.send().await.unwrap().error_for_status().unwrap();
                    black_box(answer.json::<Envelope>().await.unwrap());
                }
                _ => panic!("there is no client {who:?}"),
            }
        }
    });
}
