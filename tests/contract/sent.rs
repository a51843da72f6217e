//! A request as it came, compared with the one that must come.

use std::collections::BTreeMap;

use atol_mock::RecordedRequest;
use serde_json::Value;

use crate::case::Request;

/// What a server was sent.
pub(crate) struct Sent {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Sent {
    /// What is wrong with it.
    pub(crate) fn differences(&self, expected: &Request) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: Option<&str>, found: Option<&str>| {
            if expected != found {
                differences.push(format!("{what} is {found:?} instead of {expected:?}"));
            }
        };
        compare("the method", Some(&expected.method), Some(&self.method));
        compare("the path", Some(&expected.path), Some(&self.path));
        for (name, value) in &expected.headers {
            let found = self.headers.get(&name.to_lowercase());
            compare(&format!("the header {name}"), value.as_deref(), found.map(String::as_str));
        }
        if let Some(query) = &expected.query {
            compare("the query", Some(&format!("{query:?}")), Some(&format!("{:?}", self.query)));
        }
        let body = serde_json::from_slice::<Value>(&self.body).ok();
        if body != expected.body || body.is_none() && !self.body.is_empty() {
            differences.push("the body is another".to_owned());
        }
        differences
    }

    /// For messages.
    pub(crate) fn line(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, query.join("&"))
    }

    /// A request of which the mock has taken the secrets out, with `password` put in again where the right one was
    /// sent, and the token named by its number.
    pub(crate) fn unveiled(request: &RecordedRequest, password: &str) -> Sent {
        let mut headers: BTreeMap<_, _> = request.headers().iter().cloned().collect();
        if let Some(token) = headers.get_mut("token") {
            *token = request.token_number().map_or("unknown".to_owned(), |number| format!("token-{number}"));
        }
        let mut body = request.body().as_bytes().to_vec();
        if let Ok(mut value) = serde_json::from_slice::<Value>(&body)
            && let Some(hidden) = value.get_mut("pass")
        {
            *hidden = password.into();
            body = value.to_string().into_bytes();
        }
        let query = request.parameters().iter().cloned().collect();
        Sent { method: request.method().to_owned(), path: request.path().to_owned(), query, headers, body }
    }
}

impl From<&wiremock::Request> for Sent {
    fn from(request: &wiremock::Request) -> Sent {
        let headers = request.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Sent {
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query_pairs().into_owned().collect(),
            headers: headers.collect(),
            body: request.body.clone(),
        }
    }
}
