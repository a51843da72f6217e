//! Taking connections and letting them go, on a port of this machine.

use atol_monitor::health::Policy;
use atol_transport::clock::SystemClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::super::hosts::Hosts;
use super::super::state::Store;
use super::*;

async fn start() -> (std::net::SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let clock: SharedClock = Arc::new(SystemClock::new());
    let hosts = Hosts::new(address.ip(), Vec::new());
    let router = Router::new(Arc::new(Store::new(Vec::new())), Arc::clone(&clock), Policy::default(), hosts);
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve(listener, Arc::new(router), clock, async {
        let _ = stopped.await;
    }));
    (address, stop, server)
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8(answer[..length].to_vec()).unwrap()
}

#[tokio::test]
async fn it_answers_until_it_is_told_to_stop_and_then_closes_what_is_idle() {
    let (address, stop, server) = start().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200 "));
    stop.send(()).unwrap();
    server.await.unwrap();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let (address, _stop, _server) = start().await;
    let mut streams = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream).await;
        streams.push(stream);
    }
    let mut late = TcpStream::connect(address).await.unwrap();
    late.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    // Whoever holds a place is served meanwhile.
    assert!(ask(&mut streams[0]).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(late.try_read(&mut [0; 1]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    streams.pop();
    let mut start = [0; 12];
    late.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}
