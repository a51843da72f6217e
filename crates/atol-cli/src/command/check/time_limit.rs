//! The time that a whole check may take: a monitoring system gives a plugin up at its own limit, and hears nothing then.

use std::time::Duration;

use atol_transport::Body;
use atol_transport::call::Deadline;
use atol_transport::clock::SharedClock;
use http::Request;
use tower::util::MapRequestLayer;

use crate::failure::Failure;
use crate::text::{Text, text};

/// Ends each call of a monitor when the check must be over.
#[derive(Debug, Clone)]
pub(super) struct TimeLimit {
    limit: Duration,
    end: Duration,
    clock: SharedClock,
}

impl TimeLimit {
    /// A limit that begins now.
    pub(super) fn new(limit: Duration, clock: &SharedClock) -> TimeLimit {
        TimeLimit { limit, end: clock.monotonic().saturating_add(limit), clock: SharedClock::clone(clock) }
    }

    /// The layer around the calls, which tells each when it must be over.
    pub(super) fn layer(&self) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + use<>> {
        let deadline = Deadline(self.end);
        MapRequestLayer::new(move |mut request: Request<Body>| {
            request.extensions_mut().insert(deadline);
            request
        })
    }

    /// How far the reading of the list came, where its time was up; a list of which nothing came has failed for the
    /// reasons of the call.
    pub(super) fn explain(&self, error: atol_monitor::Error, read: usize) -> Failure {
        if read == 0 || !self.is_over() {
            return error.into();
        }
        let seconds = self.limit.as_secs_f64();
        out_of_time(
            text!(
                "no complete list within {seconds} s: {read} registers read",
                "список не прочитан целиком за {seconds} с: прочитано ККТ: {read}"
            ),
            &error,
        )
    }

    /// Why there is no answer about a single register: a call that began late had less time than the whole check.
    pub(super) fn explain_one(&self, error: atol_monitor::Error) -> Failure {
        if !error.transport().is_some_and(atol_transport::Error::is_timeout) || !self.is_over() {
            return error.into();
        }
        let seconds = self.limit.as_secs_f64();
        out_of_time(text!("no answer within {seconds} s", "нет ответа за {seconds} с"), &error)
    }

    fn is_over(&self) -> bool {
        self.clock.monotonic() >= self.end
    }
}

fn out_of_time(what: Text, error: &atol_monitor::Error) -> Failure {
    Failure::failed(what).with_causes(error).with_advice(text!(
        "give the check more time with --timeout 2m, and let the monitoring system wait for longer than that",
        "дайте проверке больше времени: --timeout 2m, и пусть система мониторинга ждёт дольше"
    ))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use atol_monitor::{Kkt, KktMonitor, Language, SerialNumber};
    use atol_transport::ResponseBody;
    use atol_transport::clock::VirtualClock;
    use http::Response;
    use tower_service::Service;

    use super::*;
    use crate::answers::answers;
    use crate::command::check::survey::read_all;
    use crate::progress::Progress;

    /// Takes four seconds for whatever it is asked: a login, or a page of a long list.
    #[derive(Debug, Clone)]
    struct Slow(SharedClock);

    impl Service<Request<Body>> for Slow {
        type Response = Response<ResponseBody>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            let query: Vec<_> = request.uri().query().unwrap_or_default().split('&').collect();
            let number = |name: &str| {
                query.iter().find_map(|part| part.strip_prefix(name)?.parse::<usize>().ok()).unwrap_or(0)
            };
            let (offset, limit) = (number("offset="), number("limit="));
            let answer = if request.uri().path().ends_with("/gettoken") {
                r#"{"error": null, "token": "t", "timestamp": "24.11.2026 13:00:00"}"#.to_owned()
            } else {
                let kkt = |place: usize| Kkt::builder(format!("{place:014}")).build().to_value();
                (offset..offset + limit).map(kkt).collect::<serde_json::Value>().to_string()
            };
            let wait = self.0.sleep(Duration::from_secs(4));
            Box::pin(async move {
                wait.await;
                Ok(Response::new(ResponseBody::full(answer)))
            })
        }
    }

    fn monitor(clock: &SharedClock, time: &TimeLimit) -> KktMonitor {
        KktMonitor::builder()
            .clock(Arc::clone(clock))
            .layer(time.layer())
            .configure_client(|client| client.leaf(Slow(Arc::clone(clock))))
            .build()
            .unwrap()
    }

    /// Reads the list for so long; what is told of it, and when.
    async fn told(limit: Duration) -> (Failure, Duration) {
        let clock: SharedClock = Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()));
        let time = TimeLimit::new(limit, &clock);
        let failure = read_all(&monitor(&clock, &time), &Progress::default(), &time).await.unwrap_err();
        (failure, clock.monotonic())
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_is_that_of_all_requests_together() {
        let (failure, took) = told(Duration::from_secs(10)).await;
        assert_eq!(took, Duration::from_secs(10));
        assert_eq!(failure.what().en, "no complete list within 10 s: 1000 registers read");
        assert!(failure.what().to(Language::Ru).contains("за 10 с"), "{failure:?}");
        assert!(failure.advice().is_some_and(|advice| advice.en.contains("--timeout")), "{failure:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn when_nothing_came_in_time_the_call_tells_why() {
        let (failure, took) = told(Duration::from_millis(500)).await;
        assert_eq!(took, Duration::from_millis(500));
        assert!(failure.what().en.contains("0.5 s"), "{failure:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn single_registers_have_the_time_of_the_whole_check_together() {
        let clock: SharedClock = Arc::new(VirtualClock::starting_at("2026-11-24T10:00:00Z".parse().unwrap()));
        let time = TimeLimit::new(Duration::from_secs(6), &clock);
        let monitor = monitor(&clock, &time);
        let serials: Vec<SerialNumber> =
            (0..20).map(|place| format!("{place:014}").parse().unwrap()).collect();
        let answers = answers(&monitor, &serials, |error| time.explain_one(error)).await.unwrap();
        assert_eq!(clock.monotonic(), Duration::from_secs(6));
        assert_eq!(answers.len(), 20);
        for (_, answer) in answers {
            let failure = answer.unwrap_err();
            assert_eq!(failure.what().en, "no answer within 6 s");
            assert!(failure.advice().is_some_and(|advice| advice.en.contains("--timeout")), "{failure:?}");
        }
    }
}
