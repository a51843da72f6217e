//! What an account's client did: requests, retries, logins, failures.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use atol_monitor::watch::{Failure, FailureKind};
use atol_transport::token::{Refusals, StoreLock, StoredToken, TokenKey};
use atol_transport::{Body, BoxError, Error, ResponseBody, TokenStore};
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

/// The kinds in which reading a list, and the requests for it, can fail.
pub(crate) const KINDS: [FailureKind; 11] = [
    FailureKind::Connect,
    FailureKind::Tls,
    FailureKind::Timeout,
    FailureKind::Interrupted,
    FailureKind::Auth,
    FailureKind::Throttled,
    FailureKind::Service,
    FailureKind::NotJson,
    FailureKind::Decode,
    FailureKind::Incomplete,
    FailureKind::Other,
];

/// Counters of one account; clones count together.
///
/// They are fed by [layers](Self::calls) of the client's stack and by the [store](Self::token_store) of its tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    calls: AtomicU64,
    attempts: AtomicU64,
    logins: AtomicU64,
    polls: AtomicU64,
    failed_attempts: ByKind,
    failed_polls: ByKind,
}

#[derive(Debug, Default)]
struct ByKind([AtomicU64; KINDS.len()]);

impl ByKind {
    /// A kind that is not foreseen counts as the last one, which is any other.
    fn add(&self, kind: FailureKind) {
        let place = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len() - 1);
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(&self) -> [(FailureKind, u64); KINDS.len()] {
        let mut counts = KINDS.map(|kind| (kind, 0));
        for ((_, count), counter) in counts.iter_mut().zip(&self.0) {
            *count = counter.load(Ordering::Relaxed);
        }
        counts
    }
}

impl Meter {
    /// A layer around each call, outside the retries.
    pub(crate) fn calls(&self) -> MeterLayer {
        MeterLayer { meter: self.clone(), scope: Scope::Call }
    }

    /// A layer around each attempt, inside the retries.
    pub(crate) fn attempts(&self) -> MeterLayer {
        MeterLayer { meter: self.clone(), scope: Scope::Attempt }
    }

    /// The same store, but it counts how often there is a new token.
    pub(crate) fn token_store(&self, store: Box<dyn TokenStore>) -> impl TokenStore + use<> {
        MeteredTokenStore { meter: self.clone(), store }
    }

    /// Takes down how a poll ended.
    pub(crate) fn polled(&self, failure: Option<FailureKind>) {
        self.0.polls.fetch_add(1, Ordering::Relaxed);
        if let Some(kind) = failure {
            self.0.failed_polls.add(kind);
        }
    }

    /// Requests for registers that were sent, repeated ones included.
    pub(crate) fn requests(&self) -> u64 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    /// Requests that repeated one that had failed.
    pub(crate) fn retries(&self) -> u64 {
        self.requests().saturating_sub(self.0.calls.load(Ordering::Relaxed))
    }

    /// Tokens that were had by a login.
    pub(crate) fn token_refreshes(&self) -> u64 {
        self.0.logins.load(Ordering::Relaxed)
    }

    /// Polls of the whole fleet.
    pub(crate) fn polls(&self) -> u64 {
        self.0.polls.load(Ordering::Relaxed)
    }

    /// Requests that failed, by kind.
    pub(crate) fn failed_requests(&self) -> [(FailureKind, u64); KINDS.len()] {
        self.0.failed_attempts.read()
    }

    /// Polls that failed, by kind.
    pub(crate) fn failed_polls(&self) -> [(FailureKind, u64); KINDS.len()] {
        self.0.failed_polls.read()
    }
}

/// Counts what passes; see [`Meter::calls`] and [`Meter::attempts`].
#[derive(Clone, Debug)]
pub(crate) struct MeterLayer {
    meter: Meter,
    scope: Scope,
}

#[derive(Clone, Copy, Debug)]
enum Scope {
    Call,
    Attempt,
}

impl<S> Layer<S> for MeterLayer {
    type Service = Metered<S>;

    fn layer(&self, inner: S) -> Metered<S> {
        Metered { inner, layer: self.clone() }
    }
}

