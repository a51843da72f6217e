//! When a token is renewed, by which clock, and what happens when that fails.

use super::*;

/// Calls once a minute for `time`; the number of calls that failed.
async fn poll_for(client: &Client, service: &Service, time: Duration) -> usize {
    let mut failed = 0;
    let end = service.clock.monotonic() + time;
    while service.clock.monotonic() < end {
        failed += usize::from(client.call().await.is_err());
        service.sleep(MINUTE).await;
    }
    failed
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_once_a_day_two_hours_early_and_nobody_waits() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    service.login_takes(30 * SECOND);
    for day in 1..=10 {
        service.sleep(22 * HOUR - MINUTE).await;
        client.call().await.unwrap();
        settle().await;
        assert_eq!(service.logins(), day, "not before the window");
        for _ in 0..112 {
            let before = service.clock.monotonic();
            client.call().await.unwrap();
            assert_eq!(service.clock.monotonic(), before, "a caller with a valid token does not wait");
            service.sleep(MINUTE).await;
            if service.logins() > day {
                break;
            }
        }
        assert_eq!(service.logins(), day + 1, "renewed within the window");
    }
}

#[tokio::test(start_paused = true)]
async fn early_refreshes_of_many_clients_are_spread() {
    let mut moments = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let service = Service::new();
        let client = client_with(&service, |builder| builder.seed(seed));
        client.call().await.unwrap();
        service.sleep(22 * HOUR - MINUTE).await;
        while service.logins() < 2 {
            client.call().await.unwrap();
            service.sleep(MINUTE).await;
        }
        moments.insert(service.state.lock().unwrap().logins[1].as_secs() / 60);
    }
    assert!(moments.len() > 20, "{moments:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_calls_and_nothing_is_sent() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    service.sleep(1000 * HOUR).await;
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn u07_a_hundred_minutes_without_logins_in_the_window_fail_no_call() {
    let service = Service::new().on_login(|n| token(format!("token-{n}")));
    let client = client(&service);
    client.call().await.unwrap();
    let since = service.clock.monotonic();
    let clock = service.clock.clone();
    let service = service.on_login(move |n| {
        let age = clock.monotonic() - since;
        if age < 22 * HOUR + 100 * MINUTE {
            Answer::Is(503, String::new())
        } else {
            token(format!("token-{n}"))
        }
    });
    assert_eq!(poll_for(&client, &service, 48 * HOUR - 3 * HOUR).await, 0);
    assert!((3..=22).contains(&service.logins()), "{} logins: repeated, but with pauses", service.logins());
}

#[tokio::test(start_paused = true)]
async fn u07_an_outage_of_the_login_fails_calls_only_after_the_end_and_heals_by_itself() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    let since = service.clock.monotonic();
    let clock = service.clock.clone();
    let service = service.on_login(move |n| {
        let age = clock.monotonic() - since;
        if age < 48 * HOUR { Answer::Breaks(ErrorKind::Interrupted) } else { token(format!("token-{n}")) }
    });
    assert_eq!(poll_for(&client, &service, 24 * HOUR - 2 * MINUTE).await, 0);
    service.sleep(3 * MINUTE).await;
    assert_eq!(client.call().await.unwrap_err().kind(), ErrorKind::Interrupted);
    poll_for(&client, &service, 24 * HOUR).await;
    assert_eq!(client.call().await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_during_an_early_refresh_leaves_the_token_in_use() {
    let service = Service::new().on_login(|n| if n == 1 { token("first") } else { refusal(401, 12) });
    let client = client(&service);
    assert_eq!(poll_for(&client, &service, 24 * HOUR - MINUTE).await, 0);
    assert!(service.logins() <= 6, "{}", service.logins());
}

#[tokio::test(start_paused = true)]
async fn the_same_token_given_out_again_lives_from_its_first_issue() {
    let service = Service::new().on_login(|n| token(if n < 10 { "same" } else { "other" }));
    let client = client(&service);
    client.call().await.unwrap();
    let first = service.state.lock().unwrap().logins[0];
    let mut renewed_at_the_end = false;
    while service.clock.monotonic() < first + 25 * HOUR {
        client.call().await.unwrap();
        let last = *service.state.lock().unwrap().logins.last().unwrap();
        renewed_at_the_end |= last - first >= 24 * HOUR && last - first <= 24 * HOUR + 2 * MINUTE;
        service.sleep(MINUTE).await;
    }
    assert!(renewed_at_the_end, "its age was not counted from the early refresh");
    assert!(service.logins() <= 6, "{} logins", service.logins());
}

#[tokio::test(start_paused = true)]
async fn k01_jumps_of_the_wall_clock_cause_at_most_one_more_login() {
    for jump in ["2029-11-24T12:00:00Z", "2023-11-24T12:00:00Z", "1960-01-01T00:00:00Z"] {
        let service = Service::new();
        let client = client(&service);
        client.call().await.unwrap();
        service.clock.set_wall(jump.parse().unwrap());
        assert_eq!(poll_for(&client, &service, 12 * HOUR).await, 0);
        assert!(service.logins() <= 2, "{jump}: {} logins", service.logins());
        service.clock.set_wall("2026-11-25T12:00:00Z".parse().unwrap());
        assert_eq!(poll_for(&client, &service, 30 * HOUR).await, 0);
        assert!(service.logins() <= 4, "{jump}: {} logins", service.logins());
    }
}

#[tokio::test(start_paused = true)]
async fn k02_no_token_is_used_beyond_a_day_of_either_clock() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    // The machine slept for 30 h: the monotonic clock stood still.
    service.clock.set_wall("2026-11-25T18:00:00Z".parse().unwrap());
    client.call().await.unwrap();
    assert_eq!(service.logins(), 2);
    // Somebody turns the wall clock back by a year, and 24 h pass.
    service.clock.set_wall("2025-11-25T18:00:00Z".parse().unwrap());
    service.sleep(24 * HOUR).await;
    service.tokens_seen();
    client.call().await.unwrap();
    assert_eq!(service.tokens_seen(), ["token-3"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_over_when_a_day_is_full() {
    let service = Service::new();
    let client = client(&service);
    client.call().await.unwrap();
    // A second has passed since the login was sent.
    service.sleep(24 * HOUR - SECOND).await;
    client.call().await.unwrap();
    assert_eq!(service.tokens_seen(), ["token-1", "token-2"]);
}

#[tokio::test(start_paused = true)]
async fn the_life_is_counted_from_the_moment_the_login_was_sent() {
    let service = Service::new();
    service.login_takes(60 * SECOND);
    let client = client(&service);
    client.call().await.unwrap();
    service.sleep(24 * HOUR - 61 * SECOND).await;
    assert!(client.tokens.is_cached());
    service.sleep(SECOND).await;
    assert!(!client.tokens.is_cached());
}

#[tokio::test(start_paused = true)]
async fn without_early_refreshes_a_token_is_used_to_its_end() {
    let service = Service::new();
    let client = client_with(&service, |builder| builder.early_refresh(false));
    client.call().await.unwrap();
    assert_eq!(poll_for(&client, &service, 24 * HOUR - MINUTE).await, 0);
    assert_eq!(service.logins(), 1);
    service.sleep(MINUTE).await;
    service.tokens_seen();
    client.call().await.unwrap();
    assert_eq!(service.tokens_seen(), ["token-2"]);
}
