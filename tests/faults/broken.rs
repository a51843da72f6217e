//! Answers that do not come, or not to their end.

use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::clock::Clock;
use atol_transport::error::{ErrorKind, Phase, Sent};
use atol_transport::{Error, RetryPolicy};

/// An answer of which so much comes, with these headers.
fn torn(headers: &str, body: &str) -> Script {
    Script::new().exchange(format!("HTTP/1.1 200 OK\r\n{headers}\r\n{body}"))
}

/// Why the one attempt at `script` failed.
async fn failure(script: Script) -> (Rig, Error) {
    let rig = Rig::new([script]);
    let client = rig.over_sockets().await.retry(RetryPolicy::never()).build().unwrap();
    let error = get(&client).await.unwrap_err();
    (rig, error)
}

/// That an attempt at `script` is cut short, and a call gets over it.
async fn truncated(script: Script) {
    let (_, error) = failure(script.clone()).await;
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Truncated, Sent::Yes), "{error}");

    let rig = Rig::new([script, Script::new().exchange(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn n08_a_silent_server_is_given_up_after_20_s_and_sees_the_connection_close() {
    let (rig, error) = failure(Script::new().read().stall()).await;
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout(Phase::Head), Sent::Maybe));
    rig.clock().sleep(Duration::from_millis(1)).await;
    insta::assert_snapshot!(rig.log(), @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        closed 1
        sleep 1ms
        ");
}

#[tokio::test(start_paused = true)]
async fn n13_half_a_head_is_no_answer() {
    let (_, error) = failure(Script::new().exchange("HTTP/1.1 200 OK\r\nContent-")).await;
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Interrupted, Sent::Maybe));
}

#[tokio::test(start_paused = true)]
async fn n14_a_body_shorter_than_its_length_is_truncated() {
    truncated(torn("Content-Length: 100\r\n", "[1,2]")).await;
}

#[tokio::test(start_paused = true)]
async fn n15_chunks_without_the_last_one_are_truncated() {
    truncated(torn("Transfer-Encoding: chunked\r\n", "5\r\n[1,2]\r\n")).await;
    truncated(torn("Transfer-Encoding: chunked\r\n", "5\r\n[1,")).await;
}

#[tokio::test(start_paused = true)]
async fn n16_a_body_that_only_the_end_of_the_connection_ends_must_be_whole_json() {
    truncated(torn("", r#"[{"serialNumber":"1"},{"seri"#)).await;
    let rig = Rig::new([torn("", "[1,2]")]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().value(), "[1,2]");
}

#[tokio::test(start_paused = true)]
async fn n17_a_body_that_stops_is_given_up_after_10_s() {
    let (rig, error) = failure(torn("Content-Length: 100\r\n", "[1,").stall()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::BodyIdle));
    assert_eq!(rig.clock().monotonic(), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn n18_a_body_that_drips_is_given_up_after_30_s() {
    let drip = torn("Content-Length: 1000\r\n", "").drip(" ", Duration::from_secs(1));
    let (rig, error) = failure(drip).await;
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::BodyTotal));
    assert_eq!(rig.clock().monotonic(), Duration::from_secs(30));
}
