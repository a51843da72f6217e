//! What another crate can do with the published API alone: every trait implemented, a layer of its own, and a stack of
//! its own from our layers.
#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use atol_transport::clock::{Clock, SharedClock, Sleep, SystemClock};
use atol_transport::retry::{
    Backoff, Budget, Decision, Policy, Random, RetryLayer, RetryPolicy, State, TransientErrors,
};
use atol_transport::token::{Refusals, StoredToken, Token, TokenKey, TokenStore};
use atol_transport::{
    AttemptTimeoutLayer, Body, BoxError, Client, CollectLayer, Credentials, DeadlineLayer, Environment,
    Error, ErrorKind, RecordLayer, Recorder, ResponseBody, Sent, Timeouts, TokenLayer, Tokens,
};
use http::{Request, Response};
use tower::{Layer, Service, ServiceBuilder, service_fn};

/// How often each part was used, by its name.
#[derive(Debug, Clone, Default)]
struct Uses(Arc<Mutex<std::collections::BTreeMap<&'static str, u32>>>);

impl Uses {
    fn note(&self, what: &'static str) {
        *self.0.lock().unwrap().entry(what).or_default() += 1;
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().keys().copied().collect()
    }
}

#[derive(Debug)]
struct OwnClock(SystemClock, Uses);

impl Clock for OwnClock {
    fn monotonic(&self) -> Duration {
        self.1.note("clock: monotonic");
        self.0.monotonic()
    }

    fn wall(&self) -> jiff::Timestamp {
        self.1.note("clock: wall");
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.1.note("clock: sleep");
        self.0.sleep(duration)
    }
}

/// Keeps a token as text, as a database would.
#[derive(Debug, Clone, Default)]
struct OwnStore(Arc<Mutex<Option<(String, String)>>>, Uses);

impl TokenStore for OwnStore {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.1.note("store: load");
        assert_eq!((key.environment(), key.login()), ("https://testonline.atol.ru", "shop"));
        let Some((token, at)) = self.0.lock().unwrap().clone() else { return Ok(None) };
        Ok(Some(StoredToken::new(Token::new(token)?, at.parse()?)))
    }

    fn save(&self, _: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        self.1.note("store: save");
        let text = (token.token().expose().to_owned(), token.obtained_at().to_string());
        *self.0.lock().unwrap() = Some(text);
        Ok(())
    }

    fn remove(&self, _: &TokenKey) -> Result<(), BoxError> {
        self.1.note("store: remove");
        *self.0.lock().unwrap() = None;
        Ok(())
    }

    fn refusals(&self, _: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        self.1.note("store: refusals");
        Ok(Some(Refusals::new([], false)))
    }

    fn set_refusals(&self, _: &TokenKey, _: Option<&Refusals>) -> Result<(), BoxError> {
        self.1.note("store: set_refusals");
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct OwnPolicy(Uses);

impl Policy for OwnPolicy {
    fn decide(&self, state: &State, error: &Error) -> Decision {
        self.0.note("policy: decide");
        assert!(state.sent >= Sent::Maybe);
        TransientErrors.decide(state, error)
    }

    fn remaining_time(&self, _: &State) -> Option<Duration> {
        self.0.note("policy: remaining_time");
        None
    }

    fn validate(&self) -> atol_transport::Result<()> {
        self.0.note("policy: validate");
        Ok(())
    }
}

#[derive(Debug)]
struct OwnBackoff(Uses);

impl Backoff for OwnBackoff {
    fn delay(&self, state: &State, random: &dyn Random) -> Duration {
        self.0.note("backoff: delay");
        Duration::from_millis(random.next_u64()) * state.attempts
    }
}

#[derive(Debug)]
struct OwnBudget(Uses);

impl Budget for OwnBudget {
    fn withdraw(&self) -> bool {
        self.0.note("budget: withdraw");
        true
    }

    fn deposit(&self) {
        self.0.note("budget: deposit");
    }
}

#[derive(Debug)]
struct OwnRandom(Uses);

impl Random for OwnRandom {
    fn next_u64(&self) -> u64 {
        self.0.note("random: next_u64");
        7
    }
}

/// A layer of one's own, written out: it knows nothing of what is within.
#[derive(Debug, Clone, Default)]
struct CountLayer(Arc<AtomicU32>);

#[derive(Debug, Clone)]
struct Count<S> {
    inner: S,
    count: Arc<AtomicU32>,
}

impl<S> Layer<S> for CountLayer {
    type Service = Count<S>;

    fn layer(&self, inner: S) -> Count<S> {
        Count { inner, count: Arc::clone(&self.0) }
    }
}

impl<S, R> Service<R> for Count<S>
where
    S: Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.inner.call(request)
    }
}

/// A service whose first answer to anything but a login is a 503.
fn service() -> impl Service<
    Request<Body>,
    Response = Response<ResponseBody>,
    Error = BoxError,
    Future = impl Future<Output = Result<Response<ResponseBody>, BoxError>> + Send,
