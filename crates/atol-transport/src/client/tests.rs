//! The whole stack over a leaf of a few lines: what errors and the last answer say, and what giving up leaves.
#![cfg(feature = "client")]

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;

use tower::layer::layer_fn;
use tower::service_fn;

use super::*;
use crate::call::SpacingKey;
use crate::clock::{Clock, Sleep, VirtualClock};
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
async fn the_answer_to_a_failed_call_is_kept() {
    let cases: [(Vec<Step>, u16, &str); 4] = [
        (vec![data("<html>")], 500, "500 <html>"),
        (vec![data("<html>")], 200, "200 <html>"),
        (vec![data("[1,"), Step::Break], 200, "200 [1,"),
        (vec![data("[1,"), STALL], 200, "200 [1,"),
    ];
    for (steps, status, expected) in cases {
        let steps = Mutex::new(Some(steps));
        let client = client(
            |builder| builder.retry(RetryPolicy::never()),
            move |_| {
                let steps = steps.lock().unwrap().take().unwrap();
                async move { Ok(answer(status, &[("transfer-encoding", "chunked")], Script::new(steps))) }
            },
        );
        client.send(request()).await.unwrap_err();
        assert_eq!(text_of_last(&client).as_deref(), Some(expected));
        assert!(!client.last_response().unwrap().is_success());
    }
}

