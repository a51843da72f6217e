//! When the answer to a login asks to wait.

use super::*;

/// Logins are answered so until somebody changes that.
fn throttling(status: u16, seconds: u32) -> Service {
    let service = Service::new().on_login(move |_| Answer::Is(status, String::new()));
    service.state.lock().unwrap().retry_after = Some(seconds);
    service.login_takes(Duration::ZERO);
    service
}

#[tokio::test(start_paused = true)]
async fn everybody_waits_as_long_as_it_asks_and_hears_of_it_at_once() {
    for status in [429, 503] {
        let service = throttling(status, 120);
        let client = client(&service);
        assert_eq!(client.call().await.unwrap_err().retry_after(), Some(120 * SECOND));
        service.sleep(20 * SECOND).await;
        let before = service.clock.monotonic();
        for answer in all((0..10).map(|_| client.call())).await {
            let error = answer.unwrap_err();
            assert_eq!((error.retry_after(), error.sent()), (Some(100 * SECOND), Sent::No));
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert!(error.to_string().ends_with("(the next login is tried in 100 s)"), "{error}");
        }
        assert_eq!(service.clock.monotonic(), before);
        assert_eq!(service.logins(), 1);
        service.sleep(100 * SECOND).await;
        drop(service.on_login(|_| token("good")));
        assert_eq!(client.call().await.unwrap(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn five_minutes_are_the_longest_wait() {
    let service = throttling(429, 86_400);
    let client = client(&service);
    client.call().await.unwrap_err();
    assert_eq!(client.call().await.unwrap_err().retry_after(), Some(5 * MINUTE));
}

#[tokio::test(start_paused = true)]
async fn what_an_early_refresh_is_told_holds_for_those_whose_token_is_refused_after_it() {
    let service = Service::new();
    service.login_takes(Duration::ZERO);
    let client = client(&service);
    client.call().await.unwrap();
    let service = service.on_login(|_| Answer::Is(503, String::new()));
    service.state.lock().unwrap().retry_after = Some(300);
    service.sleep(23 * HOUR).await;
    assert_eq!(client.call().await.unwrap(), 200, "the refresh fails nobody");
    settle().await;
    assert_eq!(service.logins(), 2);
    let service = service.on_login(|_| token("good")).on_call(|token| match token {
        "good" => Answer::Is(200, "[]".to_owned()),
        _ => refusal(401, 11),
    });
    assert_eq!(client.call().await.unwrap(), 401);
    for minutes in (1..=5).rev() {
        assert_eq!(client.call().await.unwrap_err().retry_after(), Some(minutes * MINUTE));
        service.sleep(MINUTE).await;
    }
    assert_eq!(service.logins(), 2);
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_no_length_holds_nobody_back() {
    let service = throttling(429, 0);
    let client = client(&service);
    client.call().await.unwrap_err();
    drop(service.on_login(|_| token("good")));
    assert_eq!(client.call().await.unwrap(), 200);
}
