//! `cargo xtask contract`: runs the contract cases of `tests/contract/cases` through the public API.
//!
//! The cases are run by an ordinary test; this gives it the filter and shows its table. With `--live` another test asks
//! the vendor's test stand, if it can be reached.

use std::{
    env,
    net::{TcpStream, ToSocketAddrs as _},
    process::ExitCode,
    time::Duration,
};

use xshell::{Cmd, Shell, cmd};

use crate::{
    flags,
    project::Project,
    runner::{Runner, Step},
};

/// Where the cases live.
pub(crate) const CASES: &str = "tests/contract/cases";

/// Host and port of the vendor's test stand.
const TEST_STAND: (&str, u16) = ("testonline.atol.ru", 443);

/// How long is waited for a connection to it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The exit code of a live run that was not even tried, and so proved nothing: neither success nor failure.
const NOT_TRIED: u8 = 2;

pub(crate) fn run(project: &Project, options: &flags::Contract) -> anyhow::Result<ExitCode> {
    if options.live {
        let has = |name| env::var_os(name).is_some();
        if let Err(why) = obstacle(has("ATOL_LOGIN"), has("ATOL_PASSWORD")).and_then(|()| reach(TEST_STAND)) {
            eprintln!("not tried: {why}");
            return Ok(ExitCode::from(NOT_TRIED));
        }
    }
    let mut runner = Runner::of_command("contract");
    let mut step = if options.live { live(&project.sh) } else { step(&project.sh) };
    if let Some(filter) = &options.filter {
        step = step.env("ATOL_CONTRACT_FILTER", filter);
    }
    runner.step(step)?;
    Ok(runner.finish())
}

/// All cases. The same packages and features as the job `test`, so that nothing is built twice.
pub(crate) fn step(sh: &Shell) -> Step<'_> {
    Step::streamed(command(sh, &[]))
}

fn live(sh: &Shell) -> Step<'_> {
    Step::streamed(command(sh, &["--ignored", "live::"]))
}

fn command<'a>(sh: &'a Shell, arguments: &[&str]) -> Cmd<'a> {
    cmd!(
        sh,
        "cargo test --workspace --exclude xtask --all-features --test contract -- --nocapture {arguments...}"
    )
    // What is wrong stands in the message; where the test noticed it helps nobody.
    .env("RUST_BACKTRACE", "0")
}

/// Half an account is a slip: the vendor's public one must not be asked in its place.
fn obstacle(has_login: bool, has_password: bool) -> Result<(), String> {
    match (has_login, has_password) {
        (true, false) => Err("ATOL_LOGIN is set and ATOL_PASSWORD is not: set both, or neither for the vendor's public account".to_owned()),
        (false, true) => Err("ATOL_PASSWORD is set and ATOL_LOGIN is not: set both, or neither for the vendor's public account".to_owned()),
        _ => Ok(()),
    }
}

/// Whether a connection can be made at all.
fn reach((host, port): (&str, u16)) -> Result<(), String> {
    let unreachable =
        |error| format!("{host}:{port} cannot be reached from here ({error}); a live run needs the internet");
    let addresses = (host, port).to_socket_addrs().map_err(unreachable)?;
    let mut last = std::io::Error::other("the name has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(unreachable(last))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn half_an_account_is_told_before_anything_is_sent() {
        assert_eq!(obstacle(false, false), Ok(()));
        assert_eq!(obstacle(true, true), Ok(()));
        assert!(obstacle(true, false).is_err_and(|why| why.contains("ATOL_PASSWORD is not")));
        assert!(obstacle(false, true).is_err_and(|why| why.contains("ATOL_LOGIN is not")));
    }

    #[test]
    fn a_missing_network_is_told_with_the_host() -> anyhow::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        assert_eq!(reach(("127.0.0.1", port)), Ok(()));
        drop(listener);
        let why = reach(("127.0.0.1", port));
        assert!(why.is_err_and(|why| why.starts_with(&format!("127.0.0.1:{port} cannot be reached"))));
        Ok(())
    }
}
