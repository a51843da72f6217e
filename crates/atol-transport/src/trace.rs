//! Spans and events of calls and attempts, with an allow-list of fields.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;
use tracing::field::{Empty, debug, display};
use tracing::{Instrument, Span};

use crate::body::{Body, ResponseBody};
use crate::call::{Attempts, PathTemplate, SpacingKey};
use crate::clock::SharedClock;
use crate::error::{BoxError, Error, ErrorKind, Excerpt, Result};
use crate::judge::judge;
use crate::request_id::REQUEST_ID;

/// Traces each call in a span `call`, or each attempt in a span `attempt`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use atol_transport::clock::SystemClock;
/// use atol_transport::{Body, Error, RequestIdLayer, ResponseBody, TraceLayer};
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// let clock = SystemClock::shared();
/// let service = ServiceBuilder::new()
///     .layer(RequestIdLayer::new())
///     .layer(TraceLayer::calls(clock.clone())) // outside the retry layer
///     .layer(TraceLayer::attempts(clock)) // inside it
///     .service(service_fn(|_: Request<Body>| async {
///         Ok::<_, Error>(Response::new(ResponseBody::full("[]")))
///     }));
/// service.oneshot(Request::new(Body::empty())).await?;
/// # Ok(())
/// # }
/// ```
///
/// The fields, and there are no others:
///
/// | field | span | meaning |
/// |---|---|---|
/// | `method` | call | the HTTP method |
/// | `path` | call | the [`PathTemplate`] of the request; without one the path, with segments that could be a number of a register replaced by `{…}` |
/// | `request_id` | call | the `X-Request-Id` |
/// | `attempts` | call | how many attempts were made |
/// | `attempt` | attempt | which attempt it is, from 1 |
/// | `status` | both | the HTTP status, when there was an answer |
/// | `error_kind` | both | the [`ErrorKind`], when it failed |
/// | `duration_ms` | both | until the answer was there; of a streaming body only the head |
///
/// Never headers, bodies, query values, serial numbers, error texts. Spans have the level `INFO`; an event at the
/// end of each has `WARN` for a call that failed and `DEBUG` otherwise. All have the target `atol_transport`.
#[derive(Debug, Clone)]
pub struct TraceLayer {
    scope: Scope,
    clock: SharedClock,
}

#[derive(Debug, Clone, Copy)]
enum Scope {
    Call,
    Attempt,
}

/// On a request: the number of attempts that were started.
#[derive(Debug, Clone, Default)]
struct Started(Arc<AtomicU32>);

impl TraceLayer {
    /// A layer for the outside of the retry layer.
    pub fn calls(clock: SharedClock) -> TraceLayer {
        TraceLayer { scope: Scope::Call, clock }
    }

    /// A layer for the inside of the retry layer.
    pub fn attempts(clock: SharedClock) -> TraceLayer {
        TraceLayer { scope: Scope::Attempt, clock }
    }

    fn span(&self, request: &mut Request<Body>) -> Span {
        match self.scope {
            Scope::Call => {
                let span = tracing::info_span!(
                    target: "atol_transport",
                    "call",
                    method = Empty,
                    path = Empty,
                    request_id = Empty,
                    attempts = Empty,
                    status = Empty,
                    error_kind = Empty,
                    duration_ms = Empty,
                );
                if !span.is_disabled() {
                    span.record("method", display(request.method()));
                    span.record("path", shown_path(request).as_str());
                    if let Some(id) = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()) {
                        span.record("request_id", display(Excerpt::of(id, 64)));
                    }
                    request.extensions_mut().insert(Started::default());
                }
                span
            }
            Scope::Attempt => {
                let span = tracing::info_span!(
                    target: "atol_transport",
                    "attempt",
                    attempt = Empty,
                    status = Empty,
                    error_kind = Empty,
                    duration_ms = Empty,
                );
                if let Some(started) = request.extensions().get::<Started>() {
                    span.record("attempt", started.0.fetch_add(1, Ordering::Relaxed) + 1);
                }
                span
            }
        }
    }

    fn finish(&self, result: &Result<Response<ResponseBody>>, duration: Duration) {
        let span = Span::current();
        let (status, error_kind, attempts) = match result {
            Ok(response) => (
                Some(response.status()),
                failure(response),
                response.extensions().get::<Attempts>().map(|attempts| attempts.count),
            ),
            Err(error) => (error.status(), Some(error.kind()), Some(error.attempts())),
        };
        if let Some(status) = status {
            span.record("status", status.as_u16());
        }
        if let Some(kind) = error_kind {
            span.record("error_kind", debug(kind));
        }
        if let (Scope::Call, Some(attempts)) = (self.scope, attempts) {
            span.record("attempts", attempts);
        }
        span.record("duration_ms", u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        match (self.scope, error_kind) {
            (Scope::Call, Some(_)) => tracing::warn!(target: "atol_transport", "call failed"),
            (Scope::Call, None) => tracing::debug!(target: "atol_transport", "call succeeded"),
            (Scope::Attempt, Some(_)) => tracing::debug!(target: "atol_transport", "attempt failed"),
            (Scope::Attempt, None) => tracing::debug!(target: "atol_transport", "attempt succeeded"),
        }
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner, layer: self.clone() }
    }
}

