//! What is kept of which answers.

use std::time::Duration;

use http::StatusCode;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;
use crate::testing::{Script, Step, answer, data, next_piece};

/// Sends one request that gets `response`, or no answer at all.
async fn send(
    recorder: &Recorder,
    request: Request<Body>,
    response: impl Into<Option<Response<ResponseBody>>>,
) -> Result<Response<ResponseBody>> {
    let mut response = response.into();
    ServiceBuilder::new()
        .layer(RecordLayer::new(recorder.clone()))
        .service(service_fn(move |_| {
            std::future::ready(response.take().ok_or_else(|| BoxError::from("no answer")))
        }))
        .oneshot(request)
        .await
}

fn whole(status: u16, body: &'static str) -> Response<ResponseBody> {
    Response::builder().status(status).body(body.into()).unwrap()
}

fn login() -> Request<Body> {
    let mut request = Request::default();
    request.extensions_mut().insert(Login);
    request
}

#[tokio::test]
async fn every_status_is_recorded() {
    let recorder = Recorder::new();
    for status in [200, 204, 302, 404, 500, 999] {
        send(&recorder, Request::default(), whole(status, "{}")).await.unwrap();
        let last = recorder.last().unwrap();
        assert_eq!((last.status().as_u16(), last.text().as_str()), (status, "{}"));
        assert!(!last.is_truncated());
    }
}

#[tokio::test]
async fn a_request_without_an_answer_clears_the_record() {
    let recorder = Recorder::new();
    send(&recorder, Request::default(), whole(200, "[]")).await.unwrap();
    send(&recorder, Request::default(), None).await.unwrap_err();
    assert!(recorder.last().is_none());
}

#[tokio::test]
async fn a_request_that_is_dropped_while_it_waits_clears_the_record() {
    let recorder = Recorder::new();
    send(&recorder, Request::default(), whole(200, "[]")).await.unwrap();
    let service = RecordLayer::new(recorder.clone())
        .layer(service_fn(|_| std::future::pending::<Result<Response<ResponseBody>>>()));
    let mut call = Box::pin(service.oneshot(Request::default()));
    assert!(std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await);
    drop(call);
    assert!(recorder.last().is_none());
}

#[tokio::test]
async fn a_failed_request_that_is_dropped_late_clears_nothing_newer() {
    let recorder = Recorder::new();
    let mut service = RecordLayer::new(recorder.clone())
        .layer(service_fn(|_| std::future::ready(Err::<Response<ResponseBody>, _>(BoxError::from("no")))));
    let mut failed = Box::pin(service.call(Request::default()));
    assert!(failed.as_mut().await.is_err());
    send(&recorder, Request::default(), whole(200, "[]")).await.unwrap();
    drop(failed);
    assert!(recorder.last().is_some());
}

#[tokio::test]
async fn a_streaming_answer_is_there_with_its_head_and_grows_with_its_body() {
    let recorder = Recorder::new();
    let script = Script::new([data("[1"), data(",2"), data("]")]);
    let response = send(&recorder, Request::default(), answer(200, &[], script)).await.unwrap();
    let last = recorder.last().unwrap();
    assert_eq!((last.status(), last.text().as_str()), (StatusCode::OK, ""));
    let mut body = response.into_body();
    next_piece(&mut body).await.unwrap().unwrap();
    assert_eq!((last.text().as_str(), last.is_truncated()), ("[1", true));
    while next_piece(&mut body).await.is_some() {}
    assert_eq!((last.text().as_str(), last.is_truncated()), ("[1,2]", false));
}

#[tokio::test]
async fn a_torn_answer_is_recorded_as_far_as_it_came() {
    let recorder = Recorder::new();
    let script = Script::new([data("[1,2"), Step::Break]);
    let response = send(&recorder, Request::default(), answer(200, &[], script)).await.unwrap();
    response.into_body().collect(100).await.unwrap_err();
    let last = recorder.last().unwrap();
    assert_eq!((last.text().as_str(), last.is_truncated(), last.is_success()), ("[1,2", true, false));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_cut_in_the_record_only() {
    let recorder = Recorder::new().with_max_body(5);
    let pieces = || [data("[1,"), data("2,3"), data(",4]")];
    let response = send(&recorder, Request::default(), answer(200, &[], Script::new(pieces()))).await;
    assert_eq!(response.unwrap().into_body().collect(100).await.unwrap(), "[1,2,3,4]");
    let last = recorder.last().unwrap();
    assert_eq!((last.text().as_str(), last.is_truncated()), ("[1,2,", true));
}

#[tokio::test]
async fn the_record_shares_the_bytes_that_pass() {
    let recorder = Recorder::new();
    let piece = Bytes::from(vec![b'1'; 100_000]);
    let script = Script::new([Step::Data(piece.clone())]);
    let response = send(&recorder, Request::default(), answer(200, &[], script)).await.unwrap();
    let read = response.into_body().collect(1_000_000).await.unwrap();
    assert_eq!(read.as_ptr(), piece.as_ptr());
    assert_eq!(recorder.last().unwrap().body().as_ptr(), piece.as_ptr());
}

#[tokio::test(start_paused = true)]
async fn an_endless_body_takes_no_more_memory_than_the_limit() {
    let recorder = Recorder::new().with_max_body(1000);
    let script = Script::new([Step::Endless(Bytes::from_static(b"0123456")), Step::Wait(Duration::ZERO)]);
    let response = send(&recorder, Request::default(), answer(200, &[], script)).await.unwrap();
    assert!(response.into_body().collect(100_000).await.is_err());
    assert_eq!(recorder.last().unwrap().body().len(), 1000);
}

#[tokio::test]
async fn a_successful_login_is_not_recorded_and_leaves_no_older_answer() {
    let recorder = Recorder::new();
    send(&recorder, Request::default(), whole(200, "[]")).await.unwrap();
    send(&recorder, login(), whole(200, r#"{"error":null,"token":"canary"}"#)).await.unwrap();
    assert!(recorder.last().is_none());
}

#[tokio::test]
async fn of_a_failed_login_the_status_and_the_error_object_are_kept() {
    let recorder = Recorder::new();
    let body = r#"{"error":{"code":12,"text":"no"},"request":{"pass":"canary"}}"#;
    let response = answer(401, &[("token", "canary")], Script::new([data(body)]));
    let response = send(&recorder, login(), response).await.unwrap();
    assert_eq!(response.into_body().collect(1000).await.unwrap(), body, "the answer itself is whole");
    let last = recorder.last().unwrap();
    assert_eq!(last.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(last.text(), r#"{"error":{"code":12,"text":"no"}}"#);
    assert!(!format!("{last:?}{:?}{recorder:?}", last.headers()).contains("canary"));
}

#[tokio::test]
async fn clones_share_the_record() {
    let recorder = Recorder::new();
    send(&recorder.clone(), Request::default(), whole(200, "[]")).await.unwrap();
    assert!(recorder.last().is_some());
    recorder.clone().clear();
    assert!(recorder.last().is_none());
}

#[tokio::test]
async fn a_body_that_is_empty_from_the_start_is_recorded_whole_though_nobody_reads_it() {
    let empty = ResponseBody::streaming(http_body_util::Empty::<Bytes>::new());
    let recorder = Recorder::new();
    drop(send(&recorder, Request::default(), Response::new(empty)).await.unwrap());
    assert!(!recorder.last().unwrap().is_truncated());
}
