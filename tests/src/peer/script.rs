//! What a peer does on one connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::ServerConfig;

/// One thing a peer does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Read,
    Write(Bytes),
    Sleep(Duration),
    Tls(Arc<ServerConfig>),
    Drip(Bytes, Duration),
    Repeat(Bytes),
    Stall,
    Fin,
    Cut,
    Reset,
}

/// What a peer does on one connection, step by step; at the end it closes the connection as it should be.
///
/// ```
/// use std::time::Duration;
/// use atol_tests::{Script, answer};
///
/// let slow = Script::new().read().sleep(Duration::from_secs(3)).write(answer(200, "[]")).stall();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Script {
    steps: Vec<Step>,
}

impl Script {
    /// Closes the connection at once.
    pub fn new() -> Script {
        Script::default()
    }

    /// Reads one whole request, or until the client closes, which ends the script.
    #[must_use]
    pub fn read(self) -> Script {
        self.then(Step::Read)
    }

    /// Writes these bytes.
    #[must_use]
    pub fn write(self, bytes: impl Into<Bytes>) -> Script {
        self.then(Step::Write(bytes.into()))
    }

    /// Reads a request and answers it.
    #[must_use]
    pub fn exchange(self, answer: impl Into<Bytes>) -> Script {
        self.read().write(answer)
    }

    /// Does nothing for a while.
    #[must_use]
    pub fn sleep(self, duration: Duration) -> Script {
        self.then(Step::Sleep(duration))
    }

    /// Makes a TLS handshake and goes on inside.
    #[must_use]
    pub fn tls(self, server: &Arc<ServerConfig>) -> Script {
        self.then(Step::Tls(Arc::clone(server)))
    }

    /// Writes a piece again and again with a pause before each, until the client closes.
    #[must_use]
    pub fn drip(self, piece: impl Into<Bytes>, every: Duration) -> Script {
        self.then(Step::Drip(piece.into(), every))
    }

    /// Writes a piece again and again as fast as the client takes it, until the client closes.
    #[must_use]
    pub fn repeat(self, piece: impl Into<Bytes>) -> Script {
        self.then(Step::Repeat(piece.into()))
    }

    /// Says nothing more and waits until the client closes.
    #[must_use]
    pub fn stall(self) -> Script {
        self.then(Step::Stall)
    }

    /// Closes the writing half: `close_notify` inside TLS, then FIN.
    #[must_use]
    pub fn fin(self) -> Script {
        self.then(Step::Fin)
    }

    /// Sends FIN without the `close_notify` that TLS asks for.
    #[must_use]
    pub fn cut(self) -> Script {
        self.then(Step::Cut)
    }

    /// Resets the connection (a pipe in memory is only dropped).
    #[must_use]
    pub fn reset(self) -> Script {
        self.then(Step::Reset)
    }

    /// Goes on with what another script does.
    #[must_use]
    pub fn and(mut self, next: Script) -> Script {
        self.steps.extend(next.steps);
        self
    }

    fn then(mut self, step: Step) -> Script {
        self.steps.push(step);
        self
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

/// An answer with `Content-Length`.
pub fn answer(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
}
