//! What must hold of any failure, whichever target met it, and how an answer is put before a client.

use atol_transport::{Body, BoxError, Client, Error, ResponseBody};
use bytes::Bytes;
use http::{Request, Response};
use tower::service_fn;

/// An error can be shown anywhere: one line of bearable length without characters that steer a terminal.
pub fn can_be_shown(error: &Error) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.chars().count() < 2_000, "{text}");
    for text in [text.as_str(), &error.report().to_string().replace('\n', " ")] {
        assert!(!text.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{text:?}");
    }
}

/// What a client makes of an answer; retries and time limits are none of its business here.
pub fn judged(answer: Response<Bytes>) -> Result<Bytes, Error> {
    let (parts, body) = answer.into_parts();
    let client = Client::from_service(service_fn(move |_: Request<Body>| {
        let answer = Response::from_parts(parts.clone(), ResponseBody::full(body.clone()));
        std::future::ready(Ok::<_, BoxError>(answer))
    }));
    run(async { client.send(list()).await.map(atol_transport::Response::into_value) })
}

/// The question for the list.
pub fn list() -> Request<Body> {
    Request::get("/cash-registers").body(Body::empty()).expect("it is legal")
}

/// Runs to the end in paused time.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime can be made")
        .block_on(future)
}
