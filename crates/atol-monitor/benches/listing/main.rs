//! What listing promises, as ratios within one run to the plainest client there is: `hyper_util`'s with a constant token,
//! the body collected, the plainest derive of serde. Medians of interleaved pairs. Fails when a promise is broken;
//! `ATOL_BENCH_QUICK` only tries it out.
//!
//! Server and clients are processes of their own, so that the memory is that of a client and of nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the table is the purpose, and the input is good"
)]

mod client;
#[path = "../../../atol-model/benches/support/mod.rs"]
mod plain;
mod server;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use client::Task;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |index: usize| arguments.get(index).map_or("", String::as_str);
    match argument(1) {
        "serve" => server::run(argument(2).parse().unwrap()),
        "client" => client::run(argument(2), argument(3).parse().unwrap()),
        _ => compare(),
    }
    .map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

/// Runs every client in turn and prints the table; `None` when a promise is broken.
fn compare() -> Option<()> {
    let is_quick = std::env::var_os("ATOL_BENCH_QUICK").is_some();
    let (registers, pairs) = if is_quick { (2_000, 1) } else { (1_000_000, 5) };
    let whole = Server::start(registers);
    let stream = Pairs::run(&whole, Task::Stream, Task::CollectArray, pairs);
    let idle = whole.measure(Task::Idle).peak;
    let cut = Server::start(if is_quick { 2_000 } else { 10_000 });
    let pages = Pairs::run(&cut, Task::GetAll, Task::CollectPages, if is_quick { 1 } else { 9 });

    println!("{:<58} {:>9} {:>9}", format!("{registers} registers in one array"), "measured", "promised");
    let mut are_kept = promise("P5 stream(): time to that of the plainest client", stream.ratio(), 0.7);
    #[expect(clippy::cast_precision_loss, reason = "MiB with two digits")]
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    are_kept &= promise(
        "P6 stream(): peak above the idle process, MiB",
        mib(stream.ours_peak.saturating_sub(idle)),
        8.0,
    );
    println!(
        "   the plainest client: peak above the idle process, MiB {:>12.2}",
        mib(stream.plain_peak.saturating_sub(idle))
    );
    are_kept &= promise("P10 get_all() of 10 000 in pages of 1 000: time", pages.ratio(), 1.0);
    (is_quick || are_kept).then_some(())
}

fn promise(what: &str, measured: f64, at_most: f64) -> bool {
    println!("{what:<58} {measured:>9.2} {at_most:>9}");
    measured <= at_most
}

/// Ours and the plainest client, measured in turn.
struct Pairs {
    ratios: Vec<f64>,
    ours_peak: u64,
    plain_peak: u64,
}

impl Pairs {
    fn run(server: &Server, ours: Task, plain: Task, pairs: usize) -> Pairs {
        let (mut ratios, mut ours_peak, mut plain_peak) = (Vec::new(), 0, 0);
        for pair in 0..pairs {
            // Whoever comes second finds a warmer machine, so they take turns.
            let (ours, plain) = if pair % 2 == 0 {
                let plain = server.measure(plain);
                (server.measure(ours), plain)
            } else {
                (server.measure(ours), server.measure(plain))
            };
            ratios.push(ours.seconds / plain.seconds);
            ours_peak = ours.peak.max(ours_peak);
            plain_peak = plain.peak.max(plain_peak);
        }
        ratios.sort_by(f64::total_cmp);
        Pairs { ratios, ours_peak, plain_peak }
    }

    fn ratio(&self) -> f64 {
        self.ratios.get(self.ratios.len() / 2).copied().unwrap_or_default()
    }
}

/// What a client says of itself.
struct Measured {
    seconds: f64,
    /// Of the whole process, in bytes; 0 where the system does not tell.
    peak: u64,
}

/// The server's process; it ends with this one.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(registers: usize) -> Server {
        let mut process = Self::this_program()
            .args(["serve", &registers.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        Server { process, address: address.trim().to_owned() }
    }

    fn measure(&self, task: Task) -> Measured {
        let output = Self::this_program().args(["client", &self.address, task.name()]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let mut words = text.split_whitespace();
        let mut word = || words.next().unwrap_or_else(|| panic!("the client failed: {output:?}"));
        Measured { seconds: word().parse().unwrap(), peak: word().parse().unwrap() }
    }

    fn this_program() -> Command {
        Command::new(std::env::current_exe().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
