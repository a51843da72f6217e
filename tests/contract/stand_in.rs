//! The server that plays a case on wiremock: knows what must come next and answers it.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use atol_transport::clock::Clock as _;
use serde_json::json;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate, matchers::any};

use crate::call;
use crate::case::{Answer, AnswerBody, Case, Paging};
use crate::clock::SkippingClock;
use crate::judge::judge;
use crate::script::Script;
use crate::sent::Sent;

const JSON: &str = "application/json; charset=utf-8";

/// What is sent back when a request is not in the case: no status that a client repeats.
const SURPLUS: u16 = 418;

/// Plays a case; what is wrong comes back.
pub(crate) async fn play(case: &Case) -> Vec<String> {
    let clock = Arc::new(SkippingClock::default());
    let player = Arc::new(Mutex::new(Player {
        script: Script::new(case.exchanges.clone()),
        clock: Arc::clone(&clock),
        answered: Duration::ZERO,
    }));
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Shared(Arc::clone(&player))).mount(&server).await;

    let found = call::make(&case.call, &case.client, &server.uri(), clock).await;
    let mut complaints = player.lock().unwrap_or_else(PoisonError::into_inner).script.complaints();
    complaints.extend(judge(&case.expect, &found));
    complaints
}

struct Shared(Arc<Mutex<Player>>);

struct Player {
    script: Script,
    clock: Arc<SkippingClock>,
    /// When the last answer was given.
    answered: Duration,
}

impl Respond for Shared {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answer(request)
    }
}

impl Player {
    fn answer(&mut self, request: &wiremock::Request) -> ResponseTemplate {
        let now = self.clock.monotonic();
        let waited = now.saturating_sub(self.answered);
        self.answered = now;
        let sent = Sent::from(request);
        let Some((exchange, number)) = self.script.next(&sent) else {
            return ResponseTemplate::new(SURPLUS);
        };
        let least = if number == 0 { exchange.after_seconds } else { 0 };
        let template = exchange.answer.template(request, number);
        if waited < Duration::from_secs(least) {
            self.script.complain(format!("{}: came after {waited:?}, not {least} s", sent.line()));
        }
        template
    }
}

impl Answer {
    /// Whether it answers each request for a page.
    pub(crate) fn is_paged(&self) -> bool {
        matches!(self.body, Some(AnswerBody::Pages(_) | AnswerBody::PagesIn(..)))
    }

    /// The answer to a request, which is the one with this `number` among those for a page.
    fn template(&self, request: &wiremock::Request, number: usize) -> ResponseTemplate {
        let (media_type, body) = match &self.body {
            None => ("text/plain", Vec::new()),
            Some(AnswerBody::Json(body)) => (JSON, body.to_string().into_bytes()),
            Some(AnswerBody::Text(text)) => ("text/html; charset=utf-8", text.clone().into_bytes()),
            Some(AnswerBody::Hex(digits)) => (JSON, bytes(digits)),
            Some(AnswerBody::Pages(all) | AnswerBody::PagesIn(_, all)) => {
                let part = self.paging.part(all.len(), request, number);
                if let (true, Some(error)) = (part.start >= all.len().max(1), &self.paging.behind_end) {
                    return ResponseTemplate::new(400).set_body_json(error);
                }
                let page = json!(all[part]);
                match &self.body {
                    Some(AnswerBody::PagesIn(path, _)) => {
                        let enveloped = path.rsplit('/').fold(page, |inner, name| json!({ name: inner }));
                        ("application/hal+json", enveloped.to_string().into_bytes())
                    }
                    _ => (JSON, page.to_string().into_bytes()),
                }
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

impl Paging {
    /// The part of a list with `len` registers that is the page.
    fn part(&self, len: usize, request: &wiremock::Request, number: usize) -> Range<usize> {
        if self.is_ignored {
            return 0..len;
        }
        let asked = |name: &str| {
            request.url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
        };
        let cap = number.checked_rem(self.caps.len()).map_or(usize::MAX, |place| self.caps[place]);
        let start = asked("offset").unwrap_or(0).min(len);
        start..start.saturating_add(asked("limit").unwrap_or(usize::MAX).min(cap)).min(len)
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
