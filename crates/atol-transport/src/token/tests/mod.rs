//! The rules of the token, against a service of a few lines; time is paused throughout.
//!
//! | promise | shown by |
//! |---|---|
//! | one login for everybody, also when it fails | `a_thousand_cold_callers_log_in_once`, `…_share_one_failure`, `cold_callers_on_many_threads_log_in_once` |
//! | and for all who share a store, also when they start together | `lock` |
//! | who gives up takes nothing down | `u09_nobody_is_hurt_when_the_caller_who_fetches_gives_up` |
//! | renewed early; a failure leaves the valid token in use | `a_token_is_renewed_once_a_day_…`, the two `u07_…` |
//! | never stuck | `after_two_days_of_faults_an_hour_of_health_is_enough` |
//! | refused once: one login, one repeat, and no newer token lost | `u02_…`, `u03_…`, `u04_…`, `a_second_refusal_is_returned` |
//! | a path that refuses every token without a code costs the others nothing | `unexplained` |
//! | a wrong password does not hammer | the two `u01_…`, in one process and in many |
//! | a login that is asked to wait holds all others back | `throttled` |
//! | expiry by two clocks | `k01_…`, `k02_…`, `the_life_is_counted_from_the_moment_the_login_was_sent` |
//! | the token stays at home | `the_token_does_not_leave_its_origin`, `secrets` |
#![expect(clippy::unchecked_time_subtraction, reason = "an overflow fails the test, as it should")]

mod expiry;
mod flight;
mod lock;
#[cfg(feature = "tracing")]
mod notice;
#[cfg(feature = "file-token-store")]
mod pause;
mod recovery;
mod refusals;
mod secrets;
mod store;
mod throttled;
mod unexplained;
mod without_password;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tower::ServiceExt;
use tower_layer::Layer;

use super::builder::TokensBuilder;
use super::{TokenKey, TokenLayer, TokenService, Tokens};
use crate::body::{Body, ResponseBody};
use crate::call::{Authenticate, Login};
use crate::clock::{Clock, VirtualClock};
use crate::{BoxError, Credentials, Environment, Error, ErrorKind, Result, Sent};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// How the service answers: a status and a body, or no answer at all.
#[derive(Clone)]
enum Answer {
    Token(String),
    Is(u16, String),
    Breaks(ErrorKind),
    Panics,
}

fn token(text: impl Into<String>) -> Answer {
    Answer::Token(text.into())
}

