//! Names what went wrong below HTTP: hyper's and the system's errors in our words.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::StatusCode;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::client::legacy;

use super::pools::Watch;
use super::stream::EndlessHead;
use crate::error::{ConnectFailure, Error, ErrorKind, Phase, TlsFailure};

const UNREACHABLE: &str = "check the network and the firewall";

/// Why no connection was made; travels through hyper-util, which only lends its causes, hence the `Clone`.
#[derive(Debug, Clone)]
pub(crate) struct ConnectError {
    kind: ErrorKind,
    message: String,
    advice: Option<Cow<'static, str>>,
    status: Option<StatusCode>,
    proxy_variable: Option<&'static str>,
}

impl ConnectError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> ConnectError {
        ConnectError { kind, message: message.into(), advice: None, status: None, proxy_variable: None }
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> ConnectError {
        self.advice = Some(advice.into());
        self
    }

    /// The status with which a proxy refused.
    pub(super) fn with_status(mut self, status: StatusCode) -> ConnectError {
        self.status = Some(status);
        self
    }

    /// Says which variable named the proxy that it is about, if one did.
    pub(super) fn with_proxy_variable(mut self, name: Option<&'static str>) -> ConnectError {
        self.proxy_variable = name;
        self
    }

    /// A failure on the way to `proxy`, which is none of the service's.
    pub(super) fn on_way_to_proxy(self, proxy: &str, variable: Option<&'static str>) -> ConnectError {
        let error = self.map_message(|message| format!("{message} (proxy `{proxy}`)"));
        match error.kind {
            // It is this machine that failed.
            ErrorKind::Connect(ConnectFailure::Local) => return error,
            // What is to be done about these is the same whoever shows the certificate.
            ErrorKind::Tls(TlsFailure::UnknownIssuer | TlsFailure::Expired | TlsFailure::NotYetValid) => {
                error
            }
            _ => error.with_advice(match variable {
                Some(name) => {
                    format!("check the proxy's address and port in {name}, and whether it runs").into()
                }
                None => Cow::Borrowed("check the proxy's address and port, and whether it runs"),
            }),
        }
        .with_proxy_variable(variable)
    }

    pub(super) fn map_message(mut self, say: impl FnOnce(String) -> String) -> ConnectError {
        self.message = say(self.message);
        self
    }

    /// A failure before TLS.
    pub(super) fn of_tcp(host: &str, is_dns: bool, error: &(dyn StdError + 'static)) -> ConnectError {
        let io = find::<io::Error>(error);
        let cause = root(error);
        if is_dns {
            return ConnectError::new(
                ErrorKind::Connect(ConnectFailure::Dns),
                format!("the name `{host}` could not be resolved: {cause}"),
            )
            .with_advice("check the name and this machine's DNS");
        }
        if io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return ConnectError::new(
                ErrorKind::Timeout(Phase::Connect),
                format!("no connection to `{host}`: it did not answer in time"),
            )
            .with_advice(UNREACHABLE);
        }
        let failure = match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => ConnectFailure::Refused,
            Some(io::ErrorKind::AddrNotAvailable | io::ErrorKind::PermissionDenied) => ConnectFailure::Local,
            _ if io.and_then(io::Error::raw_os_error).is_some_and(is_out_of_files) => ConnectFailure::Local,
            _ => ConnectFailure::Other,
        };
        let advice = match failure {
            ConnectFailure::Refused => "nothing listens there: check the environment's address and port",
            ConnectFailure::Local => {
                "this machine is out of ports or file descriptors, or may not connect: see `ulimit -n`"
            }
            _ => UNREACHABLE,
        };
        ConnectError::new(ErrorKind::Connect(failure), format!("no connection to `{host}`: {cause}"))
            .with_advice(advice)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConnectError {}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Error {
        let ConnectError { kind, message, advice, status, proxy_variable } = error;
        let mut error = Error::new(kind, message);
        if let Some(advice) = advice {
            error = error.with_advice(advice);
        }
        if let Some(status) = status {
            error = error.with_status(status);
        }
        if let Some(name) = proxy_variable {
            error = error.with_proxy_variable(name);
        }
        error
    }
}

/// `EMFILE` and `ENFILE`, which the standard library has no kinds for.
fn is_out_of_files(code: i32) -> bool {
    matches!(code, 23 | 24)
}

/// A request that got no answer.
pub(super) fn of_request(error: legacy::Error) -> Error {
    if let Some(connect) = find::<ConnectError>(&error) {
        return connect.clone().into();
    }
    if let Some(endless) = find::<EndlessHead>(&error) {
        return Error::new(ErrorKind::Protocol, format!("what came is not an HTTP answer: {endless}"));
    }
    if let Some(hyper) = find::<hyper::Error>(&error)
        && hyper.is_parse()
    {
        // The whole of the cause: hyper's errors above it say only where it happened.
        return Error::new(ErrorKind::Protocol, format!("what came is not an HTTP answer: {}", root(hyper)));
    }
    Error::new(ErrorKind::Interrupted, "the connection ended before an answer came").with_source(error)
}

/// The first cause of that type, also where an `io::Error` hides it: its `source` skips what it wraps.
pub(crate) fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

/// The last cause, which says most.
fn root<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last
}

/// A body of hyper's with our errors. One that breaks off, or is given up while nothing comes, takes the pool of
/// its connection with it.
pub(super) struct WatchedBody {
    body: Incoming,
    watch: Watch,
}

impl WatchedBody {
    pub(super) fn new(body: Incoming, watch: Watch) -> WatchedBody {
        WatchedBody { body, watch }
    }
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.watch.set_waiting(polled.is_pending());
        let frame = ready!(polled);
        Poll::Ready(frame.map(|frame| {
            frame.map_err(|error| {
                self.watch.discard();
                Error::new(
                    ErrorKind::Truncated,
                    "the answer was cut short: the connection ended in the middle of it",
                )
                .with_source(error)
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