/// The service of [`TraceLayer`].
#[derive(Debug, Clone)]
pub struct Trace<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S> Service<Request<Body>> for Trace<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let span = self.layer.span(&mut request);
        let answer = span.in_scope(|| self.inner.call(request));
        if span.is_disabled() {
            return Box::pin(async move { answer.await.map_err(|error| Error::from_boxed(error.into())) });
        }
        let layer = self.layer.clone();
        let start = layer.clock.monotonic();
        let traced = async move {
            let result = answer.await.map_err(|error| Error::from_boxed(error.into()));
            layer.finish(&result, layer.clock.monotonic().saturating_sub(start));
            result
        };
        Box::pin(traced.instrument(span))
    }
}

/// What is wrong with an answer, as the client will judge it.
fn failure(response: &Response<ResponseBody>) -> Option<ErrorKind> {
    let body = match response.body().as_bytes() {
        Some(body) => body,
        // A successful answer that streams is judged by whoever reads it.
        None if response.status().is_success() => return None,
        None => &[][..],
    };
    judge(response.status(), response.headers(), body, || None).err().map(|error| error.kind())
}

/// The path as it may be logged.
fn shown_path(request: &Request<Body>) -> String {
    if let Some(PathTemplate(template)) = request.extensions().get() {
        return (*template).to_owned();
    }
    let key = request.extensions().get::<SpacingKey>();
    let segments = request.uri().path().split('/').map(|segment| {
        let is_number = segment.bytes().filter(u8::is_ascii_digit).count() >= 4;
        let is_key = key.is_some_and(|key| key.as_str() == segment);
        if is_number || is_key { "{…}" } else { segment }
    });
    Excerpt::of(&segments.collect::<Vec<_>>().join("/"), 120).to_string()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use http::StatusCode;
    use tower::{ServiceBuilder, ServiceExt, service_fn};
    use tracing_subscriber::fmt::format::FmtSpan;

    use super::*;
    use crate::clock::SystemClock;
    use crate::error::Phase;
    use crate::request_id::RequestIdLayer;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a subscriber that shows everything writes while `request` is sent twice and then gets `result`.
    async fn log_of(request: Request<Body>, result: Result<Response<ResponseBody>>) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let clock = SystemClock::shared();
        let inner = ServiceBuilder::new().layer(TraceLayer::attempts(clock.clone())).service(service_fn(
            |_: Request<Body>| async { Ok::<_, Error>(Response::new(ResponseBody::full("<busy>"))) },
        ));
        let mut result = Some(result);
        let service = ServiceBuilder::new()
            .layer(RequestIdLayer::with_source(|| 7))
            .layer(TraceLayer::calls(clock.clone()))
            .service(service_fn(move |request: Request<Body>| {
                let (inner, clock, result) = (inner.clone(), clock.clone(), result.take().unwrap());
                async move {
                    for _ in 0..2 {
                        inner.clone().oneshot(request.clone()).await?;
                        clock.sleep(Duration::from_millis(250)).await;
                    }
                    result
                }
            }));
        drop(service.oneshot(request).await);
        drop(guard);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        // How long a span was busy is real time.
        let lines = text.lines().map(|line| line.split(" time.busy").next().unwrap_or_default().trim_start());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn request(uri: &str) -> Request<Body> {
        Request::builder().uri(uri).header("Token", "canary").body(Body::from("canary")).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_and_its_attempts_are_told_with_the_allowed_fields_only() {
        let mut request =
            request("https://online.atol.ru/api/kkt/v1/cash-registers/00107703864827?limit=canary");
        request.extensions_mut().insert(PathTemplate("/cash-registers/{serial}"));
        let mut response =
            Response::builder().status(500).header("Token", "canary").body("canary".into()).unwrap();
        response.extensions_mut().insert(Attempts::new(2, Duration::ZERO));
        let log = log_of(request, Ok(response)).await;
        assert!(!log.contains("canary") && !log.contains("00107703864827"), "{log}");
        insta::assert_snapshot!(log, @r#"
        DEBUG call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007}:attempt{attempt=1 status=200 error_kind=NotJson duration_ms=0}: atol_transport: attempt failed
        INFO call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007}:attempt{attempt=1 status=200 error_kind=NotJson duration_ms=0}: atol_transport: close
        DEBUG call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007}:attempt{attempt=2 status=200 error_kind=NotJson duration_ms=0}: atol_transport: attempt failed
        INFO call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007}:attempt{attempt=2 status=200 error_kind=NotJson duration_ms=0}: atol_transport: close
        WARN call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007 status=500 error_kind=Status attempts=2 duration_ms=500}: atol_transport: call failed
        INFO call{method=GET path="/cash-registers/{serial}" request_id=00000000000000000000000000000007 status=500 error_kind=Status attempts=2 duration_ms=500}: atol_transport: close
        "#);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_told_by_its_kind() {
        let error = Error::new(ErrorKind::Timeout(Phase::Call), "canary").with_attempts(3, Duration::ZERO);
        let log = log_of(request("/a"), Err(error)).await;
        assert!(!log.contains("canary"), "{log}");
        let told = log.lines().find(|line| line.starts_with("WARN")).unwrap_or_default();
        insta::assert_snapshot!(told, @r#"WARN call{method=GET path="/a" request_id=00000000000000000000000000000007 error_kind=Timeout(Call) attempts=3 duration_ms=500}: atol_transport: call failed"#);
    }

    #[tokio::test(start_paused = true)]
    async fn a_good_call_is_told_at_debug() {
        let log = log_of(request("/a"), Ok(Response::new("[]".into()))).await;
        assert!(!log.contains("WARN"), "{log}");
        let told = log.lines().find(|line| line.ends_with("succeeded")).unwrap_or_default();
        insta::assert_snapshot!(told, @r#"DEBUG call{method=GET path="/a" request_id=00000000000000000000000000000007 status=200 duration_ms=500}: atol_transport: call succeeded"#);
    }

    #[test]
    fn a_path_without_a_template_shows_no_numbers_and_no_query() {
        let shown = |uri: &str, key: Option<&str>| {
            let mut request = request(uri);
            if let Some(key) = key {
                request.extensions_mut().insert(SpacingKey::new(key));
            }
            shown_path(&request)
        };
        assert_eq!(
            shown("https://u:p@h/api/kkt/v1/cash-registers?limit=5#x", None),
            "/api/kkt/v1/cash-registers"
        );
        assert_eq!(shown("/kkt/v1/cash-registers/00107703864827", None), "/kkt/v1/cash-registers/{…}");
        assert_eq!(shown("/registers/ab/state", Some("ab")), "/registers/{…}/state");
    }

    #[test]
    fn a_streaming_success_is_no_failure_and_a_streaming_failure_is() {
        let streaming = |status| {
            let body = ResponseBody::streaming(http_body_util::Empty::new());
            let mut response = Response::new(body);
            *response.status_mut() = status;
            failure(&response)
        };
        assert_eq!(streaming(StatusCode::OK), None);
        assert_eq!(streaming(StatusCode::BAD_GATEWAY), Some(ErrorKind::Status));
    }
}
