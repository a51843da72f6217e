//! Which answer is the last one.

use std::future::poll_fn;
use std::task::Poll;

use tower::layer::layer_fn;

use super::*;
use crate::token::TokenLayer;

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
async fn an_early_refresh_leaves_the_last_answer_alone() {
    for (status, body) in [(200, r#"{"error":null,"token":"next"}"#), (503, "")] {
        let clock = clock();
        let logins = Arc::new(Mutex::new(0));
        let client = builder(clock.clone())
            .leaf(service_fn({
                let logins = Arc::clone(&logins);
                move |request: Request<Body>| {
                    let mut logins = logins.lock().unwrap();
                    let is_login = request.uri().path().ends_with("/gettoken");
                    *logins += usize::from(is_login);
                    std::future::ready(Ok::<_, Error>(match (is_login, *logins) {
                        (true, 1) => http::Response::new(LOGIN.into()),
                        (true, _) => answer(status, &[], Script::new([data(body)])),
                        (false, _) => http::Response::new("[]".into()),
                    }))
                }
            }))
            .build()
            .unwrap();
        client.send(request()).await.unwrap();
        clock.sleep(23 * 3600 * SECOND).await;
        client.send(request()).await.unwrap();
        clock.sleep(10 * SECOND).await;
        assert_eq!(*logins.lock().unwrap(), 2, "beside the call");
        assert_eq!(text_of_last(&client).as_deref(), Some("200 []"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_authenticate_that_nobody_sent_is_no_last_answer() {
    let tokens = Tokens::builder(&Environment::Test, Credentials::test()).build().unwrap();
    let stack = TokenLayer::new(tokens.clone())
        .layer(service_fn(|_| async { Ok::<_, Error>(http::Response::new(ResponseBody::full(LOGIN))) }));
    let client = Client::from_service(stack).with_tokens(tokens);
    client.authenticate().await.unwrap();
    assert_eq!(text_of_last(&client), None);
}