> + Clone
+ Send
+ Sync {
    let calls = Arc::new(AtomicU32::new(0));
    service_fn(move |request: Request<Body>| {
        let is_login = request.uri().path().ends_with("/gettoken");
        let is_first = !is_login && calls.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            let body = if is_login { r#"{"error":null,"token":"abc"}"# } else { "[]" };
            let status = if is_first { 503 } else { 200 };
            Ok(Response::builder().status(status).body(ResponseBody::full(body))?)
        }
    })
}

fn request() -> Request<Body> {
    Request::get("/cash-registers").body(Body::empty()).unwrap()
}

fn policy(uses: &Uses) -> RetryPolicy {
    RetryPolicy::default()
        .with_policy(OwnPolicy(uses.clone()).with_attempt_limit(3).with_time_limit(Duration::from_secs(30)))
        .with_backoff(OwnBackoff(uses.clone()))
        .with_budget(OwnBudget(uses.clone()))
        .with_random(OwnRandom(uses.clone()))
}

#[tokio::test(start_paused = true)]
async fn every_trait_can_be_implemented_elsewhere_and_is_used() {
    let uses = Uses::default();
    let clock: SharedClock = Arc::new(OwnClock(SystemClock::new(), uses.clone()));
    let (calls, attempts) = (CountLayer::default(), CountLayer::default());
    let client = Client::builder(Environment::Test, Credentials::new("shop", "secret").unwrap())
        .clock(clock)
        .retry(policy(&uses))
        .token_store(OwnStore(Arc::default(), uses.clone()))
        .layer(calls.clone())
        .attempt_layer(attempts.clone())
        .leaf(service())
        .build()
        .unwrap();
    let answer = client.send(request()).await.unwrap();
    assert_eq!((answer.attempts(), answer.value().as_ref()), (2, &b"[]"[..]));
    assert_eq!((calls.0.load(Ordering::Relaxed), attempts.0.load(Ordering::Relaxed)), (1, 2));
    client.forget_token();
    assert_eq!(
        uses.names(),
        [
            "backoff: delay",
            "budget: deposit",
            "budget: withdraw",
            "clock: monotonic",
            "clock: sleep",
            "clock: wall",
            "policy: decide",
            "policy: remaining_time",
            "policy: validate",
            "random: next_u64",
            "store: load",
            "store: refusals",
            "store: remove",
            "store: save",
            "store: set_refusals",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stack_of_ones_own_is_put_together_from_our_layers() {
    let uses = Uses::default();
    let clock: SharedClock = Arc::new(OwnClock(SystemClock::new(), uses.clone()));
    let tokens = Tokens::builder(&Environment::Test, Credentials::new("shop", "secret").unwrap())
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    let recorder = Recorder::new();
    let requests = CountLayer::default();
    let stack = ServiceBuilder::new()
        .layer(DeadlineLayer::new(Duration::from_secs(20), Arc::clone(&clock)))
        .layer(RetryLayer::new(policy(&uses), Arc::clone(&clock)))
        .layer(TokenLayer::new(tokens.clone()))
        .layer(CollectLayer::new(Arc::clone(&clock)))
        .layer(AttemptTimeoutLayer::new(Timeouts::default(), clock))
        .layer(RecordLayer::new(recorder.clone()))
        .layer(requests.clone())
        .service(service());
    let client = Client::from_service(stack).with_tokens(tokens);
    client.authenticate().await.unwrap();
    assert!(client.token_is_cached());
    assert_eq!(client.send(request()).await.unwrap().attempts(), 2);
    assert_eq!(requests.0.load(Ordering::Relaxed), 3, "the login, the bad answer, the good one");
    assert_eq!(recorder.last().unwrap().text(), "[]");
    assert_eq!(client.last_response().unwrap().text(), "[]");
}

#[tokio::test]
async fn an_error_of_ones_own_comes_out_as_it_went_in() {
    let client = Client::from_service(service_fn(|_: Request<Body>| async {
        Err::<Response<ResponseBody>, _>(Error::new(ErrorKind::Other, "the disk is full").with_sent(Sent::No))
    }));
    let error = client.send(request()).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.sent()), ("the disk is full", Sent::No));

    let client = Client::from_service(service_fn(|_: Request<Body>| async {
        Err::<Response<ResponseBody>, BoxError>("a foreign error".into())
    }));
    let error = client.send(request()).await.unwrap_err();
    assert!(error.is_foreign());
    assert!(error.report().contains("a foreign error"));
}

#[test]
fn handles_and_errors_cross_threads() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Client>();
    check::<Error>();
    check::<Tokens>();
    check::<Recorder>();
    check::<RetryPolicy>();
    check::<Credentials>();
    check::<atol_transport::LastResponse>();
    check::<atol_transport::Response<bytes::Bytes>>();
}
