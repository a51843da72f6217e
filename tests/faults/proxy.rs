//! Ways through a proxy, and proxies that let nobody through.

use std::time::Duration;

use atol_tests::{Authority, Rig, Script, TOKEN, answer, get};
use atol_transport::clock::Clock;
use atol_transport::error::{ConnectFailure, ErrorKind, Phase, Sent};
use atol_transport::{ClientBuilder, Error, Proxy, RetryPolicy};

const GRANTED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// A client of `https://kkt.test` that reaches the peer as its proxy.
fn through(rig: &Rig) -> ClientBuilder {
    rig.in_memory_tls().proxy(Proxy::new("http://shop:pr0xy-canary@proxy.test:3128").unwrap())
}

async fn failure(script: Script) -> (Rig, Error) {
    let rig = Rig::new([script]);
    let error = get(&through(&rig).build().unwrap()).await.unwrap_err();
    let shown = format!("{} {error:?} {}", error.report(), rig.log());
    for secret in ["pr0xy-canary", TOKEN, "c2hvcDpwcjB4eS1jYW5hcnk="] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(error.sent(), Sent::No);
    (rig, error)
}

#[tokio::test(start_paused = true)]
async fn n24_a_proxy_gives_a_tunnel_and_sees_nothing_of_what_goes_through_it() {
    let authority = Authority::new("Test root");
    let server = authority.server("kkt.test");
    let rig = Rig::new([Script::new().exchange(GRANTED).tls(&server).exchange(answer(200, "[]")).stall()]);
    let client = through(&rig).only_root_certificates(authority.roots()).build().unwrap();
    get(&client).await.unwrap();
    insta::assert_snapshot!(rig.log(), @r"
        connect 1
        request 1 CONNECT kkt.test:443
        response 1 200
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n24_the_connection_to_the_proxy_may_be_encrypted_itself() {
    let authority = Authority::new("Test root");
    let (proxy, server) = (authority.server("proxy.test"), authority.server("kkt.test"));
    let script = Script::new().tls(&proxy).exchange(GRANTED).tls(&server).exchange(answer(200, "[]")).stall();
    let rig = Rig::new([script]);
    let client = rig
        .in_memory_tls()
        .proxy(Proxy::new("https://proxy.test").unwrap())
        .only_root_certificates(authority.roots())
        .build()
        .unwrap();
    get(&client).await.unwrap();
    assert!(rig.log().to_string().contains("request 1 CONNECT kkt.test:443"));
}

#[tokio::test(start_paused = true)]
async fn n24_an_encrypted_proxy_that_fails_is_told_from_the_service() {
    let authority = Authority::new("Test root");
    let wrong = authority.server("other.test");
    let unknown = Authority::new("Unknown root").server("proxy.test");
    let mut told = Vec::new();
    for script in [Script::new().tls(&wrong), Script::new().tls(&unknown), Script::new().read().stall()] {
        let rig = Rig::new([script]);
        let client = rig
            .in_memory_tls()
            .proxy(Proxy::new("https://proxy.test").unwrap())
            .only_root_certificates(authority.roots())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let error = get(&client).await.unwrap_err();
        let advice = error.advice().unwrap().split(" is").next().unwrap();
        told.push(format!("{error}; {advice}"));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
        TLS with `proxy.test` failed: its certificate is for another name (proxy `https://proxy.test`); check the proxy's address and port, and whether it runs
        TLS with `proxy.test` failed: its certificate is signed by an unknown authority (proxy `https://proxy.test`); the server's certificate
        the TLS handshake took longer than 5s (proxy `https://proxy.test`); check the proxy's address and port, and whether it runs
        ");
}

#[tokio::test(start_paused = true)]
async fn n24_a_machine_out_of_descriptors_is_not_taken_for_a_failing_proxy() {
    let rig = Rig::new([]);
    let dialer = tower::service_fn(|_: http::Uri| async {
        Err::<tokio::io::DuplexStream, _>(atol_transport::BoxError::from(std::io::Error::from_raw_os_error(
            24,
        )))
    });
    let client = through(&rig).connector(dialer).retry(RetryPolicy::never()).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Local));
    assert!(error.advice().unwrap().contains("ulimit -n"), "{}", error.report());
}

#[tokio::test(start_paused = true)]
async fn n24_plain_http_to_this_machine_goes_through_a_tunnel_too_when_asked_for() {
    let rig = Rig::new([Script::new().exchange(GRANTED).exchange(answer(200, "[]")).stall()]);
    let client = rig.in_memory().proxy(Proxy::new("proxy.test:3128").unwrap()).build().unwrap();
    get(&client).await.unwrap();
    insta::assert_snapshot!(rig.log(), @r"
        connect 1
        request 1 CONNECT localhost:80
        response 1 200
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n24_a_refusal_is_told_with_its_status_and_repeated_unless_it_asks_for_a_login() {
    let mut told = Vec::new();
    for (status, attempts) in [(403, 4), (407, 1), (502, 4)] {
        let (rig, error) = failure(Script::new().exchange(answer(status, "no"))).await;
        assert_eq!(error.kind(), ErrorKind::Proxy);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.attempts() as usize, rig.log().requests()), (attempts, attempts));
        told.push(error.report());
    }
    let rig = Rig::new([Script::new().exchange(answer(407, ""))]);
    let client = rig.in_memory_tls().proxy(Proxy::new("proxy.test:3128").unwrap()).build().unwrap();
    told.push(get(&client).await.unwrap_err().report());
    insta::assert_snapshot!(told.join("\n"), @r"
        the proxy `http://proxy.test:3128` refused a connection to `kkt.test`: 403 Forbidden (after 4 attempts in 3.5 s)
          what to do: ask whoever runs the proxy to allow the host, or name it in NO_PROXY if it can be reached directly
        the proxy `http://proxy.test:3128` does not accept the login it was given (407)
          what to do: put user and password into the proxy's address, http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded
        the proxy `http://proxy.test:3128` refused a connection to `kkt.test`: 502 Bad Gateway (after 4 attempts in 3.5 s)
          what to do: ask whoever runs the proxy to allow the host, or name it in NO_PROXY if it can be reached directly
        the proxy `http://proxy.test:3128` asks for a login (407)
          what to do: put user and password into the proxy's address, http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded
        ");
}

#[tokio::test(start_paused = true)]
async fn n24_a_proxy_s_404_does_not_say_that_a_register_is_unknown() {
    let (_, error) = failure(Script::new().exchange(answer(404, ""))).await;
    assert!(error.is_proxy() && !error.is_not_found());
}

#[tokio::test(start_paused = true)]
async fn n24_what_is_no_proxy_is_told() {
    let mut told = Vec::new();
    for script in [Script::new().exchange("220 mail.example.com ESMTP\r\n"), Script::new().read()] {
        let (_, error) = failure(script).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Proxy, None));
        told.push(error.report());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
        the proxy `http://proxy.test:3128` gave no HTTP answer (after 4 attempts in 3.5 s)
          what to do: check the address and port of the proxy: something else seems to listen there
        the proxy `http://proxy.test:3128` gave no HTTP answer (after 4 attempts in 3.5 s)
          what to do: check the address and port of the proxy: something else seems to listen there
        ");
}

#[tokio::test(start_paused = true)]
async fn n24_a_proxy_that_hangs_is_given_up_with_the_limit_on_connecting() {
    let rig = Rig::new([Script::new().read().stall()]);
    let client = through(&rig).retry(RetryPolicy::never()).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Connect));
    assert_eq!(rig.clock().monotonic(), Duration::from_secs(5));
    insta::assert_snapshot!(error, @"the proxy's answer took longer than 5s (proxy `http://proxy.test:3128`)");
}

#[tokio::test(start_paused = true)]
async fn n24_a_proxy_that_cannot_be_reached_is_told_from_the_service() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let rig = Rig::new([]);
    let proxy = Proxy::new("proxy.test").unwrap();
    let client = rig.to("https://kkt.test").proxy(proxy).resolver(rig.resolver([])).build().unwrap();
    let unknown = get(&client).await.unwrap_err();
    let proxy = Proxy::new(&format!("http://{nobody}")).unwrap();
    let client = rig.to("https://kkt.test").proxy(proxy).build().unwrap();
    let refusing = get(&client).await.unwrap_err();
    insta::assert_snapshot!(unknown, @"the name `proxy.test` could not be resolved: it has no address (proxy `http://proxy.test`) (after 4 attempts in 3.5 s)");
    let told = refusing.to_string();
    assert!(told.contains(&format!(" (proxy `http://{nobody}`)")), "{told}");
    assert_eq!(refusing.advice(), Some("check the proxy's address and port, and whether it runs"));
}
