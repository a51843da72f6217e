//! The server that plays a case: knows what must come next and answers it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Respond, ResponseTemplate, matchers::any};

use crate::case::{Answer, AnswerBody, Exchange, Request};

/// What is sent back when a request is not in the case: no status that a client repeats.
const SURPLUS: u16 = 418;

pub(crate) struct StandIn {
    server: MockServer,
    script: Arc<Mutex<Script>>,
}

struct Script {
    exchanges: Vec<Exchange>,
    /// How many exchanges have taken place.
    done: usize,
    complaints: Vec<String>,
}

impl StandIn {
    pub(crate) async fn start(exchanges: Vec<Exchange>) -> StandIn {
        let server = MockServer::start().await;
        let script = Arc::new(Mutex::new(Script { exchanges, done: 0, complaints: Vec::new() }));
        Mock::given(any()).respond_with(Player(Arc::clone(&script))).mount(&server).await;
        StandIn { server, script }
    }

    pub(crate) fn address(&self) -> String {
        self.server.uri()
    }

    /// Requests that came and should not have, and those that never came.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = script.exchanges.iter().skip(script.done).map(|exchange| {
            format!("missing request: {} {}", exchange.request.method, exchange.request.path)
        });
        script.complaints.iter().cloned().chain(missing).collect()
    }
}

struct Player(Arc<Mutex<Script>>);

impl Respond for Player {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).play(request)
    }
}

impl Script {
    fn play(&mut self, request: &wiremock::Request) -> ResponseTemplate {
        let again = self.done.checked_sub(1).map(|last| &self.exchanges[last]);
        if let Some(exchange) = again.filter(|exchange| exchange.answer.is_paged())
            && differences(&exchange.request, request).is_empty()
        {
            return exchange.answer.template(request);
        }
        let shown = format!("{} {}", request.method, request.url);
        let Some(exchange) = self.exchanges.get(self.done) else {
            self.complaints.push(format!("surplus request: {shown}"));
            return ResponseTemplate::new(SURPLUS);
        };
        self.done += 1;
        let differences = differences(&exchange.request, request);
        self.complaints.extend(differences.iter().map(|difference| format!("{shown}: {difference}")));
        exchange.answer.template(request)
    }
}

/// What is wrong with a request.
fn differences(expected: &Request, request: &wiremock::Request) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: Option<&str>, found: Option<&str>| {
        if expected != found {
            differences.push(format!("{what} is {found:?} instead of {expected:?}"));
        }
    };
    compare("the method", Some(&expected.method), Some(request.method.as_str()));
    compare("the path", Some(&expected.path), Some(request.url.path()));
    for (name, value) in &expected.headers {
        let found = request.headers.get(name).and_then(|value| value.to_str().ok());
        compare(&format!("the header {name}"), value.as_deref(), found);
    }
    if let Some(query) = &expected.query {
        let found: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        compare("the query", Some(&format!("{query:?}")), Some(&format!("{found:?}")));
    }
    let body = serde_json::from_slice::<Value>(&request.body).ok();
    if body != expected.body || body.is_none() && !request.body.is_empty() {
        differences.push("the body is another".to_owned());
    }
    differences
}

impl Answer {
    fn is_paged(&self) -> bool {
        matches!(self.body, Some(AnswerBody::Pages(_) | AnswerBody::PagesIn(..)))
    }

    fn template(&self, request: &wiremock::Request) -> ResponseTemplate {
        let (media_type, body) = match &self.body {
            None => ("text/plain", String::new()),
            Some(AnswerBody::Json(body)) => ("application/json; charset=utf-8", body.to_string()),
            Some(AnswerBody::Text(text)) => ("text/html; charset=utf-8", text.clone()),
            Some(AnswerBody::Pages(all)) => {
                ("application/json; charset=utf-8", page(all, request).to_string())
            }
            Some(AnswerBody::PagesIn(path, all)) => {
                let enveloped =
                    path.rsplit('/').fold(page(all, request), |inner, name| json!({ name: inner }));
                ("application/hal+json", enveloped.to_string())
            }
        };
        let media_type = self.headers.get("Content-Type").map_or(media_type, String::as_str);
        self.headers
            .iter()
            .filter(|(name, _)| *name != "Content-Type")
            .fold(ResponseTemplate::new(self.status), |answer, (name, value)| {
                answer.insert_header(name.as_str(), value.as_str())
            })
            .set_body_raw(body, media_type)
    }
}

/// The part of the list that `limit` and `offset` ask for.
fn page(all: &[Value], request: &wiremock::Request) -> Value {
    let number = |name: &str| {
        request.url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
    };
    let offset = number("offset").unwrap_or(0);
    let limit = number("limit").unwrap_or(usize::MAX);
    Value::Array(all.iter().skip(offset).take(limit).cloned().collect())
}
