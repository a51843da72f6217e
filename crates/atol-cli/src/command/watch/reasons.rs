//! Why polls fail, in words that help: an event has the summary of an error, and not what to do about it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use atol_monitor::watch::{Failure as Reason, FailureKind};
use atol_transport::{Body, Error};
use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::failure::Failure;

/// As a layer of a monitor it remembers the last call that failed, and what is to be said of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons(Arc<Mutex<Option<(String, Failure)>>>);

impl Reasons {
    /// What to say of a poll that failed for this reason; less, when it was no call that failed, or not in this run.
    pub(super) fn explain(&self, reason: &Reason) -> Failure {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((summary, failure)) if *summary == reason.summary => failure.clone(),
            _ => Failure::of_poll(reason),
        }
    }

    fn remember(&self, error: &Error) {
        // Cut and cleaned as the event's will be.
        let Reason { summary, .. } = Reason::new(FailureKind::Other, &error.to_string());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((summary, Failure::of_call(error)));
    }
}

impl<S> Layer<S> for Reasons {
    type Service = Remembered<S>;

    fn layer(&self, inner: S) -> Remembered<S> {
        Remembered { inner, reasons: self.clone() }
    }
}

/// Remembers how the last call failed.
#[derive(Debug, Clone)]
pub(super) struct Remembered<S> {
    inner: S,
    reasons: Reasons,
}

impl<S> Service<Request<Body>> for Remembered<S>
where
    S: Service<Request<Body>, Error = Error, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (answer, reasons) = (self.inner.call(request), self.reasons.clone());
        Box::pin(async move { answer.await.inspect_err(|error| reasons.remember(error)) })
    }
}
