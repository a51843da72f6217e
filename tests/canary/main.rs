//! Login, password, token and the proxy's password are found nowhere but where they are sent, whatever goes wrong.
//!
//! It has a process of its own, because it takes the place of the process's logger.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod log;
mod secret;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use atol_tests::{Authority, Rig, Script, answer};
use atol_transport::token::MemoryTokenStore;
use atol_transport::{Body, Client, Credentials, Error, Proxy};
use http::Request;
use rustls::ServerConfig;

use self::log::Log;
use self::secret::{Secret, base64, percent};

/// More than any answer that is not endless.
const MOST: usize = 256 * 1024;

struct Canaries {
    login: Secret,
    password: Secret,
    token: Secret,
    proxy: Secret,
}

impl Canaries {
    fn all(&self) -> [&Secret; 4] {
        [&self.login, &self.password, &self.token, &self.proxy]
    }

    /// The password of the proxy as it stands in a URL.
    fn proxy_url(&self) -> String {
        let password = self.proxy.text.replace('/', "%2F").replace('"', "%22").replace('<', "%3C");
        format!("http://user:{password}@proxy.test:3128")
    }
}

/// What the peer does with one request whose secrets are these, after everything before went well.
fn faults(sent: &[&Secret]) -> Vec<(&'static str, Script)> {
    let echo: String = sent.iter().flat_map(|secret| [secret.text.as_str(), " "]).collect();
    let in_json = |text: &str| serde_json::to_string(text).unwrap();
    let forms = sent.iter().flat_map(|secret| secret.written()).collect::<Vec<_>>().join(" ");
    let head = |headers: &str, body: &str| {
        Script::new().exchange(format!("HTTP/1.1 {headers}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    };
    let object = |code: i64| {
        let text = in_json(&echo);
        format!(
            r#"{{"error":{{"error_id":{text},"code":{code},"text":{text},"type":"system"}},"echo":{text}}}"#
        )
    };
    let page = format!("<html><pre>{echo}</pre></html>");
    let url = percent(&echo);
    let mut faults = Vec::new();
    for status in [200, 204, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504, 599, 999] {
        faults.push(("a page that shows what it was sent", head(&format!("{status} X"), &page)));
        faults.push(("an error that quotes what it was sent", head(&format!("{status} X"), &object(12))));
        faults.push(("an error that quotes what it was sent", head(&format!("{status} X"), &object(11))));
        faults.push(("an error that quotes what it was sent", head(&format!("{status} X"), &object(50))));
    }
    faults.extend([
        ("an escaped echo", head("400 X", &serde_json::to_string(&in_json(&echo)).unwrap())),
        ("echoes in all forms", head("503 X", &forms)),
        ("an echo in headers", head(&format!("503 X\r\nX-Echo: {echo}\r\nContent-Type: {echo}"), "<html>")),
        ("an echo as the reason", head(&format!("503 {echo}"), "<html>")),
        ("a redirect", head(&format!("307 X\r\nLocation: https://evil.example/{url}?t={url}"), "")),
        ("a redirect to a host", head(&format!("302 X\r\nLocation: //{url}/"), &page)),
        ("an asked wait", head(&format!("429 X\r\nRetry-After: {echo}"), &page)),
        ("an unasked encoding", head(&format!("200 X\r\nContent-Encoding: {echo}"), &page)),
        ("a string", head("200 X", &in_json(&echo))),
        ("a list that is none", head("200 X", &format!("[{}", in_json(&echo)))),
        (
            "a body that is cut",
            Script::new().exchange(format!("HTTP/1.1 200 X\r\nContent-Length: 9999\r\n\r\n{page}")).fin(),
        ),
        (
            "a body that stalls",
            Script::new().exchange(format!("HTTP/1.1 200 X\r\nContent-Length: 9999\r\n\r\n{page}")).stall(),
        ),
        (
            "a failed body that stalls",
            Script::new().exchange(format!("HTTP/1.1 500 X\r\nContent-Length: 9999\r\n\r\n{page}")).stall(),
        ),
        (
            "a body that drips",
            Script::new()
                .exchange("HTTP/1.1 200 X\r\nContent-Length: 9999\r\n\r\n")
                .drip(url.clone(), Duration::from_secs(1)),
        ),
        ("a body without an end", Script::new().exchange("HTTP/1.1 200 X\r\n\r\n").repeat(page.repeat(100))),
        ("a head that is cut", Script::new().exchange(format!("HTTP/1.1 200 X\r\nX-Echo: {echo}")).fin()),
        ("a head that is too long", head(&format!("200 X\r\nX-Echo: {}", url.repeat(1000)), "[]")),
        ("a head of many lines", head(&format!("200 X{}", format!("\r\nX-Echo: {url}").repeat(200)), "[]")),
        ("a head that is illegal", head(&format!("200 X\r\n{url}"), "[]")),
        ("two lengths", head(&format!("200 X\r\nContent-Length: {url}"), "[]")),
        ("no HTTP", Script::new().exchange(format!("{echo}\r\n\r\n")).fin()),
        ("no answer", Script::new().read().stall()),
        ("an end without an answer", Script::new().read().fin()),
        ("an end without close_notify", Script::new().read().cut()),
        ("a reset", Script::new().read().reset()),
    ]);
    faults
}

/// Everything that a user could print of an outcome.
fn shown<T>(text: &mut String, outcome: Result<T, Error>) {
    if let Err(error) = outcome {
        write!(text, "{error}\n{error:?}\n{error:#?}\n{}\n{:?}\n", error.report(), error.service_error())
            .unwrap();
    }
}

/// Makes every kind of call with a client in front of a peer, and says everything that could be printed.
async fn story(canaries: &Canaries, server: &Authority, script: Script) -> String {
    let rig = Rig::new([script]);
    let builder = rig
        .in_memory_tls()
        .credentials(Credentials::new(&canaries.login.text, &canaries.password.text).unwrap())
        .token_store(MemoryTokenStore::default())
        .max_body(MOST)
        .only_root_certificates(server.roots())
        .proxy(Proxy::new(&canaries.proxy_url()).unwrap());
    let mut text = format!("{builder:?}\n{builder:#?}\n");
    let client = builder.build().unwrap();
    shown(&mut text, client.authenticate().await);
    tell(&mut text, &client);
    for _ in 0..2 {
        shown(&mut text, client.send(list()).await);
        tell(&mut text, &client);
    }
    shown(
        &mut text,
        match client.send_streaming(list()).await {
            Ok(answer) => answer.into_value().collect(MOST).await,
            Err(error) => Err(error),
        },
    );
    tell(&mut text, &client);
    text
}

fn list() -> Request<Body> {
    Request::get("/cash-registers").body(Body::empty()).unwrap()
}

/// What a client shows of itself and of the last answer.
fn tell(text: &mut String, client: &Client) {
    write!(text, "{client:?}\n{client:#?}\n{:?}\n", client.tokens()).unwrap();
    if let Some(last) = client.last_response() {
        let (headers, object) = (last.headers(), last.service_error());
        write!(text, "{last:?}\n{headers:?}\n{object:?}\n{}\n", last.text()).unwrap();
        shown(text, last.json());
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_shown_or_logged_whatever_goes_wrong() {
    let canaries = Canaries {
        login: Secret::new("login"),
        password: Secret::new("password"),
        token: Secret::new("token"),
        proxy: Secret::new("proxy"),
    };
    let log = Log::start();
    let authority = Authority::new("canary");
    let tls: Arc<ServerConfig> = authority.server("kkt.test");
    let tunnel = || Script::new().exchange("HTTP/1.1 200 OK\r\n\r\n");
    let through = || tunnel().tls(&tls);
    let login =
        answer(200, &format!(r#"{{"error":null,"token":{}}}"#, serde_json::json!(canaries.token.text)));

    let mut cases: Vec<(&'static str, Script)> = Vec::new();
    for (what, fault) in faults(&[&canaries.login, &canaries.password]) {
        cases.push((what, through().and(fault)));
    }
    for (what, fault) in faults(&[&canaries.token]) {
        cases.push((what, through().exchange(login.clone()).and(fault)));
    }
    let basic = base64(format!("user:{}", canaries.proxy.text).as_bytes());
    for status in [400, 403, 407, 500, 502, 503] {
        let echo = format!("Proxy-Authorization: Basic {basic} user:{}", canaries.proxy.text);
        let refusal = format!("HTTP/1.1 {status} {echo}\r\nX-Echo: {echo}\r\nContent-Length: 0\r\n\r\n");
        cases.push(("a proxy that refuses", Script::new().exchange(refusal).fin()));
    }
    cases.extend([
        ("a proxy that says nothing", Script::new().read().stall()),
        ("a proxy that goes away", Script::new().read().fin()),
        ("a proxy that speaks garbage", Script::new().exchange(basic)),
        ("no TLS", tunnel().write(answer(400, &canaries.proxy.text)).stall()),
        ("TLS that is cut", tunnel().fin()),
        ("a foreign authority", tunnel().tls(&Authority::new("other").server("kkt.test"))),
        ("another name", tunnel().tls(&authority.server("other.test"))),
    ]);

    let (mut lines, mut targets) = (0, std::collections::BTreeSet::new());
    for (index, (what, script)) in cases.into_iter().enumerate() {
        let text = story(&canaries, &authority, script).await;
        let logged = log.take();
        lines += logged.lines().count();
        targets.extend(
            ["atol_transport", "hyper_util", "rustls"].into_iter().filter(|name| logged.contains(*name)),
        );
        for secret in canaries.all() {
            for form in secret.forms() {
                for (place, text) in [("shown", &text), ("logged", &logged)] {
                    if text.contains(&form) {
                        let line = text.lines().find(|line| line.contains(&form)).unwrap_or_default();
                        panic!("case {index}, {what}: the {} is {place} as {form}: {line}", secret.what);
                    }
                }
            }
        }
    }
    // The net was out: everybody did write something.
    assert_eq!(Vec::from_iter(targets), ["atol_transport", "hyper_util", "rustls"]);
    assert!(lines > 1000, "{lines} lines");
}
