//! The service itself.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use atol_model::{Kkt, ServiceErrorCode};
use atol_transport::error::ConnectFailure;
use atol_transport::{Body, Client, Error, ErrorKind, ResponseBody};
use http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use tower_service::Service;

use super::answer::{html, json, problem, torn, usual_status};
use super::fault::Fault;
use crate::monitor::KktMonitor;

/// A service that knows the registers you give it; clones are handles to the same one.
///
/// See the [module](super) for an example. What is not known of the service, such as how it pages, can be set.
#[derive(Clone, Default)]
pub struct InMemory {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    records: Vec<Record>,
    page_cap: Option<usize>,
    ignores_paging: bool,
    fault: Option<Fault>,
    next_faults: VecDeque<Fault>,
    requests: Vec<String>,
}

struct Record {
    serial_number: Option<String>,
    json: String,
}

impl InMemory {
    /// A service that knows these registers, in this order.
    pub fn new(registers: impl IntoIterator<Item = Kkt>) -> InMemory {
        let service = InMemory::default();
        service.set_registers(registers);
        service
    }

    /// A monitor of this service, without retries, time limits and pacing.
    pub fn monitor(&self) -> KktMonitor {
        KktMonitor::from_client(Client::from_service(self.clone()))
    }

    /// Knows these registers from now on, and no others.
    pub fn set_registers(&self, registers: impl IntoIterator<Item = Kkt>) {
        let records = registers
            .into_iter()
            .map(|kkt| Record { json: kkt.to_json(), serial_number: Some(kkt.serial_number) });
        self.state().records = records.collect();
    }

    /// Adds an element of the list as text, to be answered as it stands: a broken record, say.
    ///
    /// It can be asked for when it is a JSON object with a text under `serialNumber`.
    pub fn push_raw(&self, json: impl Into<String>) {
        let json = json.into();
        let value: Option<serde_json::Value> = serde_json::from_str(&json).ok();
        let serial = value.as_ref().and_then(|value| value.get("serialNumber")?.as_str());
        let record = Record { serial_number: serial.map(str::to_owned), json };
        self.state().records.push(record);
    }

    /// How many registers a page has at most, whatever `limit` says; `None`, the default, for no such cap.
    pub fn set_page_cap(&self, registers: Option<usize>) {
        self.state().page_cap = registers;
    }

    /// Whether every page is the whole list; not so by default.
    pub fn set_ignores_paging(&self, ignores: bool) {
        self.state().ignores_paging = ignores;
    }

    /// Goes wrong on the next call; several faults happen one after the other.
    pub fn fail_next(&self, fault: Fault) {
        self.state().next_faults.push_back(fault);
    }

    /// Goes wrong on every call from now on; `None` for no more.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    /// What was asked so far, oldest first: path and query, without the address.
    pub fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The fault that happens on this call.
    fn fault(&mut self) -> Option<Fault> {
        self.next_faults.pop_front().or_else(|| self.fault.clone())
    }

    fn answer(&self, request: &Request<Body>) -> Response<ResponseBody> {
        let path = request.uri().path();
        if path.ends_with("/gettoken") {
            return json(
                StatusCode::OK,
                r#"{"error":null,"token":"in-memory","timestamp":"01.01.2026 12:00:00"}"#,
            );
        }
        match path.split_once("/cash-registers") {
            _ if request.method() != Method::GET => {
                problem(StatusCode::BAD_REQUEST, ServiceErrorCode::IncomingOperationNotSupported)
            }
            Some((_, "")) => self.list(request.uri().query().unwrap_or_default()),
            Some((_, serial)) => self.one(serial.trim_start_matches('/')),
            None => html(StatusCode::NOT_FOUND),
        }
    }

    fn list(&self, query: &str) -> Response<ResponseBody> {
        let number = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
        };
        let cap = self.page_cap.unwrap_or(usize::MAX);
        let (limit, offset) = (number("limit").unwrap_or(usize::MAX).min(cap), number("offset").unwrap_or(0));
        let (limit, offset) = if self.ignores_paging { (usize::MAX, 0) } else { (limit, offset) };
        let page: Vec<&str> =
            self.records.iter().skip(offset).take(limit).map(|record| record.json.as_str()).collect();
        json(StatusCode::OK, format!("[{}]", page.join(",")))
    }

    fn one(&self, serial: &str) -> Response<ResponseBody> {
        let serial = percent_decode_str(serial).decode_utf8_lossy();
        let record = self.records.iter().find(|record| record.serial_number.as_deref() == Some(&*serial));
        match record {
            Some(record) => json(StatusCode::OK, format!(r#"{{"data":{}}}"#, record.json)),
            None => problem(StatusCode::NOT_FOUND, ServiceErrorCode::BadRequest),
        }
    }
}

impl Service<Request<Body>> for InMemory {
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut state = self.state();
        let asked = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        state.requests.push(asked);
        let answer = match state.fault() {
            None => Ok(state.answer(&request)),
            Some(Fault::Hang) => return Box::pin(pending()),
            Some(Fault::Unreachable) => Err(Error::new(
                ErrorKind::Connect(ConnectFailure::Refused),
                "the service in memory was told to be unreachable",
            )),
            Some(Fault::Html(status)) => Ok(html(status)),
            Some(Fault::Service(code)) => Ok(problem(usual_status(code), code)),
            Some(Fault::Torn(after)) => Ok(torn(state.answer(&request), after)),
        };
        Box::pin(ready(answer))
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("InMemory")
            .field("registers", &state.records.len())
            .field("requests", &state.requests.len())
            .finish_non_exhaustive()
    }
}
