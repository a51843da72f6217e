//! The order of the layers, and settings that cannot be used.

use std::sync::Mutex;

use tower::layer::layer_fn;
use tower::{ServiceExt, service_fn};

use super::*;

/// Notes its name, and whether the request carried a token, on the way in.
fn marker(
    name: &'static str,
    log: &Arc<Mutex<Vec<String>>>,
) -> impl Layer<Stack, Service = Stack> + Send + use<> + 'static {
    let log = Arc::clone(log);
    layer_fn(move |stack: Stack| {
        let log = Arc::clone(&log);
        erase(service_fn(move |request: Request<Body>| {
            let token = request.headers().contains_key("token");
            log.lock().unwrap().push(format!("{name}{}", if token { " sees the token" } else { "" }));
            stack.clone().oneshot(request)
        }))
    })
}

/// The layers of the table in the crate's documentation, without those whose feature is off.
fn documented() -> Vec<&'static str> {
    include_str!("../lib.rs")
        .lines()
        .skip_while(|line| !line.starts_with("//! | layer, outermost first |"))
        .skip(2)
        .take_while(|line| line.starts_with("//! |"))
        .filter(|line| cfg!(feature = "tracing") || !line.contains("feature `tracing`"))
        .filter(|line| cfg!(feature = "gzip") || !line.contains("feature `gzip`"))
        .filter_map(|line| line.split('`').nth(1))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_documented_order_of_all_layers_is_the_one_that_is_built() {
    let builder = Client::builder(Environment::Test, Credentials::test());
    let marks = builder.marks.clone();
    #[cfg(feature = "gzip")]
    let builder = builder.accept_gzip();
    let client = builder
        .layer(marks.outside("ClientBuilder::layer"))
        .attempt_layer(marks.outside("ClientBuilder::attempt_layer"))
        .leaf(marks.outside("Leaf").layer(service_fn(|request: Request<Body>| async move {
            let is_login = request.uri().path().ends_with("/gettoken");
            let body = if is_login { r#"{"error":null,"token":"abc"}"# } else { "[]" };
            Ok::<_, BoxError>(http::Response::new(ResponseBody::full(body)))
        })))
        .build()
        .unwrap();
    client.authenticate().await.unwrap();
    marks.take();
    client.send(Request::get("/cash-registers").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(marks.take(), documented());
}

#[tokio::test(start_paused = true)]
async fn layers_of_users_stand_where_they_were_put_and_never_see_the_token() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let leaf_log = Arc::clone(&log);
    let client = Client::builder(Environment::Test, Credentials::test())
        .layer(marker("call, added first", &log))
        .layer(marker("call, added last", &log))
        .attempt_layer(marker("attempt", &log))
        .leaf(service_fn(move |request: Request<Body>| {
            let log = Arc::clone(&leaf_log);
            async move {
                assert!(request.headers().contains_key("user-agent"));
                assert!(!request.headers().contains_key("accept-encoding"), "nobody asked for compression");
                let path = request.uri().path().to_owned();
                let mut log = log.lock().unwrap();
                let answers = log.iter().filter(|line| line.starts_with("leaf /api/kkt")).count();
                log.push(format!(
                    "leaf {path}{}",
                    if request.headers().contains_key("token") { " with the token" } else { "" }
                ));
                let mut response = http::Response::new(ResponseBody::full(match path.as_str() {
                    "/api/auth/v1/gettoken" => r#"{"error":null,"token":"abc"}"#,
                    _ => "[]",
                }));
                if path.starts_with("/api/kkt") && answers == 0 {
                    *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
                }
                Ok::<_, BoxError>(response)
            }
        }))
        .build()
        .unwrap();
    let response = client.send(Request::get("/cash-registers").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.attempts(), 2);
    insta::assert_snapshot!(log.lock().unwrap().join("\n"), @r"
    call, added last
    call, added first
    attempt
    leaf /api/auth/v1/gettoken
    leaf /api/kkt/v1/cash-registers with the token
    attempt
    leaf /api/kkt/v1/cash-registers with the token
    ");
}

#[test]
fn a_client_is_built_outside_any_runtime() {
    Client::builder(Environment::Test, Credentials::test()).build().unwrap();
}

/// A leaf that logs in and never answers anything else.
fn silent()
-> impl Service<Request<Body>, Response = http::Response<ResponseBody>, Error = BoxError, Future: Send>
+ Clone
+ Send
+ Sync {
    service_fn(|request: Request<Body>| async move {
        if !request.uri().path().ends_with("/gettoken") {
            std::future::pending::<()>().await;
        }
        Ok(http::Response::new(ResponseBody::full(r#"{"error":null,"token":"abc"}"#)))
    })
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_answers_ends_after_60_s_unless_said_otherwise() {
    let client = Client::builder(Environment::Test, Credentials::test()).leaf(silent()).build().unwrap();
    let error = client.send(Request::get("/a").body(Body::empty()).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(crate::error::Phase::Call));
    assert_eq!(error.elapsed().as_secs(), 60);
}

#[test]
fn m10_unusable_settings_are_named() {
    let refused = |builder: ClientBuilder| builder.build().unwrap_err().to_string();
    let builder = || Client::builder(Environment::Test, Credentials::test());
    insta::assert_snapshot!(
        [
            refused(builder().user_agent("a\nb")),
            refused(builder().timeouts(Timeouts::default().with_call(std::time::Duration::ZERO))),
            refused(builder().source("не имя")),
        ]
        .join("\n"),
        @r"
    the user agent `a\nb` cannot stand in a header: use visible ASCII
    the time limit `call` is zero: no call could ever succeed; use a second or more
    the integrator's name `не имя` is not 1 to 100 of the characters a-z A-Z 0-9 _ - @ .
    "
    );
}
