//! The whole stack over a leaf of a few lines.
#![cfg(feature = "client")]

mod last_answer;
mod survival;

use std::sync::Mutex;

use tower::service_fn;

use super::*;
use crate::call::SpacingKey;
use crate::clock::{Clock, VirtualClock};
use crate::error::Phase;
use crate::retry::RetryPolicy;
use crate::testing::{STALL, Script, Step, answer, data};
use crate::{ClientBuilder, Credentials, Pacing, Sent, Timeouts};

const SECOND: Duration = Duration::from_secs(1);
const LOGIN: &str = r#"{"error":null,"token":"abcdef"}"#;

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()))
}

fn builder(clock: SharedClock) -> ClientBuilder {
    Client::builder(Environment::Test, Credentials::test()).clock(clock)
}

/// A client whose logins succeed and whose nth call, counted from 1, gets what `on_call` says.
fn client<F>(
    build: impl FnOnce(ClientBuilder) -> ClientBuilder,
    on_call: impl Fn(usize) -> F + Send + Sync + 'static,
) -> Client
where
    F: Future<Output = Result<http::Response<ResponseBody>>> + Send + 'static,
{
    let calls = Arc::new(Mutex::new(0));
    let on_call = Arc::new(on_call);
    build(builder(clock()))
        .leaf(service_fn(move |request: Request<Body>| {
            let (calls, on_call) = (Arc::clone(&calls), Arc::clone(&on_call));
            async move {
                if request.uri().path().ends_with("/gettoken") {
                    return Ok(http::Response::new(LOGIN.into()));
                }
                let number = {
                    let mut calls = calls.lock().unwrap();
                    *calls += 1;
                    *calls
                };
                on_call(number).await
            }
        }))
        .build()
        .unwrap()
}

fn request() -> Request<Body> {
    let mut request = Request::get("/cash-registers").body(Body::empty()).unwrap();
    request.extensions_mut().insert(SpacingKey::new("one"));
    request
}

fn text_of_last(client: &Client) -> Option<String> {
    client.last_response().map(|last| format!("{} {}", last.status().as_u16(), last.text()))
}

#[tokio::test(start_paused = true)]
async fn h02_the_wait_that_the_last_answer_asks_for_is_in_the_error() {
    for (asked, seconds) in [("7", 7), ("Tue, 24 Nov 2026 10:00:40 GMT", 40), ("86400", 86_400)] {
        for retry in [RetryPolicy::never(), RetryPolicy::default()] {
            let client = client(
                |builder| builder.retry(retry).timeouts(Timeouts::default().with_call(SECOND)),
                move |_| async move {
                    Ok(answer(429, &[("retry-after", asked)], Script::new([data("slow down")])))
                },
            );
            let error = client.send(request()).await.unwrap_err();
            assert_eq!(error.retry_after(), Some(seconds * SECOND), "{error}");
            assert_eq!(
                (error.status().unwrap().as_u16(), error.sent(), error.attempts()),
                (429, Sent::Yes, 1)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_whole_answers_say_how_many_attempts_were_made() {
    let client = client(|builder| builder, |_| async { Ok(answer(503, &[], Script::new([data("no")]))) });
    let error = client.send(request()).await.unwrap_err();
    assert_eq!((error.attempts(), error.sent()), (4, Sent::Yes));
    assert!(error.elapsed() > SECOND, "spacing and backoff count: {:?}", error.elapsed());
    let error = client.send_streaming(request()).await.unwrap_err();
    assert_eq!(error.attempts(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_shows_the_token_it_was_sent_shows_it_to_nobody() {
    for (status, page) in [
        (401, "<pre>Token: abcdef</pre>"),
        (503, "token=abcdef"),
        (200, "<p>abcdef"),
        (200, r#"{"error":{"code":13,"text":"abcdef","error_id":"abcdef"}}"#),
        (400, r#"{"error":{"code":13,"text":"\u0061 abcdef"}}"#),
    ] {
        let client = client(
            |builder| builder.retry(RetryPolicy::never()),
            move |_| async move {
                let headers = [("content-type", "text/abcdef"), ("x-echo", "abcdef")];
                Ok(answer(status, &headers, Script::new([Step::Data(page.into())])))
            },
        );
        let error = client.send(request()).await.unwrap_err();
        let last = client.last_response().unwrap();
        let told = format!(
            "{error:?} {} {:?} {} {last:?} {:?} {:?}",
            error.report(),
            error.service_error(),
            last.text(),
            last.headers(),
            last.service_error(),
        );
        assert!(!told.contains("abcdef"), "{told}");
        assert!(told.contains("[hidden]"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn m08_many_callers_for_one_register_are_sent_a_second_apart() {
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let (seen, time) = (Arc::clone(&arrivals), clock());
    let client = client(
        |builder| builder.timeouts(Timeouts::default().with_call(100 * SECOND)),
        move |_| {
            seen.lock().unwrap().push(time.monotonic());
            async { Ok(http::Response::new("[]".into())) }
        },
    );
    let calls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(request()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let arrivals = arrivals.lock().unwrap();
    assert_eq!(arrivals.len(), 20);
    assert!(arrivals.windows(2).all(|two| two[1].saturating_sub(two[0]) >= SECOND), "{arrivals:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_room_in_a_users_layer_end_in_time() {
    let time = clock();
    let client = builder(time.clone())
        .attempt_layer(tower::limit::ConcurrencyLimitLayer::new(1))
        .leaf(service_fn(|_| std::future::pending::<Result<http::Response<ResponseBody>>>()))
        .build()
        .unwrap();
    let calls = (0..4).map(|_| {
        let (client, time) = (client.clone(), time.clone());
        tokio::spawn(async move {
            let error = client.send(request()).await.unwrap_err();
            (error.kind(), time.monotonic().as_secs())
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), (ErrorKind::Timeout(Phase::Call), 60));
    }
}
