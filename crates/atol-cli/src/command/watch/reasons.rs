//! Why polls fail, in words that help: an event has the summary of an error, and not what to do about it.

use std::sync::{Arc, Mutex, PoisonError};

use atol_monitor::watch::{Failure as Reason, FailureKind};
use atol_transport::Error;
use tower::util::MapErrLayer;

use crate::failure::Failure;

/// Remembers the last call of a monitor that failed, and what is to be said of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons(Arc<Mutex<Option<(String, Failure)>>>);

impl Reasons {
    /// The layer around the calls.
    pub(super) fn layer(&self) -> MapErrLayer<impl Fn(Error) -> Error + Clone + use<>> {
        let reasons = self.clone();
        MapErrLayer::new(move |error| {
            reasons.remember(&error);
            error
        })
    }

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
