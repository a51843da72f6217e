//! The client: one stack of layers behind a cheap handle.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Body, ResponseBody};
use crate::call::{Attempts, Authenticate, Streaming};
use crate::clock::{SharedClock, SystemClock};
use crate::environment::{Endpoints, Environment};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::judge::judge;
use crate::last_response::LastResponse;
use crate::record::{RecordLayer, Recorder};
use crate::retry_after::retry_after;
use crate::token::Tokens;

/// More than any answer that is not told otherwise by the layers below.
const ANSWER_CAP: usize = 64 * 1024 * 1024;

/// A whole stack, its type erased: what layers given to a client wrap.
///
/// Nothing runs in the background, so it belongs to no runtime.
pub type Stack = BoxCloneSyncService<Request<Body>, http::Response<ResponseBody>, Error>;

/// Sends requests to the service through a stack of layers.
///
/// Cheap to clone; clones share connections, token and limits. See the [crate](crate) for the three ways to make one.
#[derive(Clone)]
pub struct Client {
    service: Stack,
    endpoints: Endpoints,
    tokens: Option<Tokens>,
    recorder: Recorder,
    clock: SharedClock,
}

impl Client {
    /// A client on top of a service of your own: our layers or others, or nothing but a function in a test.
    ///
    /// ```
    /// use atol_transport::{Body, BoxError, Client, ResponseBody};
    /// use http::{Request, Response};
    /// use tower::service_fn;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), BoxError> {
    /// let client = Client::from_service(service_fn(|request: Request<Body>| async move {
    ///     assert_eq!(request.uri(), "https://testonline.atol.ru/api/kkt/v1/cash-registers");
    ///     Ok::<_, BoxError>(Response::new(ResponseBody::full("[]")))
    /// }));
    /// let response = client.send(Request::get("/cash-registers").body(Body::empty())?).await?;
    /// assert_eq!(response.value(), "[]");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It has no token, no retries and no time limits but those that the service brings along. Requests are addressed
    /// to the test environment; see [`in_environment`](Self::in_environment).
    pub fn from_service<S>(service: S) -> Client
    where
        S: Service<Request<Body>, Response = http::Response<ResponseBody>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let recorder = Recorder::new();
        let service = RecordLayer::new(recorder.clone())
            .layer(service.map_err(|error| Error::from_boxed(error.into())));
        Client {
            service: BoxCloneSyncService::new(service),
            endpoints: Environment::default().endpoints(),
            tokens: None,
            recorder,
            clock: SystemClock::shared(),
        }
    }

    /// The parts of a client that a builder has put together.
    #[cfg(feature = "client")]
    pub(crate) fn from_parts(
        service: Stack,
        endpoints: Endpoints,
        tokens: Tokens,
        recorder: Recorder,
        clock: SharedClock,
    ) -> Client {
        Client { service, endpoints, tokens: Some(tokens), recorder, clock }
    }

    /// Addresses requests to another environment; for clients made by [`from_service`](Self::from_service).
    #[must_use]
    pub fn in_environment(mut self, environment: &Environment) -> Client {
        self.endpoints = environment.endpoints();
        self
    }

    /// Knows the tokens of a [`TokenLayer`](crate::TokenLayer) within the service; for clients made by
    /// [`from_service`](Self::from_service), which otherwise cannot [`authenticate`](Self::authenticate).
    #[must_use]
    pub fn with_tokens(mut self, tokens: Tokens) -> Client {
        self.tokens = Some(tokens);
        self
    }

    /// Where requests go.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Sends a request and reads the whole answer.
    ///
    /// A path without a host stands for one under the API's base address.
    ///
    /// # Errors
    ///
    /// Every answer that is not a success with JSON and without an error object, and every way to get no answer; see
    /// [`ErrorKind`].
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>> {
        let (response, attempts) = self.call(request).await?;
        let (parts, body) = response.into_parts();
        let body = self.judged(&parts, body, attempts).await?;
        Ok(Response { value: body, status: parts.status, headers: parts.headers, attempts })
    }

    /// Sends a request and hands over a successful answer while it is still arriving.
    ///
    /// Retries end with the head of the answer: what breaks later is an error of the body.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), as far as it can be told from the head.
    pub async fn send_streaming(&self, mut request: Request<Body>) -> Result<Response<ResponseBody>> {
        request.extensions_mut().insert(Streaming);
        let (response, attempts) = self.call(request).await?;
        let (parts, body) = response.into_parts();
        if !parts.status.is_success() {
            self.judged(&parts, body, attempts).await?;
            return Err(Error::new(ErrorKind::Status, format!("the service answered {}", parts.status)));
        }
        Ok(Response { value: body, status: parts.status, headers: parts.headers, attempts })
    }

    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` keeps what it is given a second time, for as long as the call takes"
    )]
    fn call(
        &self,
        mut request: Request<Body>,
    ) -> impl Future<Output = Result<(http::Response<ResponseBody>, Attempts)>> + Send {
        async move {
            // Until the end of this function, so that a call which gets no answer leaves no older one behind.
            let _recorded = self.recorder.begin_call();
            if request.uri().authority().is_none() {
                let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
                *request.uri_mut() = self.endpoints.api(path)?;
            }
            let mut service = self.service.clone();
            let response = service.ready().await?.call(request).await?;
            let attempts =
                response.extensions().get::<Attempts>().copied().unwrap_or(Attempts::new(1, Duration::ZERO));
            Ok((response, attempts))
        }
    }

    /// The body of a good answer; of a bad one the error, with the wait that the service asks for.
    async fn judged(&self, parts: &Parts, body: ResponseBody, attempts: Attempts) -> Result<Bytes> {
        let body = match body.collect(ANSWER_CAP).await {
            Ok(body) => {
                judge(parts.status, &parts.headers, &body, || retry_after(&parts.headers, self.clock.wall()))
                    .map(|()| body)
            }
            Err(error) => Err(error.with_status(parts.status)),
        };
        body.map_err(|error| error.with_attempts(attempts.count, attempts.elapsed))
    }

    /// Logs in now, if there is no valid token. A client that knows of no [`Tokens`] has nothing to do.
    ///
    /// # Errors
    ///
    /// When the service refuses login and password, or cannot be reached.
    pub async fn authenticate(&self) -> Result<()> {
        if self.tokens.is_none() {
            return Ok(());
        }
        let recorded = self.recorder.begin_call();
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = self.endpoints.login()?;
        request.extensions_mut().insert(Authenticate);
        let response = self.service.clone().oneshot(request).await?;
        let attempts = response.extensions().get::<Attempts>().copied().unwrap_or_default();
        let (parts, body) = response.into_parts();
        self.judged(&parts, body, attempts).await?;
        recorded.had_nothing_to_send();
        Ok(())
    }

    /// Whether there is a token that has not expired.
    pub fn token_is_cached(&self) -> bool {
        self.tokens.as_ref().is_some_and(Tokens::is_cached)
    }

    /// Forgets the token; the next call logs in again.
    pub fn forget_token(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.forget();
        }
    }

    /// The token layer's handle, with which the credentials can be changed.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// The last answer as it came, also that of a call which failed for what the answer says.
    ///
    /// `None` before the first, and when the last call got none, wherever it failed: waiting for its turn, because
    /// no login is tried at the moment, on the way. An answer is never passed off as that of a later call.
    pub fn last_response(&self) -> Option<Arc<LastResponse>> {
        self.recorder.last()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoints", &self.endpoints.to_string()).finish_non_exhaustive()
    }
}

/// An answer together with what surrounded it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    attempts: Attempts,
}

impl<T> Response<T> {
    /// The content.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The content, taken out.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts.count
    }

    /// How long all attempts took, waits between them included.
    pub fn elapsed(&self) -> Duration {
        self.attempts.elapsed
    }
}

#[cfg(test)]
mod tests;
