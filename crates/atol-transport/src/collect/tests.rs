//! What is read of which bodies.

use std::error::Error as _;

use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::testing::{STALL, Script, Step, answer, data};

const FRAMED: &[(&str, &str)] = &[("transfer-encoding", "gzip, Chunked ")];

async fn collect(request: Request<Body>, response: Response<ResponseBody>) -> Result<Response<ResponseBody>> {
    let mut response = Some(response);
    ServiceBuilder::new()
        .layer(CollectLayer::new(SystemClock::shared()).with_max_body(16)?)
        .service(service_fn(move |_| std::future::ready(Ok::<_, Error>(response.take().unwrap()))))
        .oneshot(request)
        .await
}

async fn text(status: u16, headers: &[(&str, &str)], steps: Vec<Step>) -> Result<String> {
    let response = collect(Request::default(), answer(status, headers, Script::new(steps))).await?;
    let bytes = response.body().as_bytes().expect("the body is whole in memory");
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    assert_eq!(text(200, FRAMED, vec![data("[1,"), data("2"), data("]")]).await.unwrap(), "[1,2]");
}

#[tokio::test]
async fn h18_the_limit_is_exact_and_ends_an_endless_body() {
    assert_eq!(text(200, FRAMED, vec![data("0123456789abcdef")]).await.unwrap().len(), 16);
    for steps in [vec![data("0123456789abcdef!")], vec![Step::Endless(Bytes::from_static(b"12345"))]] {
        let error = text(200, FRAMED, steps).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    }
}

#[tokio::test]
async fn a_body_that_is_in_memory_already_is_held_to_the_limit_too() {
    let error = collect(Request::default(), Response::new("[1,2,3,4,5,6,7,8,9]".into())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BodyTooLarge);
}

#[tokio::test]
async fn the_request_can_set_another_limit() {
    for (most, fits) in [(20, true), (19, false)] {
        let mut request = Request::<Body>::default();
        request.extensions_mut().insert(MaxBody(most));
        let response = answer(200, FRAMED, Script::new([data("0123456789abcdef0123")]));
        assert_eq!(collect(request, response).await.is_ok(), fits, "{most}");
    }
}

#[tokio::test]
async fn r06_a_content_length_is_not_believed() {
    let headers = [("content-length", "18446744073709551615")];
    assert_eq!(text(200, &headers, vec![data("[]")]).await.unwrap(), "[]");
}

#[tokio::test]
async fn a_successful_answer_streams_when_the_request_says_so_and_a_failed_one_does_not() {
    for (status, streams) in [(200, true), (206, true), (503, false), (302, false)] {
        let mut request = Request::<Body>::default();
        request.extensions_mut().insert(Streaming);
        let script = Script::new([data("0123456789abcdef0123456789abcdef")]);
        let given = script.given();
        let response = collect(request, answer(status, &[], script)).await.unwrap();
        assert_eq!(response.body().as_bytes().is_none(), streams, "{status}");
        assert_eq!(given.bytes() == 0, streams, "{status}");
    }
}

#[tokio::test]
async fn of_a_failed_answer_the_first_64_kib_are_kept_and_the_rest_is_dropped() {
    let script = Script::new([Step::Endless(vec![b'x'; 1000].into())]);
    let given = script.given();
    let response = collect(Request::default(), answer(503, &[], script)).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.body().as_bytes().map(Bytes::len), Some(64 * 1024));
    assert!(given.is_dropped());
}

#[tokio::test]
async fn a_failed_answer_within_the_limit_is_read_to_its_end() {
    let steps =
        vec![Step::Data(vec![b'x'; 64 * 1024].into()), Step::Wait(Duration::ZERO), Step::Data(Bytes::new())];
    assert_eq!(text(500, &[], steps).await.unwrap().len(), 64 * 1024);
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_failed_answer_counts_though_its_body_is_torn_or_stalls() {
    assert_eq!(text(502, &[], vec![data("<ht"), Step::Break]).await.unwrap(), "<ht");
    let clock = SystemClock::new();
    assert_eq!(text(502, &[], vec![data("<ht"), STALL]).await.unwrap(), "<ht");
    assert!(clock.monotonic() <= Duration::from_millis(1010), "{:?}", clock.monotonic());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_truncated_with_the_cause() {
    let error = text(200, FRAMED, vec![data("[1,"), Step::Break]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.source().is_some());
    insta::assert_snapshot!(error.report(), @r"
    the body of the answer broke off
      caused by: a layer or service of the stack failed
      caused by: the peer went away
    ");
}

#[tokio::test]
async fn n16_json_that_stops_in_the_middle_of_an_undelimited_body_is_truncated() {
    for torn in [r#"[{"a":1}"#, r#"{"data":{"a""#, "[", "\u{feff}[1,2", r#"["a]"#, "[1,-"] {
        let error = text(200, &[], vec![data(torn)]).await.expect_err(torn);
        assert_eq!(error.kind(), ErrorKind::Truncated, "{torn}");
    }
}

#[tokio::test]
async fn everything_else_without_delimiters_is_left_to_the_judge() {
    for body in ["[1,2]", "{} \n", "", "<html>", "[1]]", "null", r#"{"a":}"#] {
        assert_eq!(text(200, &[], vec![data(body)]).await.unwrap(), body);
    }
}

#[tokio::test]
async fn a_delimited_body_is_not_looked_into() {
    for headers in [FRAMED, &[("content-length", "2")]] {
        assert_eq!(text(200, headers, vec![data("[1")]).await.unwrap(), "[1");
    }
}

#[test]
fn a_limit_of_zero_is_refused() {
    let error = CollectLayer::new(SystemClock::shared()).with_max_body(0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
