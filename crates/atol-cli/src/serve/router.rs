//! Which request gets which answer.

use std::sync::Arc;

use atol_monitor::Language;
use atol_monitor::health::Policy;
use atol_transport::clock::SharedClock;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use super::answer::{Answer, answer, method_not_allowed, text};
use super::hosts::Hosts;
use super::state::Store;
use super::{api, metrics, negotiation, page, readiness};

/// Answers from the last lists; it waits for nothing.
#[derive(Debug)]
pub(crate) struct Router {
    store: Arc<Store>,
    clock: SharedClock,
    policy: Policy,
    hosts: Hosts,
}

impl Router {
    /// Dates on pages are those of the policy's time zone.
    pub(crate) fn new(store: Arc<Store>, clock: SharedClock, policy: Policy, hosts: Hosts) -> Router {
        Router { store, clock, policy, hosts }
    }

    /// The answer to a request; of HEAD, the server leaves the body out.
    pub(crate) fn answer(&self, request: &Parts) -> Answer {
        if !self.hosts.accept(&request.headers) {
            return text(
                StatusCode::MISDIRECTED_REQUEST,
                "nobody has given this server the name that you ask for: start it with --host NAME, \
                 the name alone, such as kkt.example.com",
            );
        }
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return method_not_allowed();
        }
        if has_body(request) {
            return text(StatusCode::PAYLOAD_TOO_LARGE, "send no body with this");
        }
        let query = request.uri.query().unwrap_or_default();
        let language = negotiation::language(query, &request.headers);
        match request.uri.path() {
            "/" => self.page(|context| page::fleet(context, query), query, language),
            "/metrics" => self.metrics(request),
            "/healthz" => text(StatusCode::OK, "ok"),
            "/readyz" => readiness::answer(&self.store.view(), query, self.clock.wall()),
            "/api/kkts" => api::list(&self.store.view(), query, language),
            path => match path.strip_prefix("/kkts/").map(decoded) {
                Some(Some(serial)) => {
                    self.page(|context| page::register(context, &serial, query), query, language)
                }
                _ => match path.strip_prefix("/api/kkts/").map(decoded) {
                    Some(Some(serial)) => api::one(&self.store.view(), &serial, query, language),
                    _ => text(
                        StatusCode::NOT_FOUND,
                        "there is /, /kkts/SERIAL, /metrics, /healthz, /readyz, /api/kkts and /api/kkts/SERIAL",
                    ),
                },
            },
        }
    }

    fn page(
        &self,
        page: impl FnOnce(&page::Context<'_>) -> Answer,
        query: &str,
        language: Language,
    ) -> Answer {
        let view = self.store.view();
        let is_language_asked = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "lang");
        page(&page::Context {
            view: &view,
            language,
            is_language_asked,
            now: self.clock.wall(),
            policy: &self.policy,
        })
    }

    fn metrics(&self, request: &Parts) -> Answer {
        let format = negotiation::metrics_format(&request.headers);
        match metrics::encode(self.store.view(), format) {
            Ok(text) => answer(StatusCode::OK, format.content_type(), text),
            Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written"),
        }
    }
}

/// A segment of the path as it was meant; `None` when it is not UTF-8.
fn decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Bodies are never read, so the connection could not go on behind one.
fn has_body(request: &Parts) -> bool {
    request.headers.contains_key(TRANSFER_ENCODING)
        || request.headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0")
}

#[cfg(test)]
mod tests;
