//! `atol serve`: what it serves and to whom, over a real socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use atol_mock::{Fleet, MockAtol};

use crate::support::{Home, atol, service, shop};

/// A server that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
    address: String,
}

impl Server {
    /// Starts `atol serve` on a free port; it answers from the moment it has told the address.
    pub(crate) fn start(home: &Home, args: &[&str]) -> Server {
        let mut all = vec!["serve"];
        all.extend(args);
        if !args.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        let mut child = home.command(&all).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "it ended: {said}");
            let line = &said[start..];
            if let Some((_, rest)) = line.split_once("http://").filter(|_| line.contains("/metrics")) {
                break rest.split('/').next().unwrap().to_owned();
            }
        };
        Server { child, stderr, said, address }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let port = self.address.rsplit(':').next().unwrap();
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Asks again until the answer is as it should be; the test's own time limit is that of its runner.
    pub(crate) fn get_when(&self, path: &str, is_as_it_should_be: impl Fn(&str) -> bool) -> String {
        loop {
            let (_, body) = self.get(path);
            if is_as_it_should_be(&body) {
                return body;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_demo_shows_its_fleet_on_the_page_in_json_and_in_metrics() {
    let server = Server::start(&Home::new(), &["--demo", "--demo-still"]);
    server.get_when("/readyz", |body| body.starts_with("ready\n"));
    assert!(server.get("/?lang=en").1.contains("1–24 of 24"));
    let list: serde_json::Value = serde_json::from_str(&server.get("/api/kkts").1).unwrap();
    assert_eq!(list["total"], 24);
    let serial = list["kkts"][0]["kkt"]["serialNumber"].as_str().unwrap();
    assert_eq!(server.get(&format!("/kkts/{serial}")).0, 200);
    let metrics = server.get("/metrics").1;
    assert!(metrics.contains("atol_up{account=\"default\"} 1\n"), "{metrics}");
    assert_eq!(metrics.matches("atol_kkt_info{").count(), 24);
}

// Other systems have other ways to ask a process to stop.
#[cfg(unix)]
#[test]
fn it_ends_well_when_it_is_asked_to() {
    for (signal, code) in [("-TERM", 0), ("-INT", 130)] {
        let mut server = Server::start(&Home::new(), &["--demo"]);
        server.get("/healthz");
        let pid = server.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(server.child.wait().unwrap().code(), Some(code), "{signal}");
        server.stderr.read_to_string(&mut server.said).unwrap();
        assert!(server.said.contains("stopped"), "{}", server.said);
    }
}

#[test]
fn no_secret_is_on_any_page_and_a_refused_login_is_told() {
    let service = service(shop());
    let home = Home::new()
        .with("ATOL_ENVIRONMENT", &service.uri())
        .with("ATOL_LOGIN", "login-canary")
        .with("ATOL_PASSWORD", "password-canary");
    let mut server = Server::start(&home, &[]);
    let page = server.get_when("/?lang=en", |body| body.contains("The service cannot be read"));
    server.stderr.read_line(&mut server.said).unwrap();
    server.stderr.read_line(&mut server.said).unwrap();
    assert!(server.said.contains("the registers cannot be read: "), "{}", server.said);
    assert!(server.said.contains("what to do: check login and password"), "{}", server.said);
    let mut all = server.said.clone() + &page;
    for path in ["/metrics", "/readyz", "/healthz", "/api/kkts", "/kkts/1", "/x"] {
        all.push_str(&server.get(path).1);
    }
    assert!(!all.contains("canary"), "{all}");
    assert!(all.contains("atol_up{account=\"default\"} 0\n"));
    assert!(all.contains("atol_poll_failures_total{account=\"default\",kind=\"auth\"} 1\n"), "{all}");
}

/// Two accounts, each with its own service, login and fleet; variables tell of neither.
fn two_accounts() -> (Home, [MockAtol; 2]) {
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    let of = |login: &str, size| {
        service(MockAtol::builder().credentials(login, login).fleet(Fleet::generate(1, size, now)))
    };
    let services = [of("north", 3), of("south", 5)];
    let home = Home::new().with("ATOL_LOGIN", "nobody").with("ATOL_PASSWORD", "nothing");
    home.configure(&format!(
        "[profiles.south]\nenvironment = '{}'\nlogin = 'south'\npassword_file = 'south'\n\
         [profiles.north]\nenvironment = '{}'\nlogin = 'north'\npassword_file = 'north'\n",
        services[1].uri(),
        services[0].uri(),
    ));
    for login in ["north", "south"] {
        let path = home.path().join("config/atol").join(login);
        std::fs::write(&path, login).unwrap();
        protect(&path);
    }
    (home, services)
}

// Windows keeps permissions elsewhere, and they are not checked there.
#[cfg(unix)]
fn protect(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

// There is nothing to do.
#[cfg(not(unix))]
fn protect(_: &std::path::Path) {}

#[test]
fn every_account_of_the_configuration_file_is_read_with_its_own_login() {
    let (home, services) = two_accounts();
    let server = Server::start(&home, &["--all-accounts"]);
    server.get_when("/readyz", |body| body.starts_with("ready\n"));
    let metrics = server.get("/metrics").1;
    for (account, registers) in [("north", 3), ("south", 5)] {
        let info = format!("atol_kkt_info{{account=\"{account}\",");
        assert_eq!(metrics.matches(&info).count(), registers, "{metrics}");
    }
    for service in &services {
        let logins =
            service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
        assert_eq!(logins, 1);
    }
    assert!(server.get("/?account=south").1.contains("1–5"));
}

#[test]
fn accounts_that_are_named_need_no_other_profile() {
    let (home, _services) = two_accounts();
    let file = home.path().join("config/atol/config.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("profile = 'gone'\n{text}")).unwrap();
    for (home, args) in [(&home, &["--all-accounts"][..]), (&home, &["--account", "south"])] {
        let server = Server::start(home, args);
        server.get_when("/readyz", |body| body.starts_with("ready\n"));
    }
    home.atol(&["list"]).expect_code(2);
    let home = home.with("ATOL_PROFILE", "gone too");
    let server = Server::start(&home, &["--all-accounts"]);
    server.get_when("/readyz", |body| body.starts_with("ready\n"));
}

#[test]
fn an_account_that_cannot_be_read_is_named_and_leaves_the_others_alone() {
    let (home, _services) = two_accounts();
    std::fs::write(home.path().join("config/atol/north"), "wrong").unwrap();
    let mut server = Server::start(&home, &["--all-accounts"]);
    server.stderr.read_line(&mut server.said).unwrap();
    assert!(server.said.contains("the registers of the account north cannot be read"), "{}", server.said);
    let metrics = server.get_when("/metrics", |body| body.contains("atol_up{account=\"south\"} 1\n"));
    assert!(metrics.contains("atol_up{account=\"north\"} 0\n"), "{metrics}");
    assert_eq!(metrics.matches("atol_kkt_info{account=\"south\",").count(), 5);
    let api = server.get("/api/kkts?lang=ru").1;
    assert!(api.contains("сервис не принял логин и пароль"), "{api}");
}

#[test]
fn after_a_restart_the_token_of_before_is_used() {
    let service = service(shop());
    let home = Home::new().at(&service);
    for _ in 0..2 {
        let server = Server::start(&home, &[]);
        server.get_when("/readyz", |body| body.starts_with("ready\n"));
    }
    let logins = service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
    assert_eq!(logins, 1);
}

#[test]
fn shards_share_the_accounts_between_them() {
    let (home, _services) = two_accounts();
    for (shard, account) in [("1/2", "north"), ("2/2", "south")] {
        let server = Server::start(&home, &["--all-accounts", "--shard", shard]);
        let body = server.get_when("/readyz", |body| body.starts_with("ready\n"));
        assert_eq!(body.lines().count(), 2, "{body}");
        assert!(body.contains(&format!("\n{account}: ")), "{body}");
    }
}

#[test]
fn an_address_that_others_can_reach_is_warned_of() {
    let server = Server::start(&Home::new(), &["--demo", "--listen", "127.0.0.1:0"]);
    assert!(!server.said.contains("reverse proxy"), "{}", server.said);
    let mut server = Server::start(&Home::new(), &["--demo", "--listen", "0.0.0.0:0"]);
    server.stderr.read_line(&mut server.said).unwrap();
    assert!(server.said.contains("reverse proxy"), "{}", server.said);
}

#[test]
fn what_cannot_be_served_is_refused_at_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = atol(&["serve", "--demo", "--listen", &address]).expect_code(1);
    assert!(run.err().contains(&address), "{}", run.err());
    for args in [
        &["serve", "--all-accounts"][..],
        &["serve", "--all-accounts", "--login", "shop"],
        &["--login", "shop", "serve", "--all-accounts"],
        &["--demo", "serve", "--account", "a"],
        &["serve", "--account", "a", "--environment", "test"],
        &["serve", "--account", "a", "--all-accounts"],
        &["serve", "--account", "no-such-profile"],
        &["serve", "--all-accounts", "--demo"],
        &["serve", "--demo", "--shard", "3/2"],
        &["serve", "--demo", "--interval", "0s"],
        &["serve", "--listen", "everywhere"],
        &["serve", "--demo", "--host", "kkt.example.com:8443"],
    ] {
        atol(args).expect_code(2);
    }
}
