//! The layers of a client, and their order.

use http::header::USER_AGENT;
use http::{HeaderValue, Request};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt};
use tower_layer::Layer;
use tower_service::Service;

use super::marks::Marks;
use crate::attempt_timeout::AttemptTimeoutLayer;
use crate::body::{Body, ResponseBody};
use crate::client::Stack;
use crate::collect::CollectLayer;
use crate::deadline::DeadlineLayer;
use crate::error::{BoxError, Error};
use crate::pace::PaceLayer;
use crate::record::RecordLayer;
use crate::request_id::RequestIdLayer;
use crate::retry::RetryLayer;
use crate::token::TokenLayer;

/// One layer of a user's, applied when the stack is built.
pub(super) type Wrap = Box<dyn FnOnce(Stack) -> Stack + Send>;

/// All that stands around the leaf.
///
/// The order is documented at the crate's root, in a table that a test compares with what is done here.
pub(super) struct Layers {
    /// The user's around each call.
    pub(super) per_call: Vec<Wrap>,
    pub(super) deadline: DeadlineLayer,
    pub(super) retry: RetryLayer,
    /// The user's around each attempt.
    pub(super) per_attempt: Vec<Wrap>,
    pub(super) token: TokenLayer,
    pub(super) pace: PaceLayer,
    pub(super) collect: CollectLayer,
    pub(super) timeout: AttemptTimeoutLayer,
    pub(super) record: RecordLayer,
    #[cfg(feature = "gzip")]
    pub(super) accepts_gzip: bool,
    pub(super) user_agent: HeaderValue,
    #[cfg(feature = "tracing")]
    pub(super) clock: crate::clock::SharedClock,
    pub(super) marks: Marks,
}

/// What a layer stands on.
pub(super) trait Below:
    Service<Request<Body>, Response = http::Response<ResponseBody>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Below for S where
    S: Service<Request<Body>, Response = http::Response<ResponseBody>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

impl Layers {
    /// The whole stack. Types are erased only where a layer of the user's stands: it costs each call a box.
    pub(super) fn around(self, leaf: impl Below) -> Stack {
        let user_agent = self.user_agent.clone();
        // Below the token, so that logins carry it too.
        let leaf = leaf.map_request(move |mut request: Request<Body>| {
            request.headers_mut().entry(USER_AGENT).or_insert_with(|| user_agent.clone());
            request
        });
        #[cfg(feature = "gzip")]
        if self.accepts_gzip {
            let gzip = ServiceBuilder::new()
                .layer(self.marks.outside("GzipLayer"))
                .layer(crate::gzip::GzipLayer::new())
                .service(leaf);
            return self.around_requests(erase(gzip));
        }
        self.around_requests(leaf)
    }

    fn around_requests(mut self, leaf: impl Below) -> Stack {
        let attempt = ServiceBuilder::new()
            .layer(self.marks.outside("TokenLayer"))
            .layer(self.token.clone())
            .layer(self.marks.outside("PaceLayer"))
            .layer(self.pace.clone())
            .layer(self.marks.outside("CollectLayer"))
            .layer(self.collect.clone())
            .layer(self.marks.outside("AttemptTimeoutLayer"))
            .layer(self.timeout.clone())
            .layer(self.marks.outside("RecordLayer"))
            .layer(self.record.clone())
            .service(leaf);
        let layers = std::mem::take(&mut self.per_attempt);
        if layers.is_empty() {
            self.around_attempts(attempt)
        } else {
            self.around_attempts(layers.into_iter().fold(erase(attempt), |stack, wrap| wrap(stack)))
        }
    }

    fn around_attempts(self, attempt: impl Below) -> Stack {
        #[cfg(feature = "tracing")]
        let attempt = ServiceBuilder::new()
            .layer(self.marks.outside("TraceLayer::attempts"))
            .layer(crate::trace::TraceLayer::attempts(self.clock.clone()))
            .service(attempt);
        let call = ServiceBuilder::new()
            .layer(self.marks.outside("DeadlineLayer"))
            .layer(self.deadline)
            .layer(self.marks.outside("RetryLayer"))
            .layer(self.retry)
            .service(attempt);
        #[cfg(feature = "tracing")]
        let call = ServiceBuilder::new()
            .layer(self.marks.outside("TraceLayer::calls"))
            .layer(crate::trace::TraceLayer::calls(self.clock))
            .service(call);
        let call = ServiceBuilder::new()
            .layer(self.marks.outside("RequestIdLayer"))
            .layer(RequestIdLayer::new())
            .service(call);
        self.per_call.into_iter().fold(erase(call), |stack, wrap| wrap(stack))
    }
}

/// A layer of the user's, to be applied when there is a stack.
pub(super) fn wrap<L>(layer: L) -> Wrap
where
    L: Layer<Stack> + Send + 'static,
    L::Service: Below,
{
    Box::new(move |stack| erase(layer.layer(stack)))
}

/// A stack of whatever this is.
pub(super) fn erase(service: impl Below) -> Stack {
    BoxCloneSyncService::new(service.map_err(|error| Error::from_boxed(error.into())))
}