/// The service of [`MeterLayer`].
#[derive(Clone, Debug)]
pub(crate) struct Metered<S> {
    inner: S,
    layer: MeterLayer,
}

impl<S> Service<Request<Body>> for Metered<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(|error| Error::from_boxed(error.into()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let MeterLayer { meter, scope } = self.layer.clone();
        match scope {
            Scope::Call => meter.0.calls.fetch_add(1, Ordering::Relaxed),
            Scope::Attempt => meter.0.attempts.fetch_add(1, Ordering::Relaxed),
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let result = answer.await.map_err(|error| Error::from_boxed(error.into()));
            if let (Scope::Attempt, Some(kind)) = (scope, failure(&result)) {
                meter.0.failed_attempts.add(kind);
            }
            result
        })
    }
}

/// How an attempt failed, as far as it can be told without its body.
fn failure(result: &Result<Response<ResponseBody>, Error>) -> Option<FailureKind> {
    let kind = match result {
        Ok(response) if response.status().is_success() => return None,
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
            return Some(FailureKind::Throttled);
        }
        Ok(_) => return Some(FailureKind::Service),
        Err(error) => error.kind(),
    };
    // The kinds of failure are those of a watch, wherever one is counted.
    Some(Failure::from(&atol_monitor::Error::from(Error::new(kind, ""))).kind)
}

struct MeteredTokenStore {
    meter: Meter,
    store: Box<dyn TokenStore>,
}

impl TokenStore for MeteredTokenStore {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.store.load(key)
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        self.meter.0.logins.fetch_add(1, Ordering::Relaxed);
        self.store.save(key, token)
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        self.store.remove(key)
    }

    fn refusals(&self, key: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        self.store.refusals(key)
    }

    fn set_refusals(&self, key: &TokenKey, refusals: Option<&Refusals>) -> Result<(), BoxError> {
        self.store.set_refusals(key, refusals)
    }

    fn try_lock(&self, key: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        self.store.try_lock(key)
    }

    fn is_immediate(&self) -> bool {
        self.store.is_immediate()
    }
}

impl fmt::Debug for MeteredTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeteredTokenStore").field("store", &self.store).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use atol_mock::{Call, Fault, MockAtol};
    use atol_monitor::KktMonitor;
    use atol_transport::Environment;
    use atol_transport::token::MemoryTokenStore;

    use super::*;

    fn store(meter: &Meter) -> impl TokenStore + use<> {
        meter.token_store(Box::<MemoryTokenStore>::default())
    }

    #[tokio::test]
    async fn a_repeated_request_is_two_requests_a_retry_and_a_failure_and_one_login() {
        let mock = MockAtol::builder().fault(Fault::Html(502).on(Call::List).once()).start().await;
        let meter = Meter::default();
        let monitor = KktMonitor::builder()
            .environment(mock.uri().parse::<Environment>().unwrap())
            .layer(meter.calls())
            .attempt_layer(meter.attempts())
            .token_store(store(&meter))
            .build()
            .unwrap();
        monitor.get_all().await.unwrap();
        let failed: Vec<_> = meter.failed_requests().into_iter().filter(|(_, count)| *count > 0).collect();
        let sent = mock.requests().iter().filter(|request| request.method() == "GET").count();
        assert_eq!((meter.requests(), meter.retries(), meter.token_refreshes()), (sent as u64, 1, 1));
        assert_eq!(failed, [(FailureKind::Service, 1)]);
    }

    #[test]
    fn what_locks_the_store_locks_the_metered_one() {
        let inner = MemoryTokenStore::default();
        let metered = Meter::default().token_store(Box::new(inner.clone()));
        let key = TokenKey::new(&Environment::Test.endpoints(), "shop-17");
        let held = inner.try_lock(&key).unwrap();
        assert!(metered.try_lock(&key).unwrap().is_none());
        drop(held);
        assert!(metered.try_lock(&key).unwrap().is_some());
    }

    #[test]
    fn a_store_shows_no_token() {
        assert_eq!(
            format!("{:?}", store(&Meter::default())),
            "MeteredTokenStore { store: MemoryTokenStore(0 tokens), .. }"
        );
    }
}
