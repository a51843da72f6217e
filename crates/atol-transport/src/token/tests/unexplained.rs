//! A 401 without a code: about the token, or about the one path that always answers so.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{MemoryTokenStore, StoredToken, Token, TokenStore};
use super::*;

fn page() -> Answer {
    Answer::Is(401, "<html>".to_owned())
}

/// A service where each login ends the token before.
fn one_token_at_a_time() -> Service {
    let valid = Arc::new(AtomicUsize::new(0));
    let given = Arc::clone(&valid);
    Service::new()
        .on_login(move |n| {
            given.store(n, Ordering::Relaxed);
            token(format!("token-{n}"))
        })
        .on_call(move |token| {
            let is_valid = token == format!("token-{}", valid.load(Ordering::Relaxed));
            if is_valid { Answer::Is(200, "[]".to_owned()) } else { refusal(401, 11) }
        })
}

#[tokio::test(start_paused = true)]
async fn a_register_that_always_answers_so_costs_the_others_no_call_and_few_logins() {
    for order in [["/a", "/b", "/c"], ["/b", "/c", "/a"]] {
        let service = one_token_at_a_time().always("/a", page());
        service.call_takes(SECOND / 10);
        let client = client(&service);
        while service.clock.monotonic() < 24 * HOUR {
            for (path, answer) in order.iter().zip(all(order.map(|path| client.call_to(path))).await) {
                assert_eq!(answer.unwrap(), if *path == "/a" { 401 } else { 200 }, "{path}");
            }
            service.sleep(MINUTE).await;
        }
        assert!(service.logins() <= 8, "{} logins", service.logins());
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_such_registers_lead_to_four_logins_an_hour_at_most() {
    let service = one_token_at_a_time().on_call(|_| page());
    let client = client(&service);
    for _ in 0..10 * 60 {
        for register in 0..100 {
            assert_eq!(client.call_to(&format!("/{register}")).await.unwrap(), 401);
        }
        service.sleep(MINUTE).await;
    }
    let logins = service.state.lock().unwrap().logins.clone();
    assert!(logins[1..].windows(5).all(|five| five[4] - five[0] >= HOUR), "{logins:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_so_everywhere_costs_one_login_and_no_call() {
    let service = Service::new()
        .on_call(|token| if token == "token-1" { page() } else { Answer::Is(200, "[]".to_owned()) });
    service.call_takes(SECOND);
    let client = client(&service);
    client.authenticate().await.unwrap();
    let answers = all((0..100).map(|register| client.call_to(&format!("/{register}")))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(200))));
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn such_refusals_that_logins_help_against_are_contention_too() {
    let valid = Arc::new(Mutex::new(String::new()));
    let (given, taken) = (valid.clone(), valid.clone());
    let service = Service::new()
        .on_login(move |n| {
            *given.lock().unwrap() = format!("token-{n}");
            token(format!("token-{n}"))
        })
        .on_call(move |token| {
            if token == taken.lock().unwrap().as_str() { Answer::Is(200, "[]".to_owned()) } else { page() }
        });
    let client = client(&service);
    for _ in 0..60 {
        drop(client.call().await);
        valid.lock().unwrap().clear();
        service.sleep(MINUTE).await;
    }
    assert!(service.logins() <= 8, "{} logins in an hour", service.logins());
}

#[tokio::test(start_paused = true)]
async fn a_failed_login_takes_nothing_from_the_others() {
    let service = one_token_at_a_time().always("/a", page());
    let client = client(&service);
    client.call_to("/b").await.unwrap();
    let service = service.on_login(|_| refusal(401, 12));
    assert_eq!(client.call_to("/a").await.unwrap_err().kind(), ErrorKind::CredentialsRejected);
    assert_eq!(client.call_to("/b").await.unwrap(), 200);
    assert_eq!(client.call_to("/a").await.unwrap(), 401);
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_brings_the_stored_token_again_counts_as_one() {
    let store = MemoryTokenStore::default();
    let service = Service::new().on_login(|_| token("same")).on_call(|_| page());
    let stored = StoredToken::new(Token::new("same").unwrap(), service.clock.wall());
    store.save(&key(), &stored).unwrap();
    let client = client_with(&service, |builder| builder.store(store));
    for _ in 0..50 {
        assert_eq!(client.call().await.unwrap(), 401);
        service.sleep(MINUTE).await;
    }
    assert_eq!(service.logins(), 4, "one in 15 min");
}

#[tokio::test(start_paused = true)]
async fn an_only_path_is_read_again_soon_after_a_fresh_token_was_dead() {
    let service = Service::new().on_call(|token| match token {
        "token-1" | "token-2" => page(),
        _ => Answer::Is(200, "[]".to_owned()),
    });
    let client = client(&service);
    for minute in 0..30 {
        let answer = client.call().await.unwrap();
        assert_eq!(answer, if minute < 15 { 401 } else { 200 }, "minute {minute}");
        service.sleep(MINUTE).await;
    }
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_that_nobody_logged_in_for_just_now_proves_nothing_about_the_path() {
    let service = Service::new().always("/a", page());
    service.login_takes(Duration::ZERO);
    service.call_takes(2 * SECOND);
    let client = client(&service);
    client.authenticate().await.unwrap();
    let call = tokio::spawn(client.call_to("/a"));
    service.sleep(SECOND).await;
    client.tokens.forget();
    assert_eq!(client.call_to("/b").await.unwrap(), 200);
    assert_eq!(call.await.unwrap().unwrap(), 401);
    assert_eq!(service.logins(), 2);
    assert_eq!(client.call_to("/a").await.unwrap(), 401);
    assert_eq!(service.logins(), 3, "so there is still one to be tried");
}

#[tokio::test(start_paused = true)]
async fn a_path_that_succeeds_is_trusted_again() {
    let service = one_token_at_a_time().always("/a", page());
    let client = client(&service);
    assert_eq!(client.call_to("/a").await.unwrap(), 401);
    service.state.lock().unwrap().refusing = None;
    assert_eq!(client.call_to("/a").await.unwrap(), 200);
    service.sleep(16 * MINUTE).await;
    let mut calls = 0;
    let service = service.on_call(move |_| {
        calls += 1;
        if calls == 1 { page() } else { Answer::Is(200, "[]".to_owned()) }
    });
    assert_eq!(client.call_to("/a").await.unwrap(), 200);
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_early_refresh_that_another_has_put_off_is_no_login() {
    let store = MemoryTokenStore::default();
    let service = Service::new().always("/a", page());
    let client = client_with(&service, |builder| builder.store(store.clone()));
    client.call_to("/b").await.unwrap();
    service.sleep(23 * HOUR).await;
    let stored = store.load(&key()).unwrap().unwrap();
    store.save(&key(), &stored.with_refresh_not_before(service.clock.wall() + 10 * MINUTE)).unwrap();
    for logins in [1, 2] {
        assert_eq!(client.call_to("/a").await.unwrap(), 401);
        assert_eq!(service.logins(), logins, "there is still one to be tried");
    }
}
