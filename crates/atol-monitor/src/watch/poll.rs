//! One poll: the questions, their answers, and the limit of the time they may take.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use atol_transport::clock::{SharedClock, Sleep};
use futures_util::StreamExt;
use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::failure::{Failure, FailureKind};
use super::outcome::PollOutcome;
use crate::error::Error;
use crate::monitor::KktMonitor;

/// A poll under way.
pub(super) type Polling = Pin<Box<dyn Future<Output = Polled> + Send>>;

/// What a poll brought, and what the service said beside it.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) outcome: PollOutcome,
    /// The service's time of day.
    pub(super) server_time: Option<Timestamp>,
    /// How long it asks to be left in peace.
    pub(super) pause: Option<Duration>,
}

impl Polled {
    fn new(outcome: PollOutcome, pause: Option<Duration>) -> Self {
        Self { outcome, server_time: None, pause }
    }
}

/// Begins a poll of these registers, or of the whole list.
pub(super) fn begin(
    monitor: KktMonitor,
    serial_numbers: Option<Vec<String>>,
    clock: &SharedClock,
    limit: Duration,
) -> Polling {
    let mut limit = clock.sleep(limit);
    Box::pin(async move {
        let mut polled = match serial_numbers {
            None => list(&monitor, &mut limit).await,
            Some(serial_numbers) => registers(&monitor, serial_numbers, &mut limit).await,
        };
        if !matches!(polled.outcome, PollOutcome::Failed(_)) {
            polled.server_time = server_time(&monitor);
        }
        polled
    })
}

async fn list(monitor: &KktMonitor, limit: &mut Sleep) -> Polled {
    match within(limit, monitor.get_all()).await {
        Some(Ok(list)) => Polled::new(PollOutcome::List(list), None),
        Some(Err(error)) => Polled::new(PollOutcome::Failed(Failure::from(&error)), pause(&error)),
        None => Polled::new(PollOutcome::Failed(too_long()), None),
    }
}

async fn registers(monitor: &KktMonitor, serial_numbers: Vec<String>, limit: &mut Sleep) -> Polled {
    let mut answers = HashMap::with_capacity(serial_numbers.len());
    let mut longest_pause = None;
    let mut coming = monitor.get_many(&serial_numbers);
    // What has not come when the time is up has failed; what has come counts.
    while let Some(Some((serial_number, answer))) = within(limit, coming.next()).await {
        longest_pause = longest_pause.max(answer.as_ref().err().and_then(pause));
        answers.insert(serial_number, answer.map_err(|error| Failure::from(&error)));
    }
    let answers = serial_numbers
        .into_iter()
        .map(|serial_number| {
            let answer = answers.remove(&serial_number).unwrap_or_else(|| Err(too_long()));
            (serial_number, answer)
        })
        .collect();
    Polled::new(PollOutcome::Registers(answers), longest_pause)
}

/// Waits for a future, but not beyond the limit.
async fn within<T>(limit: &mut Sleep, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}

fn too_long() -> Failure {
    Failure::new(FailureKind::Timeout, "the poll took longer than its limit and was given up")
}

/// How long the service asks to be left in peace.
pub(super) fn pause(error: &Error) -> Option<Duration> {
    error.transport()?.retry_after()
}

/// The `Date` of the last answer.
fn server_time(monitor: &KktMonitor) -> Option<Timestamp> {
    let response = monitor.last_response()?;
    DateTimeParser::new().parse_timestamp(response.headers().get(DATE)?.as_bytes()).ok()
}
