//! How soon the command has its first byte on the wire, beside a program of `hyper_util`'s client and nothing else.
//!
//! Both are copied first, as an installation does: the pages that a linker has written at random are slower to map.

#![expect(clippy::unwrap_used, reason = "a benchmark may stop when something is wrong")]

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use atol_bench::Bound::AtMost;
use atol_bench::{Raw, Table, arguments, ratio_of_shortest, seconds};

/// So many that one of them is disturbed by nothing.
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
    let directory = tempfile::tempdir().unwrap();
    let installed = |program: &Path, name: &str| {
        let copy = directory.path().join(name);
        std::fs::copy(program, &copy).unwrap();
        copy
    };
    let atol = installed(Path::new(env!("CARGO_BIN_EXE_atol")), "atol");
    let plain = installed(&std::env::current_exe().unwrap(), "plain");
    for arguments in [&["list", "--output", "json"][..], &["get", "00107703864827"]] {
        let what = format!("from start to first byte, atol {}: time / the plainest program", arguments[0]);
        table.time("P17", &what, AtMost(1.5), || {
            ratio_of_shortest(
                pairs,
                || first_byte(Command::new(&plain).args(["plain", &address]).env_clear(), &service),
                || first_byte(account_of(&atol, &address).args(arguments), &service),
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
fn account_of(atol: &Path, address: &str) -> Command {
    let mut command = Command::new(atol);
    command.env_clear().envs([
        ("HOME", "/nonexistent"),
        ("ATOL_ENVIRONMENT", address),
        ("ATOL_LOGIN", "shop"),
        ("ATOL_PASSWORD", "bench"),
    ]);
    command
}

/// Logs in, on a runtime like that of the command.
fn ask(address: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let uri = format!("{address}/api/auth/v1/gettoken");
    runtime.block_on(Raw::default().collect(http::Method::POST, &uri));
}
