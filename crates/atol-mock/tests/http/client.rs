//! The least HTTP client that can ask the stand-in anything.
#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use atol_mock::MockAtol;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const LOGIN_PATH: &str = "/api/auth/v1/gettoken";
pub(crate) const LIST_PATH: &str = "/api/kkt/v1/cash-registers";

/// A summer day in Moscow, when the shops are open.
pub(crate) fn noon() -> Timestamp {
    "2025-06-02T09:00:00Z".parse().unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The status and the code of the error object.
    pub(crate) fn refusal(&self) -> (u16, i64) {
        (self.status, self.json()["error"]["code"].as_i64().unwrap_or(-1))
    }

    /// The serial numbers of a list.
    pub(crate) fn serials(&self) -> Vec<String> {
        let list = self.json();
        let list = list.as_array().unwrap_or_else(|| panic!("no list: {self:?}"));
        list.iter().map(|kkt| kkt["serialNumber"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn send(
    mock: &MockAtol,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let uri = mock.uri();
    let address = uri.strip_prefix("http://").unwrap();
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n").into_bytes();
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();

    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.into(), value.into()));
    Answer { status, headers: headers.collect(), body: body.to_owned() }
}

pub(crate) fn post_login(mock: &MockAtol, body: &str) -> Answer {
    send(mock, "POST", LOGIN_PATH, &[("Content-Type", "application/json; charset=utf-8")], body)
}

pub(crate) fn login_with(mock: &MockAtol, login: &str, password: &str) -> Answer {
    post_login(mock, &json!({ "login": login, "pass": password }).to_string())
}

/// A good token.
pub(crate) fn token(mock: &MockAtol) -> String {
    let answer = login_with(mock, MockAtol::LOGIN, MockAtol::PASSWORD);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["token"].as_str().unwrap().to_owned()
}

pub(crate) fn get(mock: &MockAtol, token: &str, target: &str) -> Answer {
    send(mock, "GET", target, &[("Token", token), ("Accept", "application/hal+json")], "")
}

/// The list, with a query such as `?limit=10`.
pub(crate) fn list(mock: &MockAtol, query: &str) -> Answer {
    get(mock, &token(mock), &format!("{LIST_PATH}{query}"))
}

pub(crate) fn one(mock: &MockAtol, serial: &str) -> Answer {
    get(mock, &token(mock), &format!("{LIST_PATH}/{serial}"))
}
