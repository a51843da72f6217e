//! What a connection may send, and how long it may take.

use atol_monitor::health::Policy;
use atol_transport::clock::SystemClock;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::super::hosts::Hosts;
use super::super::state::{Slot, Store};
use super::super::test_kit::{account, register};
use super::*;

/// A client's end of a connection that takes `room` bytes before anybody reads them.
fn connect(room: usize) -> (DuplexStream, GracefulShutdown) {
    let clock: SharedClock = Arc::new(SystemClock::new());
    let registers = (0..500).map(|serial| register(&serial.to_string(), |_| ()));
    let store = Store::new(vec![Slot::new(account("shop", registers))]);
    let hosts = Hosts::new(std::net::Ipv4Addr::LOCALHOST.into(), Vec::new());
    let router = Arc::new(Router::new(Arc::new(store), Arc::clone(&clock), Policy::default(), hosts));
    let (client, server) = tokio::io::duplex(room);
    let graceful = GracefulShutdown::new();
    tokio::spawn(serve(server, router, clock, graceful.watcher()));
    (client, graceful)
}

/// Everything that comes until the server closes.
async fn answer(mut client: DuplexStream, request: &str) -> String {
    client.write_all(request.as_bytes()).await.unwrap();
    rest(&mut client).await
}

async fn rest(client: &mut DuplexStream) -> String {
    let mut answer = Vec::new();
    // A connection that is cut has said what it had to say.
    let _ = client.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_too_large_is_refused() {
    let (client, _server) = connect(64 * 1024);
    let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(LARGEST_HEAD));
    let answer = answer(client, &request).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn too_many_headers_are_refused() {
    let (client, _server) = connect(64 * 1024);
    let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(MOST_HEADERS + 1));
    let answer = answer(client, &request).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_is_cut_off() {
    let (mut client, _server) = connect(1024);
    let clock = SystemClock::new();
    client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let drip = async {
        while client.write_all(b"X: y\r\n").await.is_ok() {
            clock.sleep(Duration::from_secs(1)).await;
        }
    };
    drip.await;
    assert!(clock.monotonic() <= HEAD_TIMEOUT + Duration::from_secs(2), "{:?}", clock.monotonic());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_answer_is_dropped() {
    let (mut client, _server) = connect(1024);
    client.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let clock = SystemClock::new();
    clock.sleep(3 * PATIENCE).await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.len() <= 1024, "{} bytes", answer.len());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_used_now_and_then_is_kept() {
    let (mut client, _server) = connect(64 * 1024);
    let clock = SystemClock::new();
    for _ in 0..20 {
        client.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut start = [0; 12];
        client.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        let mut others = [0; 4096];
        let _ = client.read(&mut others).await.unwrap();
        clock.sleep(HEAD_TIMEOUT / 10 * 9).await;
    }
}

#[tokio::test(start_paused = true)]
async fn head_is_get_without_the_body() {
    let (client, _server) = connect(64 * 1024);
    let answer =
        answer(client, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.contains("content-length: 3\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_ends_when_the_server_stops() {
    let (mut client, server) = connect(64 * 1024);
    client.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    client.read_exact(&mut start).await.unwrap();
    server.shutdown().await;
    assert!(rest(&mut client).await.ends_with("ok\n"));
}
