//! Connections that were closed while they waited in the pool.

use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::RetryPolicy;
use atol_transport::clock::Clock;
use atol_transport::error::{ErrorKind, Sent};

/// How long a connection waits in the pool.
const PAUSE: Duration = Duration::from_secs(5);

fn good() -> Script {
    Script::new().exchange(answer(200, "[]"))
}

/// Two calls with a pause between them, the second of which meets a connection that `end` has closed, and needs so
/// many attempts on a new one, but no wait.
async fn second_call(end: impl FnOnce(Script) -> Script, attempts: u32) {
    let rig = Rig::new([end(good()), good().stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    let pause = rig.clock().sleep(PAUSE);
    get(&client).await.unwrap();
    pause.await;
    let before = rig.clock().monotonic();
    let response = get(&client).await.unwrap();
    assert_eq!(response.attempts(), attempts);
    assert_eq!(rig.clock().monotonic(), before, "the repeat needs no pause");
    assert_eq!(rig.log().connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn n09_a_connection_that_was_seen_to_close_is_not_used() {
    second_call(|script| script.sleep(PAUSE / 2).fin(), 1).await;
}

#[tokio::test(start_paused = true)]
async fn n10_a_connection_that_closes_in_the_moment_of_use_is_made_up_for_at_once() {
    second_call(|script| script.sleep(PAUSE).fin(), 2).await;
}

#[tokio::test(start_paused = true)]
async fn n11_a_connection_that_is_reset_in_the_moment_of_use_is_made_up_for_at_once() {
    second_call(|script| script.sleep(PAUSE).reset(), 2).await;
}

#[tokio::test(start_paused = true)]
async fn n11_a_waiting_connection_that_reads_and_resets_is_made_up_for_at_once() {
    second_call(|script| script.read().reset(), 2).await;
}

#[tokio::test(start_paused = true)]
async fn n12_a_waiting_connection_that_reads_and_closes_is_made_up_for_at_once() {
    second_call(Script::read, 2).await;
}

#[tokio::test(start_paused = true)]
async fn n13_a_waiting_connection_that_breaks_off_in_the_head_is_made_up_for_at_once() {
    second_call(|script| script.exchange("HTTP/1.1 200 OK\r\nContent-"), 2).await;
}

#[tokio::test(start_paused = true)]
async fn n10_every_other_waiting_connection_is_left_as_well() {
    // Two connections wait, both of which will be closed in the moment of use.
    let slow = || Script::new().read().sleep(Duration::from_secs(1)).write(answer(200, "[]")).read();
    let rig = Rig::new([slow(), slow(), good().stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    let (first, second) = tokio::join!(get(&client), get(&client));
    assert_eq!((first.unwrap().attempts(), second.unwrap().attempts()), (1, 1));
    assert_eq!(rig.log().connections(), 2);

    let response = get(&client).await.unwrap();
    assert_eq!(response.attempts(), 2, "the repeat does not try the other one");
    assert_eq!(rig.log().connections(), 3);
}

#[tokio::test(start_paused = true)]
async fn n12_on_a_new_connection_the_repeat_waits() {
    let rig = Rig::new([Script::new().read(), good()]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);
    insta::assert_snapshot!(rig.log(), @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        sleep 500ms
        dns localhost
        connect 2
        request 2 GET /api/kkt/v1/cash-registers
        response 2 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n12_a_closed_connection_leaves_open_whether_the_request_was_received() {
    let rig = Rig::new([Script::new().read()]);
    let client = rig.over_sockets().await.retry(RetryPolicy::never()).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Interrupted, Sent::Maybe));
    assert!(!error.is_on_reused_connection());
}
