//! What asking for one register promises: `get_one` with everything that stands before the wire by default, beside the
//! plainest client there is, `hyper_util`'s with a constant token, and the plainest derive of the answer.
//!
//! Each client is a process of its own, so that what the server does is not counted.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the input is good, and the other process reads it"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use atol_bench::Bound::{AtLeast, AtMost};
use atol_bench::{Envelope, Lists, Raw, Server, Table, arguments, instructions_per_call, output_of, ratio};
use atol_monitor::KktMonitor;
use atol_transport::{Environment, Pacing};
use futures_util::StreamExt;
use http::Method;

fn main() -> ExitCode {
    match arguments().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["client", address, who, at_once, calls] => {
            client(address, who, at_once.parse().unwrap(), calls.parse().unwrap());
            ExitCode::SUCCESS
        }
        _ => compare(Table::from_env()),
    }
}

fn compare(mut table: Table) -> ExitCode {
    let server = Server::start(0, Lists::Pages);
    let client = |who: &str, at_once: &str| ["client", &server.address, who, at_once].map(str::to_owned);
    if table.wants("P7") {
        let calls = if table.is_quick() { 200 } else { 1_000 };
        let instructions = |who| {
            instructions_per_call(&client(who, "1"), calls)
                .ok_or("valgrind is not there to count instructions")
        };
        let (ours, raw) = (instructions("get-one"), instructions("raw"));
        table.count("P7", "get_one(): instructions / the plainest client", AtMost(1.3), || Ok(ours? / raw?));
        if let (Ok(ours), Ok(raw)) = (ours, raw) {
            table.note("P7", "get_one(): thousands of instructions", ours / 1e3);
            table.note("P7", "the plainest client: the same", raw / 1e3);
        }
    }
    let (calls, pairs) = if table.is_quick() { ("64", 1) } else { ("10000", 15) };
    let seconds = |who| {
        let arguments = [&client(who, "32")[..], &[calls.to_owned()]].concat();
        output_of(&arguments).trim().parse().unwrap()
    };
    table.time("P9", "32 get_one() at once: throughput / the plainest client", AtLeast(0.85), || {
        1.0 / ratio(pairs, || seconds("raw"), || seconds("get-one"))
    });
    table.finish()
}

/// Asks for so many registers and prints how long it took. Each is asked for once, so that none has to wait its turn.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn client(address: &str, who: &str, at_once: usize, calls: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = Environment::custom(address.parse().unwrap()).unwrap();
    let pacing = Pacing::default().with_concurrency(at_once);
    let (monitor, raw) =
        (&KktMonitor::builder().environment(environment).pacing(pacing).build().unwrap(), &Raw::default());
    let serials = futures_util::stream::iter((0..calls).map(|number| format!("{number:014}")));
    runtime.block_on(async {
        monitor.authenticate().await.unwrap();
        let start = Instant::now();
        match who {
            "get-one" => {
                let answers = serials.map(|serial| async move { monitor.get_one(&serial).await.unwrap() });
                answers.buffer_unordered(at_once).for_each(async |kkt| drop(black_box(kkt))).await;
            }
            "raw" => {
                let answers = serials.map(|serial| async move {
                    let json = raw.collect(Method::GET, &format!("{address}/cash-registers/{serial}")).await;
                    serde_json::from_slice::<Envelope>(&json).unwrap()
                });
                answers.buffer_unordered(at_once).for_each(async |kkt| drop(black_box(kkt))).await;
            }
            _ => panic!("there is no client {who:?}"),
        }
        println!("{}", start.elapsed().as_secs_f64());
    });
}