/// Good at first, and then whatever `after` does.
async fn after_a_good_answer<F>(
    build: impl FnOnce(ClientBuilder) -> ClientBuilder,
    after: impl Fn() -> F + Send + Sync + 'static,
) -> Client
where
    F: Future<Output = Result<http::Response<ResponseBody>>> + Send + 'static,
{
    let after = Arc::new(after);
    let client = client(build, move |number| {
        let after = Arc::clone(&after);
        async move { if number == 1 { Ok(http::Response::new("[]".into())) } else { after().await } }
    });
    client.send(request()).await.unwrap();
    assert_eq!(text_of_last(&client).as_deref(), Some("200 []"));
    client
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gets_no_answer_leaves_no_older_one_behind() {
    // On the way.
    let client =
        after_a_good_answer(|builder| builder, || async { Err(Error::new(ErrorKind::Interrupted, "cut")) })
            .await;
    client.send(request()).await.unwrap_err();
    assert_eq!(text_of_last(&client), None);

    // While it waits for its turn.
    let client = after_a_good_answer(
        |builder| {
            builder
                .pacing(Pacing::default().with_spacing(100 * SECOND))
                .timeouts(Timeouts::default().with_call(SECOND))
        },
        || async { unreachable!("its turn does not come") },
    )
    .await;
    let error = client.send(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Call));
    assert_eq!(text_of_last(&client), None);

    // Dropped while it waits for its turn.
    let client = after_a_good_answer(|builder| builder, std::future::pending).await;
    let mut call = Box::pin(client.send(request()));
    assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await);
    drop(call);
    assert_eq!(text_of_last(&client), None);

    // Refused before it is sent.
    let client = after_a_good_answer(|builder| builder, std::future::pending).await;
    let elsewhere = Request::get("https://elsewhere.example/").body(Body::empty()).unwrap();
    assert!(client.send(elsewhere).await.unwrap_err().is_config());
    assert_eq!(text_of_last(&client), None);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_in_the_pause_after_refused_logins_leaves_no_answer_behind() {
    let client = builder(clock())
        .leaf(service_fn(|_| async {
            Ok::<_, Error>(answer(401, &[], Script::new([data(r#"{"error":{"code":12,"text":"wrong"}}"#)])))
        }))
        .build()
        .unwrap();
    for call in [false, true] {
        client.tokens().unwrap().set_credentials(Credentials::test());
        client.send(request()).await.unwrap_err();
        assert_eq!(text_of_last(&client).as_deref(), Some(r#"401 {"error":{"code":12,"text":"wrong"}}"#));
        let held = if call { client.send(request()).await.map(drop) } else { client.authenticate().await };
        assert!(held.unwrap_err().retry_after().is_some());
        assert_eq!(text_of_last(&client), None);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_stays_the_last_when_there_was_nothing_to_send() {
    let client = after_a_good_answer(|builder| builder, std::future::pending).await;
    client.authenticate().await.unwrap();
    assert_eq!(text_of_last(&client).as_deref(), Some("200 []"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_a_users_layer_is_no_answer_of_the_service() {
    let cache = Arc::new(Mutex::new(None));
    let cached = layer_fn(move |stack: Stack| {
        let cache = Arc::clone(&cache);
        service_fn(move |request: Request<Body>| {
            let hit = cache.lock().unwrap().replace("[1]");
            let stack = stack.clone();
            async move {
                match hit {
                    Some(body) => Ok(http::Response::new(ResponseBody::full(body))),
                    None => stack.oneshot(request).await,
                }
            }
        })
    });
    let client = after_a_good_answer(|builder| builder.layer(cached), std::future::pending).await;
    assert_eq!(client.send(request()).await.unwrap().value(), "[1]");
    assert_eq!(text_of_last(&client), None);
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

/// A client whose calls meet a login, a bad answer, a pause and a body in pieces; and its number of logins.
///
/// It has one place only: whoever kept it would hold everybody up.
fn eventful() -> (Client, Arc<Mutex<usize>>) {
    let (calls, logins) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let counted = Arc::clone(&logins);
    let leaf = service_fn(move |request: Request<Body>| {
        let is_login = request.uri().path().ends_with("/gettoken");
        let number = {
            let mut count = if is_login { counted.lock().unwrap() } else { calls.lock().unwrap() };
            *count += 1;
            *count
        };
        async move {
            SystemClock::new().sleep(SECOND).await;
            if is_login {
                return Ok::<_, Error>(http::Response::new(LOGIN.into()));
            }
            let steps = [data("["), Step::Wait(SECOND), data("]")];
            let status = if number == 1 { 503 } else { 200 };
            Ok(answer(status, &[("transfer-encoding", "chunked")], Script::new(steps)))
        }
    });
    let builder = builder(clock()).pacing(Pacing::default().with_concurrency(1));
    (builder.leaf(leaf).build().unwrap(), logins)
}

#[tokio::test(start_paused = true)]
async fn m01_a_call_dropped_at_any_point_leaves_the_client_as_good_as_new() {
    for first in ["send", "send_streaming", "authenticate"] {
        for polls in 0.. {
            let (client, logins) = eventful();
            let mut call: Pin<Box<dyn Future<Output = ()> + Send>> = match first {
                "send" => Box::pin(async { drop(client.send(request()).await) }),
                "send_streaming" => Box::pin(async {
                    if let Ok(answer) = client.send_streaming(request()).await {
                        drop(answer.into_value().collect(100).await);
                    }
                }),
                _ => Box::pin(async { drop(client.authenticate().await) }),
            };
            let mut done = false;
            for _ in 0..polls {
                done = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
                if done {
                    break;
                }
                tokio::time::advance(Duration::from_millis(300)).await;
            }
            drop(call);
            let story = format!("{first}, dropped after {polls} polls");
            assert_eq!(client.send(request()).await.expect(&story).value(), "[]", "{story}");
            assert_eq!(text_of_last(&client).as_deref(), Some("200 []"), "{story}");
            assert_eq!(*logins.lock().unwrap(), 1, "{story}");
            if done {
                let least = if first == "authenticate" { 3 } else { 12 };
                assert!(polls >= least, "{first} was cut in {polls} places only");
                break;
            }
        }
    }
}

/// Goes wrong once, where it is told to.
#[derive(Debug)]
struct Faulty {
    clock: Arc<VirtualClock>,
    panic_in: Mutex<Option<&'static str>>,
}

impl Faulty {
    fn go(&self, doing: &'static str) {
        let mut panic_in = self.panic_in.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if panic_in.take_if(|planned| *planned == doing).is_some() {
            drop(panic_in);
            panic!("a bug in the {doing} clock");
        }
    }
}

impl Clock for Faulty {
    fn monotonic(&self) -> Duration {
        self.go("monotonic");
        self.clock.monotonic()
    }

    fn wall(&self) -> jiff::Timestamp {
        self.go("wall");
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.go("sleep");
        self.clock.sleep(duration)
    }
}

#[tokio::test(start_paused = true)]
async fn m03_a_panic_in_a_users_clock_or_layer_leaves_the_client_alive() {
    for place in ["monotonic", "wall", "sleep", "call layer", "attempt layer", "leaf"] {
        let clock = Arc::new(Faulty { clock: clock(), panic_in: Mutex::new(None) });
        let panicking = |here: &'static str| {
            let clock = Arc::clone(&clock);
            layer_fn(move |stack: Stack| {
                let clock = Arc::clone(&clock);
                service_fn(move |request: Request<Body>| {
                    let (clock, stack) = (Arc::clone(&clock), stack.clone());
                    async move {
                        clock.go(here);
                        stack.oneshot(request).await
                    }
                })
            })
        };
        let leaf = {
            let clock = Arc::clone(&clock);
            service_fn(move |request: Request<Body>| {
                let clock = Arc::clone(&clock);
                async move {
                    clock.go("leaf");
                    let is_login = request.uri().path().ends_with("/gettoken");
                    Ok::<_, Error>(http::Response::new(if is_login { LOGIN } else { "[]" }.into()))
                }
            })
        };
        let client = builder(Arc::clone(&clock) as SharedClock)
            .layer(panicking("call layer"))
            .attempt_layer(panicking("attempt layer"))
            .pacing(Pacing::default().with_concurrency(1))
            .leaf(leaf)
            .build()
            .unwrap();
        *clock.panic_in.lock().unwrap() = Some(place);
        let calls = (0..3).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(request()).await })
        });
        for call in calls.collect::<Vec<_>>() {
            // Who fails, and whether with an error or with the panic, depends on the place.
            drop(call.await);
        }
        assert_eq!(*clock.panic_in.lock().unwrap(), None, "{place}: it did happen");
        assert_eq!(client.send(request()).await.unwrap().value(), "[]", "after a panic in the {place}");
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
