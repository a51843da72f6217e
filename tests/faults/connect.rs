//! Ways not to get a connection.

use std::net::SocketAddr;
use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::clock::Clock;
use atol_transport::error::{ConnectFailure, ErrorKind, Phase, Sent};
use atol_transport::{BoxError, ClientBuilder, Error, RetryPolicy};
use tower::service_fn;

/// A port of this machine that nobody listens on.
async fn nobody() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

async fn failure(builder: ClientBuilder) -> Error {
    let client = builder.build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    error
}

#[tokio::test(start_paused = true)]
async fn n01_a_name_that_is_not_found_is_named_and_asked_for_again() {
    let rig = Rig::new([]);
    let nowhere = service_fn(|_: String| async { Err::<Vec<SocketAddr>, BoxError>("no such host".into()) });
    let error = failure(rig.to("https://kkt.test").resolver(nowhere)).await;
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Dns));
    insta::assert_snapshot!(error.report(), @r"
        the name `kkt.test` could not be resolved: no such host (after 4 attempts in 3.5 s)
          what to do: check the name and this machine's DNS
        ");
}

#[tokio::test(start_paused = true)]
async fn n01_a_name_without_an_address_is_not_found() {
    let rig = Rig::new([]);
    let error = failure(rig.to("https://kkt.test").resolver(rig.resolver([]))).await;
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Dns));
}

#[tokio::test(start_paused = true)]
async fn n02_a_resolver_that_hangs_is_given_up_after_5_s() {
    let rig = Rig::new([]);
    let silent = service_fn(|_: String| std::future::pending::<Result<Vec<SocketAddr>, BoxError>>());
    let error = failure(rig.to("https://kkt.test").resolver(silent).retry(RetryPolicy::never())).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Dns));
    assert_eq!(rig.clock().monotonic(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn n05_a_refused_connection_is_tried_again_and_named() {
    let rig = Rig::new([]);
    let nobody = nobody().await;
    let error = failure(rig.to(&format!("http://{nobody}"))).await;
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectFailure::Refused));
    assert_eq!(error.attempts(), 4);
    let told = error.to_string();
    // What follows is the system's own text.
    assert!(told.starts_with("no connection to `127.0.0.1`: "), "{told}");
    assert_eq!(error.advice(), Some("nothing listens there: check the environment's address and port"));
}

#[tokio::test(start_paused = true)]
async fn n06_the_limit_holds_for_connectors_of_others_too() {
    let rig = Rig::new([]);
    let silent =
        service_fn(|_: http::Uri| std::future::pending::<Result<tokio::io::DuplexStream, BoxError>>());
    let error = failure(rig.to("https://kkt.test").connector(silent).retry(RetryPolicy::never())).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Connect));
    insta::assert_snapshot!(error, @"connecting took longer than 5s");
}

#[tokio::test(start_paused = true)]
async fn n07_a_connection_that_is_reset_at_once_is_made_again() {
    let good = Script::new().exchange(answer(200, "[]"));
    let rig = Rig::new([Script::new().reset(), good]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);

    let rig = Rig::new([Script::new().reset()]);
    let client = rig.over_sockets().await.build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Interrupted, Sent::Maybe));
    assert_eq!(error.attempts(), 4);
}

#[tokio::test(start_paused = true)]
async fn n25_a_broken_ipv6_address_costs_less_than_a_second() {
    let rig = Rig::new([Script::new().exchange(answer(200, "[]")).stall()]);
    let live = rig.address().await;
    let refusing = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], live.port()));
    let client = rig.over_sockets().await.resolver(rig.resolver([refusing, live])).build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 1);
    assert!(rig.clock().monotonic() < Duration::from_secs(1));
}
