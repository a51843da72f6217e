//! A service that knows registers, for what a script cannot foresee: many connections, crashes, callers that give up.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use atol_model::{Kkt, KktList};
use atol_transport::BoxError;
use atol_transport::clock::SharedClock;
use bytes::{Buf, BytesMut};
use http::Uri;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tower::{Service, service_fn};

const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A service behind any number of connections; clones are handles to the same one.
///
/// It speaks plain HTTP/1.1 over whatever it is given, hands out the same token for a day, and refuses others.
#[derive(Clone, Debug)]
pub struct Backend {
    clock: SharedClock,
    /// Before the head of each answer, and in the middle of its body.
    pause: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    registers: Vec<Kkt>,
    /// The token and when it was made.
    token: Option<(String, Duration)>,
    logins: usize,
    refusals: VecDeque<u16>,
    asked: Vec<Asked>,
    connections: usize,
}

/// One question about registers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// When it had come, by the monotonic clock.
    pub at: Duration,
    /// Path and query.
    pub what: String,
}

impl Backend {
    /// A service that knows these registers and pauses so long before each answer, and as long in the middle of it.
    pub fn new(registers: Vec<Kkt>, pause: Duration, clock: SharedClock) -> Backend {
        Backend { clock, pause, state: Arc::new(Mutex::new(State { registers, ..State::default() })) }
    }

    /// Knows these registers from now on.
    pub fn set_registers(&self, registers: Vec<Kkt>) {
        self.state().registers = registers;
    }

    /// Answers the next question about registers with this status.
    pub fn refuse_next(&self, status: u16) {
        self.state().refusals.push_back(status);
    }

    /// Forgets the token that it gave out, as after a crash.
    pub fn lose_token(&self) {
        self.state().token = None;
    }

    /// What was asked about registers, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// Forgets what was asked.
    pub fn forget_asked(&self) {
        self.state().asked = Vec::new();
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        self.state().logins
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// For [`ClientBuilder::connector`](atol_transport::ClientBuilder::connector): pipes in memory.
    pub fn connector(
        &self,
    ) -> impl Service<Uri, Response = tokio::io::DuplexStream, Error = BoxError, Future: Send>
    + Clone
    + Send
    + Sync
    + use<> {
        let backend = self.clone();
        service_fn(move |_: Uri| {
            let (client, server) = tokio::io::duplex(64 * 1024);
            let backend = backend.clone();
            tokio::spawn(async move { backend.serve(server).await });
            std::future::ready(Ok(client))
        })
    }

    /// Answers on one connection until it ends.
    pub async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let _open = Open::new(self);
        let mut rest = BytesMut::new();
        while let Ok(request) = read(&mut stream, &mut rest).await {
            if self.answer(&mut stream, &request).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, stream: &mut (impl AsyncWrite + Unpin), request: &Head) -> io::Result<()> {
        let (status, body) = self.respond(request);
        self.clock.sleep(self.pause).await;
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let (first, second) = body.as_bytes().split_at(body.len() / 2);
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(first).await?;
        stream.flush().await?;
        self.clock.sleep(self.pause).await;
        stream.write_all(second).await?;
        stream.flush().await
    }

    fn respond(&self, Head { target, token }: &Head) -> (u16, String) {
        let mut state = self.state();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.ends_with("/gettoken") {
            state.logins += 1;
            let (number, now) = (state.logins, self.clock.monotonic());
            state.token.take_if(|(_, since)| now.saturating_sub(*since) >= TOKEN_LIFE);
            let (token, _) = state.token.get_or_insert_with(|| (format!("token-{number}"), now));
            return (200, format!(r#"{{"error":null,"token":"{token}"}}"#));
        }
        state.asked.push(Asked { at: self.clock.monotonic(), what: target.clone() });
        if token.is_none() || token.as_ref() != state.token.as_ref().map(|(token, _)| token) {
            return (401, error(11));
        }
        if let Some(status) = state.refusals.pop_front() {
            return (status, error(50));
        }
        match path.split_once("/cash-registers/") {
            Some((_, serial)) => match state.registers.iter().find(|kkt| kkt.serial_number == serial) {
                Some(kkt) => (200, format!(r#"{{"data":{kkt}}}"#)),
                None => (404, error(40)),
            },
            None => (200, state.page(query).to_json()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn page(&self, query: &str) -> KktList {
        let number = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
        };
        let (limit, offset) = (number("limit").unwrap_or(usize::MAX), number("offset").unwrap_or(0));
        self.registers.iter().skip(offset).take(limit).cloned().collect()
    }
}

/// Counts a connection for as long as it is served, also when what serves it is dropped.
struct Open<'b>(&'b Backend);

impl Open<'_> {
    fn new(backend: &Backend) -> Open<'_> {
        backend.state().connections += 1;
        Open(backend)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.state().connections -= 1;
    }
}

/// What of a request the answer depends on.
struct Head {
    target: String,
    token: Option<String>,
}

async fn read(stream: &mut (impl AsyncRead + Unpin), rest: &mut BytesMut) -> io::Result<Head> {
    let head = loop {
        if let Some(at) = rest.windows(4).position(|end| end == b"\r\n\r\n") {
            break rest.split_to(at + 4);
        }
        read_more(stream, rest).await?;
    };
    let head = String::from_utf8_lossy(&head);
    let header = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned()))
    };
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while rest.len() < length {
        read_more(stream, rest).await?;
    }
    rest.advance(length);
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok(Head { target, token: header("token") })
}

async fn read_more(stream: &mut (impl AsyncRead + Unpin), rest: &mut BytesMut) -> io::Result<()> {
    match stream.read_buf(rest).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn error(code: u16) -> String {
    format!(r#"{{"error":{{"error_id":"1","code":{code},"text":"no","type":"system"}}}}"#)
}
