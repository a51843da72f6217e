//! What listing promises, as ratios within one run to the plainest client there is: `hyper_util`'s with a constant token,
//! the body collected, the plainest derive of serde.
//!
//! Each client is a process of its own, so that the memory is that of a client and of nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the input is good, and the other process reads it"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use atol_bench::Bound::AtMost;
use atol_bench::{Lists, PlainKkt, Raw, Server, Table, arguments, output_of, peak, ratio};
use atol_monitor::KktMonitor;
use atol_transport::Environment;
use futures_util::StreamExt;
use http::Method;

const PAGE: usize = 1_000;

/// How often a short task is done, so that it can be measured.
const ROUNDS: usize = 30;

fn main() -> ExitCode {
    match arguments().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["client", address, task, registers] => {
            client(address, task, registers.parse().unwrap());
            ExitCode::SUCCESS
        }
        _ => compare(Table::from_env()),
    }
}

fn compare(mut table: Table) -> ExitCode {
    let (registers, pairs) = if table.is_quick() { (20_000, 1) } else { (1_000_000, 5) };
    let server = Server::start(registers, Lists::Whole);
    let measure = |task| Measured::of(&server, task, registers);
    let (mut streamed, mut collected) = (0.0, 0.0);
    if table.wants("P5") || table.wants("P6") {
        let time = ratio(
            pairs,
            || measure("collect-array").record(&mut collected),
            || measure("stream").record(&mut streamed),
        );
        table.time("P5", "stream(), one long array: time / the plainest client", AtMost(0.7), || time);
        let idle = measure("idle").peak;
        table.count("P6", "stream(): peak above the idle process, MiB", AtMost(8.0), || match idle {
            0.0 => Err("this system does not tell the peak of a process"),
            idle => Ok(mib(streamed - idle)),
        });
        table.note("P6", "the plainest client: the same", mib(collected - idle));
    }
    let (registers, pairs) = if table.is_quick() { (2 * PAGE, 1) } else { (10 * PAGE, 9) };
    let server = Server::start(registers, Lists::Pages);
    let seconds = |task| Measured::of(&server, task, registers).seconds;
    table.time("P10", "get_all() in pages of 1 000: time / the plainest client", AtMost(1.0), || {
        ratio(pairs, || seconds("collect-pages"), || seconds("get-all"))
    });
    table.finish()
}

fn mib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}

/// What a client says of itself.
struct Measured {
    seconds: f64,
    /// Of the whole process, in bytes; 0 where the system does not tell.
    peak: f64,
}

impl Measured {
    fn of(server: &Server, task: &str, registers: usize) -> Measured {
        let output = output_of(&["client", &server.address, task, &registers.to_string()].map(str::to_owned));
        let mut words = output.split_whitespace().map(|word| word.parse().unwrap());
        Measured { seconds: words.next().unwrap(), peak: words.next().unwrap() }
    }

    /// Keeps the highest peak and gives the time.
    fn record(self, peak: &mut f64) -> f64 {
        *peak = peak.max(self.peak);
        self.seconds
    }
}

/// Does the task and prints how long it took and the most memory that the process had.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn client(address: &str, task: &str, registers: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = Environment::custom(address.parse().unwrap()).unwrap();
    let monitor = KktMonitor::builder().environment(environment).build().unwrap();
    let raw = Raw::default();
    runtime.block_on(async {
        // Both find their connection warm.
        monitor.authenticate().await.unwrap();
        raw.collect(Method::POST, address).await;
        let start = Instant::now();
        let count = match task {
            "idle" => registers,
            "stream" => monitor.stream().map(Result::unwrap).count().await,
            "get-all" => {
                for _ in 1..ROUNDS {
                    black_box(monitor.get_all().await.unwrap());
                }
                black_box(monitor.get_all().await.unwrap()).len()
            }
            "collect-array" => {
                let json = raw.collect(Method::GET, &format!("{address}/x")).await;
                black_box(serde_json::from_slice::<Vec<PlainKkt>>(&json).unwrap()).len()
            }
            "collect-pages" => {
                for _ in 1..ROUNDS {
                    black_box(collect_pages(&raw, address, registers).await);
                }
                black_box(collect_pages(&raw, address, registers).await).len()
            }
            _ => panic!("there is no task {task:?}"),
        };
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(count, registers, "{task} has lost registers");
        println!("{seconds} {}", peak().unwrap_or_default());
    });
}

async fn collect_pages(raw: &Raw, address: &str, registers: usize) -> Vec<PlainKkt> {
    let mut all = Vec::new();
    for offset in (0..registers).step_by(PAGE) {
        let page = raw.collect(Method::GET, &format!("{address}/x?limit={PAGE}&offset={offset}")).await;
        all.append(&mut serde_json::from_slice::<Vec<PlainKkt>>(&page).unwrap());
    }
    all
}
