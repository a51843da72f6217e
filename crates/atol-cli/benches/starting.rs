//! How soon the command has its first byte on the wire, beside a program of `hyper_util`'s client and nothing else.

#![expect(clippy::unwrap_used, reason = "a benchmark may stop when something is wrong")]

use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Command, ExitCode, Stdio};

use atol_bench::Bound::AtMost;
use atol_bench::{Raw, Table, arguments, ratio, seconds};

/// Many, because a start is short and the machine is busy with other things too.
const PAIRS: usize = 401;

fn main() -> ExitCode {
    match arguments().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["plain", address] => ask(address),
        _ => return compare(Table::from_env()),
    }
    ExitCode::SUCCESS
}

fn compare(mut table: Table) -> ExitCode {
    let pairs = if table.is_quick() { 1 } else { PAIRS };
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", service.local_addr().unwrap());
    for arguments in [&["list", "--output", "json"][..], &["get", "00107703864827"]] {
        let what = format!("from start to first byte, atol {}: time / the plainest program", arguments[0]);
        table.time("P17", &what, AtMost(1.5), || {
            ratio(
                pairs,
                || first_byte(&mut plain(&address), &service),
                || first_byte(&mut atol(&address, arguments), &service),
            )
        });
    }
    table.finish()
}

/// How many seconds pass until the service has the first byte of the program.
fn first_byte(program: &mut Command, service: &TcpListener) -> f64 {
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut started = None;
    let seconds = seconds(|| {
        let child = program.spawn().unwrap();
        let (mut stream, _) = service.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        started = Some((child, stream));
    });
    // The stream stays open until the program is gone, which would connect again otherwise.
    let (mut child, _stream) = started.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    seconds
}

/// The command on a machine where nothing is set but the account.
fn atol(address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atol"));
    command.args(arguments).env_clear().envs([
        ("HOME", "/nonexistent"),
        ("ATOL_ENVIRONMENT", address),
        ("ATOL_LOGIN", "shop"),
        ("ATOL_PASSWORD", "bench"),
    ]);
    command
}

fn plain(address: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["plain", address]).env_clear();
    command
}

/// Logs in, on a runtime like that of the command.
fn ask(address: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let uri = format!("{address}/api/auth/v1/gettoken");
    runtime.block_on(Raw::default().collect(http::Method::POST, &uri));
}