fn refusal(status: u16, code: i64) -> Answer {
    Answer::Is(status, format!(r#"{{"error":{{"error_id":"e","code":{code},"text":"no","type":"system"}}}}"#))
}

/// The stand-in of the service, its clock and its record of what it was sent.
#[derive(Clone)]
struct Service {
    clock: Arc<VirtualClock>,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The answer to the nth login, counted from 1, and how long it takes.
    on_login: Box<dyn FnMut(usize) -> Answer + Send>,
    /// The answer to a call with this token.
    on_call: Box<dyn FnMut(&str) -> Answer + Send>,
    /// The path whose calls are answered like this, whatever the token.
    refusing: Option<(&'static str, Answer)>,
    /// The `Retry-After` of each answer to a login that is no success.
    retry_after: Option<u32>,
    login_takes: Duration,
    call_takes: Duration,
    logins: Vec<Duration>,
    bodies: Vec<String>,
    tokens_seen: Vec<String>,
}

impl Service {
    /// A service that gives out `token-1`, `token-2`, … and takes any token.
    fn new() -> Service {
        let state = State {
            on_login: Box::new(|n| token(format!("token-{n}"))),
            on_call: Box::new(|_| Answer::Is(200, "[]".to_owned())),
            refusing: None,
            retry_after: None,
            login_takes: SECOND,
            call_takes: Duration::ZERO,
            logins: Vec::new(),
            bodies: Vec::new(),
            tokens_seen: Vec::new(),
        };
        Service {
            clock: Arc::new(VirtualClock::starting_at("2026-11-24T12:00:00Z".parse().unwrap())),
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn on_login(self, answer: impl FnMut(usize) -> Answer + Send + 'static) -> Service {
        self.state.lock().unwrap().on_login = Box::new(answer);
        self
    }

    fn on_call(self, answer: impl FnMut(&str) -> Answer + Send + 'static) -> Service {
        self.state.lock().unwrap().on_call = Box::new(answer);
        self
    }

    fn always(self, path: &'static str, answer: Answer) -> Service {
        self.state.lock().unwrap().refusing = Some((path, answer));
        self
    }

    fn logins(&self) -> usize {
        self.state.lock().unwrap().logins.len()
    }

    fn login_takes(&self, duration: Duration) {
        self.state.lock().unwrap().login_takes = duration;
    }

    fn call_takes(&self, duration: Duration) {
        self.state.lock().unwrap().call_takes = duration;
    }

    fn tokens_seen(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().tokens_seen)
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<ResponseBody>, BoxError> {
        let is_login = request.extensions().get::<Login>().is_some();
        assert_eq!(is_login, request.uri().path().ends_with("/gettoken"));
        let (answer, takes) = {
            let mut state = self.state.lock().unwrap();
            if is_login {
                assert!(!request.headers().contains_key("token"));
                state.logins.push(self.clock.monotonic());
                state.bodies.push(String::from_utf8(request.body().as_bytes().to_vec()).unwrap());
                let n = state.logins.len();
                ((state.on_login)(n), state.login_takes)
            } else {
                let header = &request.headers()["token"];
                assert!(header.is_sensitive());
                let token = header.to_str().unwrap().to_owned();
                state.tokens_seen.push(token.clone());
                let refusing =
                    state.refusing.clone().filter(|(path, _)| request.uri().path().ends_with(path));
                let answer = refusing.map_or_else(|| (state.on_call)(&token), |(_, answer)| answer);
                (answer, state.call_takes)
            }
        };
        if !takes.is_zero() {
            self.clock.sleep(takes).await;
        }
        let (status, body) = match answer {
            Answer::Token(token) => {
                (200, format!(r#"{{"error":null,"token":"{token}","timestamp":"24.11.2026 12:00:00"}}"#))
            }
            Answer::Is(status, body) => (status, body),
            Answer::Breaks(kind) => {
                return Err(Error::new(kind, "the line broke").with_source("a storm").into());
            }
            Answer::Panics => panic!("a bug in the stack"),
        };
        let mut answer = Response::builder().status(status);
        if let Some(seconds) = self.state.lock().unwrap().retry_after.filter(|_| is_login && status != 200) {
            answer = answer.header("retry-after", seconds);
        }
        Ok(answer.body(ResponseBody::full(body)).unwrap())
    }
}

impl tower_service::Service<Request<Body>> for Service {
    type Response = Response<ResponseBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

/// A client: our layer around the service.
#[derive(Clone)]
struct Client {
    stack: TokenService<Service>,
    tokens: Tokens,
}

fn client(service: &Service) -> Client {
    client_with(service, |builder| builder)
}

fn client_with(service: &Service, set: impl FnOnce(TokensBuilder) -> TokensBuilder) -> Client {
    let builder =
        Tokens::builder(&Environment::Test, Credentials::test()).clock(service.clock.clone()).seed(7);
    let tokens = set(builder).build().unwrap();
    Client { stack: TokenLayer::new(tokens.clone()).layer(service.clone()), tokens }
}

/// What the tokens of a [`client`] are kept under.
fn key() -> TokenKey {
    TokenKey::new(&Environment::Test.endpoints(), Credentials::test().login())
}

fn request() -> Request<Body> {
    request_to("/cash-registers")
}

fn request_to(path: &str) -> Request<Body> {
    let uri = Environment::Test.endpoints().api(path).unwrap();
    Request::get(uri).body(Body::empty()).unwrap()
}

impl Client {
    /// One call; the status of its answer.
    fn call(&self) -> impl Future<Output = Result<u16>> + Send + use<> {
        self.call_to("/cash-registers")
    }

    fn call_to(&self, path: &str) -> impl Future<Output = Result<u16>> + Send + use<> {
        let (stack, request) = (self.stack.clone(), request_to(path));
        async move { Ok(stack.oneshot(request).await?.status().as_u16()) }
    }

    async fn authenticate(&self) -> Result<()> {
        let mut request = request();
        request.extensions_mut().insert(Authenticate);
        self.stack.clone().oneshot(request).await.map(drop)
    }
}

/// Starts all at once and waits for all.
async fn all<F>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.unwrap());
    }
    outputs
}

/// Lets everything run that can run without time passing.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
