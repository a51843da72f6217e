//! What the whole command takes to print a long list line by line, beside a program of the plainest parts that does the
//! same: `hyper_util`'s client with a constant token, a derive of serde each way, the same pages.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::io::Write as _;
use std::process::{Command, ExitCode};

use atol_bench::Bound::AtMost;
use atol_bench::{Lists, PlainKkt, Raw, Server, Table, Usage, arguments, ratio, run_measured, usage_of};

/// As many as the command asks for at once.
const PAGE: usize = 1_000;

fn main() -> ExitCode {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["usage", ..] => usage_of(&arguments[1..]),
        ["plain", address, registers] => print(address, registers.parse().unwrap()),
        _ => return compare(Table::from_env()),
    }
    ExitCode::SUCCESS
}

fn compare(mut table: Table) -> ExitCode {
    let (registers, pairs) = if table.is_quick() { (10 * PAGE, 1) } else { (100 * PAGE, 9) };
    let server = Server::start(registers, Lists::Pages);
    let mut peak = 0;
    let mut plain_peak = 0;
    let cpu = ratio(
        pairs,
        || record(&run_measured(&plain(&server, registers)), &mut plain_peak),
        || record(&run_measured(&atol(&server)), &mut peak),
    );
    let mib = |bytes: u64| f64::from(u32::try_from(bytes >> 10).unwrap()) / 1024.0;
    table.count("P14", "atol list --output jsonl of 100 000: peak of the process, MiB", AtMost(24.0), || {
        Ok(mib(peak))
    });
    table.note("P14", "the plainest program: the same", mib(plain_peak));
    table.time("P14", "atol list --output jsonl: CPU time / the plainest program", AtMost(1.2), || cpu);
    table.finish()
}

/// Keeps the highest peak and gives the time of the processor.
fn record(usage: &Usage, peak: &mut u64) -> f64 {
    *peak = usage.peak.max(*peak);
    usage.cpu.as_secs_f64()
}

/// The command on a machine where nothing else is set.
fn atol(server: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atol"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ATOL_")) {
        command.env_remove(name);
    }
    command.args(["list", "--output", "jsonl", "--no-token-cache", "--environment", &server.address]);
    command.envs([("ATOL_LOGIN", "shop"), ("ATOL_PASSWORD", "bench"), ("XDG_CONFIG_HOME", "/nonexistent")]);
    command
}

fn plain(server: &Server, registers: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["plain", &server.address, &registers.to_string()]);
    command
}

/// Prints every register, page by page.
fn print(address: &str, registers: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let raw = Raw::default();
    runtime.block_on(async {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for offset in (0..registers).step_by(PAGE) {
            let uri = format!("{address}/x?limit={PAGE}&offset={offset}");
            let page = raw.collect(http::Method::GET, &uri).await;
            for kkt in serde_json::from_slice::<Vec<PlainKkt>>(&page).unwrap() {
                serde_json::to_writer(&mut out, &kkt).unwrap();
                out.write_all(b"\n").unwrap();
            }
        }
        out.flush().unwrap();
    });
}
