//! When connections are shared, and when every one of them is left.

use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::clock::Clock;

fn good() -> Script {
    Script::new().exchange(answer(200, "[]"))
}

/// What happens in a call whose first attempt meets `fault`.
async fn after(fault: Script) -> String {
    let rig = Rig::new([fault, good().stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);
    rig.log().to_string()
}

#[tokio::test(start_paused = true)]
async fn n04_after_a_gateway_s_error_the_name_is_resolved_and_connected_to_anew() {
    let log = after(Script::new().exchange(answer(503, "")).stall()).await;
    insta::assert_snapshot!(log, @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        response 1 503
        closed 1
        sleep 500ms
        dns localhost
        connect 2
        request 2 GET /api/kkt/v1/cash-registers
        response 2 200
        ");
    for status in [502, 504] {
        let other = after(Script::new().exchange(answer(status, "")).stall()).await;
        assert_eq!(other, log.replace("503", &status.to_string()));
    }
}

#[tokio::test(start_paused = true)]
async fn n04_after_a_time_out_the_name_is_resolved_and_connected_to_anew() {
    insta::assert_snapshot!(after(Script::new().read().stall()).await, @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        closed 1
        sleep 500ms
        dns localhost
        connect 2
        request 2 GET /api/kkt/v1/cash-registers
        response 2 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n04_after_a_torn_body_the_name_is_resolved_and_connected_to_anew() {
    let torn = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1,";
    insta::assert_snapshot!(after(Script::new().exchange(torn)).await, @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        sleep 500ms
        dns localhost
        connect 2
        request 2 GET /api/kkt/v1/cash-registers
        response 2 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n04_a_failure_on_one_connection_speaks_against_all_that_wait() {
    let torn = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1,";
    for fault in [
        Script::new().read().stall(),
        Script::new().exchange(torn),
        Script::new().exchange(torn).stall(),
        Script::new().exchange(answer(503, "")).stall(),
    ] {
        // Two calls at once leave two connections, both of which will meet the fault.
        let first = Script::new().read().sleep(Duration::from_secs(1)).write(answer(200, "[]"));
        let both = first.and(fault.clone());
        let rig = Rig::new([both.clone(), both, good().stall()]);
        let client = rig.over_sockets().await.build().unwrap();
        let (one, other) = tokio::join!(get(&client), get(&client));
        assert_eq!((one.unwrap().attempts(), other.unwrap().attempts()), (1, 1));

        assert_eq!(get(&client).await.unwrap().attempts(), 2, "{fault:?}");
        assert_eq!(rig.log().connections(), 3, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn n04_a_good_connection_is_shared() {
    let rig = Rig::new([good().exchange(answer(200, "[]")).exchange(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    for _ in 0..3 {
        get(&client).await.unwrap();
    }
    insta::assert_snapshot!(rig.log(), @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n04_without_pooling_each_request_has_a_connection_of_its_own() {
    let rig = Rig::new([good().exchange(answer(200, "[]")).exchange(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.without_pooling().build().unwrap();
    for _ in 0..3 {
        get(&client).await.unwrap();
    }
    assert_eq!((rig.log().requests(), rig.log().connections()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn h01_a_refusal_is_read_to_its_end_so_that_the_connection_is_used_again() {
    let page = "x".repeat(60 * 1024);
    let rig = Rig::new([Script::new().exchange(answer(500, &page)).exchange(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);
    assert_eq!(rig.log().connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn n23_a_connection_that_waited_for_20_s_is_not_used() {
    let rig = Rig::new([good().exchange(answer(200, "[]")).stall(), good().stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    get(&client).await.unwrap();
    for wait in [19, 21] {
        rig.clock().sleep(Duration::from_secs(wait)).await;
        get(&client).await.unwrap();
    }
    insta::assert_snapshot!(rig.log(), @r"
        dns localhost
        connect 1
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        sleep 19s
        request 1 GET /api/kkt/v1/cash-registers
        response 1 200
        sleep 21s
        dns localhost
        connect 2
        closed 1
        request 2 GET /api/kkt/v1/cash-registers
        response 2 200
        ");
}

#[tokio::test(start_paused = true)]
async fn n23_a_flow_that_was_forgotten_on_the_way_costs_one_time_out() {
    // The first connection swallows what comes, as a NAT box does.
    let rig = Rig::new([good().stall(), good().exchange(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    get(&client).await.unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 2);
    assert_eq!(get(&client).await.unwrap().attempts(), 1);
    assert_eq!(rig.log().connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn n21_an_answer_that_is_held_up_for_3_s_is_waited_for() {
    let rig = Rig::new([Script::new().read().sleep(Duration::from_secs(3)).write(answer(200, "[]")).stall()]);
    let client = rig.over_sockets().await.build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 1);
    assert_eq!(rig.log().requests(), 1);
}
