//! The service that puts the token on requests, and answers a refusal with one login and one repeat.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderName, Request, Response, StatusCode};
use tower::ServiceExt;
use tower_service::Service;

use super::fetch::LoginService;
use super::issued::Issued;
use super::login::ANSWER_CAP;
use super::tokens::{Doubt, Tokens};
use crate::body::{Body, ResponseBody};
use crate::call::Authenticate;
use crate::clock::Clock;
use crate::collect::beginning;
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::json;
use crate::judge::judge;
use crate::secrets::Secrets;

/// The one header that carries the token.
pub(crate) const TOKEN: HeaderName = HeaderName::from_static("token");

/// At most so many times is a call sent: with the token at hand, with one that another process left in the
/// store, and with a fresh one.
const MOST_SENT: u32 = 3;

/// Made by [`TokenLayer`](super::TokenLayer).
#[derive(Debug, Clone)]
pub struct TokenService<S> {
    inner: S,
    tokens: Tokens,
}

impl<S> TokenService<S> {
    pub(super) fn new(inner: S, tokens: Tokens) -> TokenService<S> {
        TokenService { inner, tokens }
    }

    /// The service within.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S> Service<Request<Body>> for TokenService<S>
where
    S: Service<Request<Body>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>>> + Send>>;

    /// Always ready: a call that waits for the token must not sit on a place that the login needs, so the
    /// inner service is made ready only when there is a token.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let (mut service, tokens) = (self.inner.clone(), self.tokens.clone());
        // By reference: an `async fn` keeps what it is given a second time, for as long as the call takes.
        Box::pin(async move { authorised(&mut service, &tokens, &mut request).await })
    }
}

async fn authorised<S: LoginService>(
    service: &mut S,
    tokens: &Tokens,
    request: &mut Request<Body>,
) -> Result<Response<ResponseBody>> {
    if request.extensions().get::<Authenticate>().is_some() {
        tokens.obtain(service, None).await?;
        return Ok(Response::new(ResponseBody::full("{}")));
    }
    tokens.check_origin(request.uri())?;
    let (mut issued, _) = tokens.obtain(service, None).await?;
    let mut doubted: Option<Arc<Issued>> = None;
    let (mut logged_in, mut is_last) = (false, false);
    let mut sent = 0;
    loop {
        let answer = without_token(send(service, request, &issued).await?, &issued.secrets);
        sent += 1;
        let path = request.uri().path();
        let (answer, verdict) = match answer.status() {
            // In a box: it is rare, and its room would be taken up by every call.
            StatusCode::UNAUTHORIZED => {
                Box::pin(examine(answer, &issued.secrets, &*tokens.shared().clock)).await
            }
            _ => (answer, Verdict::Taken),
        };
        let is_worth_another = match verdict {
            Verdict::Taken => {
                if shows_that_the_token_works(answer.status()) {
                    issued.note_success();
                    tokens.worked(path, doubted.as_deref());
                }
                return Ok(answer);
            }
            Verdict::Refused => tokens.refused(&issued),
            // No login will ever settle whether the token is the trouble.
            Verdict::Unexplained if !tokens.can_log_in() => tokens.refused(&issued),
            Verdict::Unexplained if logged_in => {
                tokens.did_not_help(path);
                false
            }
            Verdict::Unexplained => match tokens.doubt(&issued, path) {
                Doubt::None => false,
                Doubt::IsOld => true,
                Doubt::IsCurrent => {
                    doubted = Some(Arc::clone(&issued));
                    true
                }
            },
        };
        if is_last || !is_worth_another || sent == MOST_SENT {
            return Ok(answer);
        }
        (issued, logged_in) = tokens.obtain(service, Some(&issued)).await?;
        // A login that brings the same token once more is one, too; and somebody may have logged in for it long ago.
        is_last = logged_in || issued.fresh;
    }
}

/// Sends the request with the token, and leaves a copy without it.
async fn send<S: LoginService>(
    service: &mut S,
    request: &mut Request<Body>,
    issued: &Issued,
) -> Result<Response<ResponseBody>> {
    let ready = service.ready().await.map_err(|error| Error::from_boxed(error.into()))?;
    let copy = request.clone();
    request.headers_mut().insert(TOKEN, issued.header.clone());
    request.extensions_mut().insert(issued.secrets.clone());
    let answer = ready.call(std::mem::replace(request, copy));
    answer.await.map_err(|error| Error::from_boxed(error.into()))
}

/// What an answer says about the token.
enum Verdict {
    Taken,
    /// With code 10 or 11.
    Refused,
    /// Without any code.
    Unexplained,
}

/// Reads what a 401 says about the token. Of a body that is still arriving the beginning is read for that and put back;
/// a page that is longer, torn or stalled is a refusal nevertheless.
async fn examine(
    answer: Response<ResponseBody>,
    secrets: &Secrets,
    clock: &dyn Clock,
) -> (Response<ResponseBody>, Verdict) {
    let (parts, body) = answer.into_parts();
    let body = match body.as_bytes() {
        Some(whole) => whole.clone(),
        None => beginning(body, clock).await,
    };
    let body = secrets.hide(body);
    let verdict = match judge(parts.status, &parts.headers, &body, || None) {
        Err(error) if error.kind() == ErrorKind::Unauthorized => match error.service_error() {
            Some(_) => Verdict::Refused,
            None => Verdict::Unexplained,
        },
        _ => Verdict::Taken,
    };
    (Response::from_parts(parts, ResponseBody::full(body)), verdict)
}

/// The answer as layers further out and errors may show it: a page that shows what it was sent shows the token.
///
/// A body that is data, or that is still arriving, is left as it is: nobody quotes it.
fn without_token(mut answer: Response<ResponseBody>, secrets: &Secrets) -> Response<ResponseBody> {
    secrets.hide_in_headers(answer.headers_mut());
    let is_success = answer.status().is_success();
    answer.map(|body| match body.as_bytes() {
        Some(bytes) if !is_success || may_be_quoted(bytes) => ResponseBody::full(secrets.hide(bytes.clone())),
        _ => body,
    })
}

/// Whether errors may quote a successful answer: a list never is, an object only for the error in it, which is
/// short.
fn may_be_quoted(body: &[u8]) -> bool {
    match json::text(body).first() {
        Some(b'[') => false,
        Some(b'{') => body.len() <= ANSWER_CAP,
        _ => true,
    }
}

/// A gateway's failure or redirect says nothing about the token; any other answer comes from behind its check.
fn shows_that_the_token_works(status: StatusCode) -> bool {
    status.is_success() || (status.is_client_error() && status != StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}
