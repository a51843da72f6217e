//! `get_all` beside the plainest way to have the list in PHP: `curl_exec` and `json_decode`, page by page.
//!
//! Both are processes of their own and measured whole, with their start.

use std::hint::black_box;
use std::process::{Command, ExitCode};

use atol_bench::{Lists, Server, Table, Usage, arguments, ratio, run_measured, usage_of};
use atol_monitor::KktMonitor;
use atol_transport::Environment;

fn main() -> ExitCode {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["usage", ..] => usage_of(&arguments[1..]),
        ["client", address, registers] => client(address, registers.parse().unwrap()),
        _ => return compare(Table::from_env()),
    }
    ExitCode::SUCCESS
}

fn compare(mut table: Table) -> ExitCode {
    const ID: &str = "PHP";
    let (registers, pairs) = if table.is_quick() { (2_000, 1) } else { (100_000, 9) };
    let has_curl = Command::new("php").args(["-r", "exit(function_exists('curl_exec') ? 0 : 1);"]).output();
    if !has_curl.is_ok_and(|output| output.status.success()) {
        table.skip(ID, "get_all() beside PHP", "php-cli and php-curl are not there");
        return table.finish();
    }
    let server = Server::start(registers, Lists::Pages);
    let registers = registers.to_string();
    let (mut ours_peak, mut php_peak) = (0, 0);
    let time = ratio(
        pairs,
        || {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/list.php");
            let mut php = Command::new("php");
            php.args(["-d", "memory_limit=-1", script, &server.address, &registers]);
            record(&run_measured(&php), &mut php_peak)
        },
        || {
            let mut ours = Command::new(std::env::current_exe().unwrap());
            ours.args(["client", &server.address, &registers]);
            record(&run_measured(&ours), &mut ours_peak)
        },
    );
    let mib = |bytes: u64| f64::from(u32::try_from(bytes >> 10).unwrap()) / 1024.0;
    if !table.is_quick() {
        table.note(ID, "get_all() of 100 000: CPU time / curl_exec and json_decode", time);
    }
    table.note(ID, "get_all() of 100 000: peak of the process, MiB", mib(ours_peak));
    table.note(ID, "curl_exec and json_decode: the same", mib(php_peak));
    table.finish()
}

/// Keeps the highest peak and gives the time of the processor.
fn record(usage: &Usage, peak: &mut u64) -> f64 {
    *peak = usage.peak.max(*peak);
    usage.cpu.as_secs_f64()
}

fn client(address: &str, registers: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let environment = Environment::custom(address.parse().unwrap()).unwrap();
    let monitor = KktMonitor::builder().environment(environment).build().unwrap();
    let list = runtime.block_on(monitor.get_all()).unwrap();
    assert_eq!(black_box(list).len(), registers);
}
