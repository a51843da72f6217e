//! Trying again: what may be repeated, when, and how often in all.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::atomic::{AtomicU32, Ordering};
//! use atol_transport::call::Attempts;
//! use atol_transport::clock::SystemClock;
//! use atol_transport::retry::{RetryLayer, RetryPolicy};
//! use atol_transport::{Body, Error, ErrorKind, ResponseBody};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! // A service whose connection breaks the first time.
//! static CALLS: AtomicU32 = AtomicU32::new(0);
//! let layer = RetryLayer::new(RetryPolicy::default(), SystemClock::shared());
//! let service = ServiceBuilder::new().layer(layer).service(service_fn(|_: http::Request<Body>| async {
//!     match CALLS.fetch_add(1, Ordering::Relaxed) {
//!         0 => Err(Error::new(ErrorKind::Interrupted, "the connection was closed")),
//!         _ => Ok(http::Response::new(ResponseBody::full("[]"))),
//!     }
//! }));
//!
//! let answer = service.oneshot(http::Request::new(Body::empty())).await?;
//! assert_eq!(answer.extensions().get::<Attempts>().map(|attempts| attempts.count), Some(2));
//! # Ok(())
//! # }
//! ```
//!
//! Three questions, each with a trait of its own, so that each answer can be replaced alone:
//!
//! | question | trait | default |
//! |---|---|---|
//! | should this failure be repeated? | [`Policy`] | [`TransientErrors`], 4 attempts in all |
//! | after how long? | [`Backoff`] | [`ExponentialBackoff`] from 0.5 s to 20 s, full jitter |
//! | may we, with the service as it is? | [`Budget`] | [`TokenBucket`] of 100 repeats, one more for every 10 successes |
//!
//! [`RetryPolicy`] bundles them. A wait that the service asks for with `Retry-After`, in seconds or as a date,
//! is kept if it is at most 5 minutes and ends before the [`Deadline`](crate::call::Deadline); otherwise the
//! call ends at once with [`ErrorKind::Throttled`](crate::ErrorKind::Throttled).
//!
//! The service is always ready for a call: whether there is room is asked before each attempt, within the call's time.
//!
//! The layer decides on whole answers, so a layer below it has to collect bodies; one that still streams is
//! judged by its status alone.

mod backoff;
mod budget;
mod bundle;
mod layer;
mod policy;
mod random;
mod service;
mod state;
mod transient;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod test_kit;
#[cfg(test)]
mod tests;

pub use self::backoff::{Backoff, ExponentialBackoff};
pub use self::budget::{Budget, TokenBucket};
pub use self::bundle::RetryPolicy;
pub use self::layer::RetryLayer;
pub use self::policy::{Decision, LimitedAttempts, LimitedTime, Policy};
pub use self::random::{Random, SeededRandom, ThreadRandom};
pub use self::service::Retry;
pub use self::state::State;
pub use self::transient::TransientErrors;
