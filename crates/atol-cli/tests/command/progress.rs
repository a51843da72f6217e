//! How far a long reading is: told on a terminal, and nowhere else.

use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;

use crate::support::{Home, Run, read_until, service, shop};

/// Stands in the line of progress.
const PROGRESS: &str = "reading: page 1";

/// Lets everybody through to a service who has knocked or knocks hereafter.
fn open(gate: TcpListener, service: String) {
    std::thread::spawn(move || {
        for client in gate.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&service).unwrap();
            let pass = |mut from: TcpStream, mut to: TcpStream| {
                std::thread::spawn(move || {
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            };
            pass(client.try_clone().unwrap(), server.try_clone().unwrap());
            pass(server, client);
        }
    });
}

#[test]
fn progress_is_told_on_a_terminal_and_never_where_output_is_kept() {
    let service = service(shop());
    let gate = TcpListener::bind("127.0.0.1:0").unwrap();
    let home =
        Home::new().at(&service).with("ATOL_ENVIRONMENT", &format!("http://{}", gate.local_addr().unwrap()));
    let kept = home.path().join("list.json");
    let line = format!("list --output json --no-token-cache > '{}'", kept.display());
    let Some(mut watched) = home.on_a_terminal(&line) else { return };

    // Nobody answers it before the other one, which has waited less long, has told how far it is.
    let mut piped = home.command(&["list", "--output", "json", "--no-token-cache"]);
    let piped = piped.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut watched = watched.stdout(Stdio::piped()).spawn().unwrap();
    let mut terminal = watched.stdout.take().unwrap();
    let mut seen = read_until(&mut terminal, PROGRESS);
    open(gate, service.uri().replace("http://", ""));
    terminal.read_to_string(&mut seen).unwrap();
    assert!(watched.wait().unwrap().success());
    let piped = Run(piped.wait_with_output().unwrap()).expect_code(0);

    assert!(seen.contains(PROGRESS), "{seen:?}");
    assert!(seen.ends_with("\r\u{1b}[K"), "the line is taken away in the end: {seen:?}");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), piped.out());
    assert_eq!(piped.json().as_array().map(Vec::len), Some(service.fleet().serials().len()));
    assert_eq!(piped.err(), "");
}

#[test]
fn registers_that_are_asked_for_one_by_one_are_no_pages() {
    const ASKING: &str = "asking: register 2 of 2";
    let service = service(shop());
    let gate = TcpListener::bind("127.0.0.1:0").unwrap();
    let home =
        Home::new().at(&service).with("ATOL_ENVIRONMENT", &format!("http://{}", gate.local_addr().unwrap()));
    let serials: Vec<_> = service.fleet().serials().into_iter().take(2).collect();
    let Some(mut command) = home.on_a_terminal(&format!("get {}", serials.join(" "))) else { return };
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut terminal = child.stdout.take().unwrap();
    let seen = read_until(&mut terminal, ASKING);
    open(gate, service.uri().replace("http://", ""));
    terminal.read_to_string(&mut String::new()).unwrap();
    assert!(child.wait().unwrap().success() && seen.ends_with(ASKING), "{seen:?}");
}
