//! Connections that were closed while they waited in the pool.

use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::clock::Clock;

/// A connection that answers once, and another that answers for ever.
fn scripts(end: impl FnOnce(Script) -> Script) -> [Script; 2] {
    let good = || Script::new().exchange(answer(200, "[]"));
    [end(good()), good().stall()]
}

/// Two calls with five seconds between them; the second must succeed without a wait, in so many attempts.
async fn second_call(rig: &Rig, client: &atol_transport::Client, attempts: u32) {
    let pause = rig.clock().sleep(Duration::from_secs(5));
    get(client).await.unwrap();
    pause.await;
    let before = rig.clock().monotonic();
    let response = get(client).await.unwrap();
    assert_eq!(response.attempts(), attempts);
    assert_eq!(rig.clock().monotonic(), before, "the repeat needs no pause");
    assert_eq!(rig.log().connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn n09_a_connection_that_was_seen_to_close_is_not_used() {
    let rig = Rig::new(scripts(|script| script.sleep(Duration::from_secs(3)).fin()));
    let client = rig.over_sockets().await.build().unwrap();
    second_call(&rig, &client, 1).await;
}
