//! Several registers, asked for one by one.

use std::collections::HashSet;

use atol_model::Kkt;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, stream};

use crate::error::Result;
use crate::monitor::KktMonitor;

/// Asks for each of these registers, `concurrency` at a time.
pub(crate) fn many(
    monitor: KktMonitor,
    serials: Vec<String>,
    concurrency: usize,
) -> BoxStream<'static, (String, Result<Kkt>)> {
    let mut asked = HashSet::new();
    let serials: Vec<String> =
        serials.into_iter().filter(|serial| asked.insert(serial.trim().to_owned())).collect();
    stream::iter(serials)
        .map(move |serial| {
            let monitor = monitor.clone();
            async move {
                let kkt = monitor.get_one(&serial).await;
                (serial, kkt)
            }
        })
        .buffer_unordered(concurrency)
        .boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use atol_transport::clock::SystemClock;
    use atol_transport::{Body, BoxError, Client, Credentials, Environment, Pacing, ResponseBody};
    use http::{Request, Response};
    use tower::service_fn;

    use super::*;
    use crate::test_util::{Fault, InMemory};
    use crate::{ErrorKind, KktMonitor};

    fn kkt(serial: &str) -> Kkt {
        Kkt::builder(serial).build()
    }

    #[tokio::test]
    async fn each_register_has_one_answer_whatever_becomes_of_the_others() {
        let service = InMemory::new([kkt("1"), kkt("2"), kkt("3")]);
        service.push_raw(r#"{"serialNumber":"4"}"#);
        let answers = service.monitor().get_many(["1", "a/b", "9", "4", " 2 ", "1", "2", "3"]);
        let mut told: Vec<_> = answers
            .map(|(serial, answer)| {
                (serial, answer.map(|kkt| kkt.serial_number).map_err(|error| error.kind()))
            })
            .collect()
            .await;
        told.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [
            (" 2 ", Ok("2")),
            ("1", Ok("1")),
            ("3", Ok("3")),
            ("4", Err(ErrorKind::Decode)),
            ("9", Err(ErrorKind::Transport)),
            ("a/b", Err(ErrorKind::InvalidArgument)),
        ];
        assert_eq!(told, expected.map(|(serial, answer)| (serial.to_owned(), answer.map(str::to_owned))));
        assert_eq!(service.requests().len(), 5);
    }

    #[tokio::test]
    async fn answers_come_as_they_are_ready() {
        let service = InMemory::new([kkt("1"), kkt("2")]);
        service.fail_next(Fault::Hang);
        let mut answers = service.monitor().get_many(["1", "2"]);
        assert_eq!(answers.next().await.unwrap().0, "2");
    }

    /// A monitor whose answers take a second, and how many requests ran at once at most.
    fn slow(pacing: Pacing) -> (KktMonitor, Arc<AtomicUsize>) {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = most.clone();
        let service = service_fn(move |request: Request<Body>| {
            let (running, most) = (running.clone(), counted.clone());
            async move {
                if request.uri().path().ends_with("gettoken") {
                    return Ok::<_, BoxError>(Response::new(ResponseBody::full(r#"{"token":"t"}"#)));
                }
                let serial = request.uri().path().rsplit('/').next().unwrap_or_default();
                most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                SystemClock::shared().sleep(Duration::from_secs(1)).await;
                running.fetch_sub(1, Ordering::Relaxed);
                Ok(Response::new(ResponseBody::full(kkt(serial).to_json())))
            }
        });
        let client = Client::builder(Environment::Test, Credentials::test())
            .pacing(pacing)
            .leaf(service)
            .build()
            .unwrap();
        (KktMonitor::from_client(client).with_concurrency(pacing.concurrency()), most)
    }

    #[tokio::test(start_paused = true)]
    async fn r02_no_more_run_at_once_than_the_pacing_allows_and_none_waits_against_its_time_limit() {
        for concurrency in [1, 3] {
            let (monitor, most) = slow(Pacing::default().with_concurrency(concurrency));
            let serials: Vec<_> = (0..200).map(|number| format!("{number:014}")).collect();
            let answers: Vec<_> = monitor.get_many(serials).collect().await;
            assert_eq!(answers.len(), 200);
            assert!(answers.iter().all(|(serial, answer)| answer.as_ref().unwrap().serial_number == *serial));
            assert_eq!(most.load(Ordering::Relaxed), concurrency);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn m08_requests_for_one_register_keep_their_distance() {
        let (monitor, _) = slow(Pacing::default());
        let clock = SystemClock::shared();
        let start = clock.monotonic();
        for _ in 0..3 {
            monitor.get_many(["1"]).next().await.unwrap().1.unwrap();
        }
        let passed = clock.monotonic().saturating_sub(start);
        assert!(passed >= Duration::from_millis(3 * 1000 + 2 * 1100), "{passed:?}");
    }
}
