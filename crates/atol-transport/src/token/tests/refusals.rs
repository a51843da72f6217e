//! What follows on 401, on wrong credentials and on logins that do not help.

use std::sync::atomic::{AtomicBool, Ordering};

use super::store::Forgetful;
use super::*;

/// A service that takes only what it gave out last, and revokes it on demand.
fn revoking() -> (Service, Arc<Mutex<String>>) {
    let valid = Arc::new(Mutex::new(String::new()));
    let (given, taken) = (valid.clone(), valid.clone());
    let service = Service::new()
        .on_login(move |n| {
            let text = format!("token-{n}");
            given.lock().unwrap().clone_from(&text);
            token(text)
        })
        .on_call(move |token| {
            if token == taken.lock().unwrap().as_str() {
                Answer::Is(200, "[]".to_owned())
            } else {
                refusal(401, 11)
            }
        });
    (service, valid)
}

#[tokio::test(start_paused = true)]
async fn u02_a_revoked_token_costs_one_login_and_no_call() {
    let (service, valid) = revoking();
    service.call_takes(SECOND);
    let client = client_with(&service, |builder| builder.store(Forgetful));
    client.call().await.unwrap();
    valid.lock().unwrap().clear();
    let answers = all((0..100).map(|_| client.call())).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(200))));
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn h04_each_shape_of_a_refusal_leads_to_one_repeat() {
    for answer in [refusal(401, 10), refusal(401, 11), Answer::Is(401, String::new())] {
        let mut calls = 0;
        let service = Service::new().on_call(move |_| {
            calls += 1;
            if calls == 1 { answer.clone() } else { Answer::Is(200, "[]".to_owned()) }
        });
        let client = client(&service);
        assert_eq!(client.call().await.unwrap(), 200);
        assert_eq!(service.tokens_seen(), ["token-1", "token-2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_that_a_new_token_does_not_help_is_returned_at_once() {
    for code in [20, 21] {
        let service = Service::new().on_call(move |_| refusal(401, code));
        let client = client(&service);
        assert_eq!(client.call().await.unwrap(), 401);
        assert_eq!(service.logins(), 1, "code {code}");
        assert!(client.tokens.is_cached());
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_refusal_comes_back_whole() {
    let service = Service::new().on_call(|_| refusal(401, 11));
    let client = client(&service);
    let answer = client.stack.clone().oneshot(request()).await.unwrap();
    assert_eq!(answer.status(), 401);
    let body = answer.into_body().collect(1000).await.unwrap();
    assert!(body.starts_with(br#"{"error":{"error_id":"e","code":11"#));
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_a_refusal_comes_back_whole() {
    let page = "<p>".repeat(20_000);
    let sent = page.clone();
    let service = Service::new().on_call(move |_| Answer::Is(401, sent.clone()));
    let answer = client(&service).stack.oneshot(request()).await.unwrap();
    assert_eq!(answer.into_body().collect(page.len()).await.unwrap(), page);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_still_arriving_is_read_and_put_back_whole() {
    use crate::testing::{Script, answer, data};

    let service = tower::service_fn(|request: Request<Body>| async move {
        if request.extensions().get::<Login>().is_some() {
            return Ok(Response::new(ResponseBody::full(r#"{"token":"abc"}"#)));
        }
        let body = Script::new([data(r#"{"error":{"code":20,"#), data(r#""text":"other group"}}"#)]);
        Ok::<_, BoxError>(answer(401, &[], body))
    });
    let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build().unwrap();
    let answer = TokenLayer::new(tokens).layer(service).oneshot(request()).await.unwrap();
    let body = answer.into_body().collect(1000).await.unwrap();
    assert_eq!(body, r#"{"error":{"code":20,"text":"other group"}}"#);
}

/// A layer below that collects nothing; its bad answers are longer than anything that is kept of them.
fn with_endless_pages(login_status: u16) -> TokenService<impl super::super::fetch::LoginService> {
    use crate::testing::{Script, Step, answer};

    let page = || Script::new([Step::Endless(bytes::Bytes::from_static(&[b'x'; 1024]))]);
    let service = tower::service_fn(move |request: Request<Body>| {
        let is_login = request.extensions().get::<Login>().is_some();
        std::future::ready(Ok::<_, BoxError>(match is_login {
            true if login_status == 200 => Response::new(ResponseBody::full(r#"{"token":"abc"}"#)),
            true => answer(login_status, &[], page()),
            false => answer(401, &[], page()),
        }))
    });
    let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build().unwrap();
    TokenLayer::new(tokens).layer(service)
}

#[tokio::test(start_paused = true)]
async fn h04_a_page_without_end_is_a_refusal_too() {
    let answer = with_endless_pages(200).oneshot(request()).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.into_body().collect(1 << 20).await.unwrap().len(), 64 * 1024);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_answered_with_a_page_without_end_fails_for_its_status() {
    for (status, kind) in [(502, ErrorKind::Status), (401, ErrorKind::Unauthorized)] {
        let error = with_endless_pages(status).oneshot(request()).await.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (kind, Some(status)));
    }
}

#[tokio::test(start_paused = true)]
async fn u03_a_late_refusal_of_an_old_token_leaves_the_new_one() {
    let (service, valid) = revoking();
    let client = client_with(&service, |builder| builder.store(Forgetful));
    client.call().await.unwrap();
    valid.lock().unwrap().clear();
    // Refused already, but the answer is slow; meanwhile others get a new token.
    service.call_takes(10 * SECOND);
    let late = tokio::spawn(client.call());
    settle().await;
    service.call_takes(Duration::ZERO);
    client.call().await.unwrap();
    assert_eq!(service.logins(), 2);
    assert_eq!(late.await.unwrap().unwrap(), 200);
    assert_eq!(service.logins(), 2);
    assert_eq!(service.tokens_seen().last().unwrap(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_finds_the_new_token_though_logins_are_held_back() {
    let (service, valid) = revoking();
    let client = client_with(&service, |builder| builder.store(Forgetful));
    client.call().await.unwrap();
    valid.lock().unwrap().clear();
    service.call_takes(23 * HOUR + 30 * SECOND);
    let late = tokio::spawn(client.call());
    settle().await;
    service.call_takes(Duration::ZERO);
    client.call().await.unwrap();
    // The password is changed, and the early refresh of the second token hears of it.
    service.state.lock().unwrap().on_login = Box::new(|_| refusal(401, 12));
    service.sleep(23 * HOUR).await;
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(late.await.unwrap().unwrap(), 200);
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_is_returned() {
    let refuses = Arc::new(AtomicBool::new(false));
    let service = Service::new().on_call({
        let refuses = Arc::clone(&refuses);
        move |_| {
            if refuses.load(Ordering::Relaxed) { refusal(401, 11) } else { Answer::Is(200, "[]".to_owned()) }
        }
    });
    let client = client(&service);
    client.call().await.unwrap();
    refuses.store(true, Ordering::Relaxed);
    assert_eq!(client.call().await.unwrap(), 401);
    assert_eq!(service.tokens_seen(), ["token-1", "token-1", "token-2"]);
}

#[tokio::test(start_paused = true)]
async fn u04_the_same_dead_token_again_is_returned_and_then_held_back() {
    let service = Service::new().on_login(|_| token("dead")).on_call(|_| refusal(401, 11));
    let client = client(&service);
    assert_eq!(client.call().await.unwrap(), 401);
    assert_eq!(service.logins(), 2, "the first one, and one more");
    for _ in 0..20 {
        let error = client.call().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert!(error.to_string().contains("(the next login is tried in"), "{error}");
    }
    assert_eq!(service.logins(), 2);
    service.sleep(MINUTE).await;
    assert_eq!(client.call().await.unwrap(), 401);
    assert_eq!(service.logins(), 3, "one try, no repeat");
    client.call().await.unwrap_err();
    for _ in 0..3600 {
        service.sleep(SECOND).await;
        drop(client.call().await);
    }
    assert!(service.logins() <= 6, "{}", service.logins());
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_a_gateway_does_not_show_that_a_token_works() {
    for (status, is_held_back) in [(200, false), (404, false), (502, true), (407, true), (302, true)] {
        let mut calls = 0;
        let service = Service::new().on_call(move |_| {
            calls += 1;
            if calls == 1 { Answer::Is(status, String::new()) } else { refusal(401, 11) }
        });
        let client = client_with(&service, |builder| builder.store(Forgetful));
        client.call().await.unwrap();
        // Refused, and the next one, too: two that never worked, or one that did.
        assert_eq!(client.call().await.unwrap(), 401);
        assert_eq!(client.call().await.is_err(), is_held_back, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn u08_two_programs_with_one_account_do_not_log_in_against_each_other_for_ever() {
    let (service, _) = revoking();
    service.login_takes(Duration::from_millis(100));
    // Two clients that share nothing: each login ends the other's token.
    let (one, other) = (client(&service), client(&service));
    for _ in 0..60 {
        drop(one.call().await);
        drop(other.call().await);
        service.sleep(MINUTE).await;
    }
    assert!(service.logins() <= 16, "{} logins in an hour", service.logins());
}

#[tokio::test(start_paused = true)]
async fn u08_contention_is_told_after_three_free_logins() {
    let (service, valid) = revoking();
    let client = client(&service);
    client.call().await.unwrap();
    for _ in 0..3 {
        service.sleep(MINUTE).await;
        valid.lock().unwrap().clear();
        assert_eq!(client.call().await.unwrap(), 200);
    }
    service.sleep(MINUTE).await;
    valid.lock().unwrap().clear();
    assert_eq!(client.call().await.unwrap(), 401, "the service's own answer first");
    let error = client.call().await.unwrap_err();
    insta::assert_snapshot!(error.report(), @r"
    the last 4 tokens were all refused within an hour of their login (the next login is tried in 60 s)
      what to do: look for another program that logs in with the same account: each login may end the token of the other; let them share one token store, or give each an account of its own
    ");
    service.sleep(MINUTE).await;
    assert_eq!(client.call().await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn u01_wrong_credentials_fail_at_once_and_do_not_hammer() {
    for (answer, kind) in [
        (refusal(401, 12), ErrorKind::CredentialsRejected),
        (refusal(403, 14), ErrorKind::UserBlocked),
        (Answer::Is(401, String::new()), ErrorKind::Unauthorized),
    ] {
        let service = Service::new().on_login(move |_| answer.clone());
        let client = client(&service);
        service.login_takes(Duration::ZERO);
        let mut next_try = Duration::ZERO;
        for _ in 0..1000 {
            let before = service.clock.monotonic();
            let error = client.call().await.unwrap_err();
            assert_eq!(error.kind(), kind);
            assert_eq!(service.clock.monotonic(), before, "at once");
            match error.retry_after() {
                Some(wait) => {
                    assert!(error.to_string().contains("(the next login is tried in"), "{error}");
                    next_try = before + wait;
                }
                None => assert!(before >= next_try, "{error}"),
            }
            service.sleep(Duration::from_millis(3600)).await;
        }
        assert_eq!(service.clock.monotonic(), HOUR);
        assert_eq!(service.logins(), 4, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_with_wrong_credentials_log_in_once() {
    let service = Service::new().on_login(|_| refusal(401, 12));
    let client = client(&service);
    for answer in all((0..1000).map(|_| client.call())).await {
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::CredentialsRejected);
    }
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_good_login_ends_the_pauses() {
    let service = Service::new().on_login(|n| if n == 2 { token("good") } else { refusal(401, 12) });
    let client = client(&service);
    client.call().await.unwrap_err();
    service.sleep(MINUTE).await;
    assert_eq!(client.call().await.unwrap(), 200);
    client.tokens.forget();
    client.call().await.unwrap_err();
    let error = client.call().await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 60, "the first step again");
}

#[tokio::test(start_paused = true)]
async fn u10_new_credentials_are_used_at_once() {
    let service =
        Service::new().on_login(|n| if n == 1 { refusal(401, 12) } else { token(format!("token-{n}")) });
    let client = client(&service);
    client.call().await.unwrap_err();
    client.call().await.unwrap_err();
    client.tokens.set_credentials(Credentials::new("shop", "right").unwrap());
    assert_eq!(client.call().await.unwrap(), 200);
    client.tokens.set_credentials(Credentials::new("other", "right").unwrap());
    assert!(!client.tokens.is_cached(), "the token of another login is dropped");
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.tokens_seen(), ["token-2", "token-3"]);
    let bodies = service.state.lock().unwrap().bodies.clone();
    assert_eq!(bodies[1], r#"{"login":"shop","pass":"right"}"#);
    assert_eq!(bodies[2], r#"{"login":"other","pass":"right"}"#);
}

#[tokio::test(start_paused = true)]
async fn new_credentials_end_the_pause_after_dead_tokens_too() {
    let service = Service::new().on_call(|_| refusal(401, 11));
    let client = client(&service);
    client.call().await.unwrap();
    client.call().await.unwrap_err();
    client.tokens.set_credentials(Credentials::new("shop", "right").unwrap());
    assert_eq!(client.call().await.unwrap(), 401);
    assert_eq!(service.logins(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_login_with_old_credentials_that_ends_later_counts_for_nothing() {
    let service = Service::new().on_login(|n| if n == 1 { refusal(401, 12) } else { token("new") });
    let client = client(&service);
    let waiting = tokio::spawn(client.call());
    settle().await;
    client.tokens.set_credentials(Credentials::new("shop", "right").unwrap());
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(waiting.await.unwrap().unwrap(), 200, "the one who waited goes on with the new pair");
    service.sleep(MINUTE).await;
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_login_after_a_refusal_is_what_the_caller_hears_of() {
    let service = Service::new()
        .on_login(|n| if n == 1 { token("first") } else { Answer::Is(503, String::new()) })
        .on_call(|_| refusal(401, 11));
    let client = client(&service);
    assert_eq!(client.call().await.unwrap_err().status().unwrap(), 503);
}

#[tokio::test(start_paused = true)]
async fn the_token_does_not_leave_its_origin() {
    let service = Service::new();
    let client = client(&service);
    for uri in [
        "https://evil.example/api/kkt/v1/cash-registers",
        "http://testonline.atol.ru/api/kkt/v1/cash-registers",
        "https://testonline.atol.ru:444/",
        "https://online.atol.ru/",
        "/api/kkt/v1/cash-registers",
    ] {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let error = client.stack.clone().oneshot(request).await.unwrap_err();
        assert!(error.is_config(), "{uri}");
    }
    assert_eq!(service.logins(), 0);
}
