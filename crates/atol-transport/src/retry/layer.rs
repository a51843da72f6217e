//! The layer that adds retries to a service.

use tower_layer::Layer;

use super::{Retry, RetryPolicy};
use crate::clock::SharedClock;

/// Repeats failed attempts; see the [module](super) for an example and the rules.
///
/// It belongs above everything that is done per attempt (token, spacing, attempt time limits), and below the
/// [`DeadlineLayer`](crate::DeadlineLayer). It plans by the deadline of a request but does not wake at it: without that layer
/// above, nothing ends an attempt that hangs.
#[derive(Debug, Clone)]
pub struct RetryLayer {
    policy: RetryPolicy,
    clock: SharedClock,
}

impl RetryLayer {
    /// A layer with this policy. The clock must be that of the [`DeadlineLayer`](crate::DeadlineLayer).
    pub fn new(policy: RetryPolicy, clock: SharedClock) -> RetryLayer {
        RetryLayer { policy, clock }
    }
}

impl<S> Layer<S> for RetryLayer {
    type Service = Retry<S>;

    fn layer(&self, inner: S) -> Retry<S> {
        Retry::new(inner, self.policy.clone(), self.clock.clone())
    }
}
