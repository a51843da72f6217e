//! One connection of a peer.

use std::io;
use std::net::Shutdown;
use std::time::Duration;

use atol_transport::clock::{Clock, SystemClock};
use bytes::{Buf, Bytes, BytesMut};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::script::{Script, Step};
use crate::events::{Event, EventLog};

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) struct Connection {
    stream: Box<dyn Stream>,
    /// The socket below whatever is spoken over it; there is none below a pipe.
    socket: Option<std::net::TcpStream>,
    number: usize,
    log: EventLog,
    /// What has been read beyond the last request.
    rest: BytesMut,
}

impl Connection {
    pub(super) fn over_socket(socket: TcpStream, number: usize, log: EventLog) -> Connection {
        let handles = socket.into_std().and_then(|socket| {
            let handle = socket.try_clone()?;
            Ok((TcpStream::from_std(socket)?, handle))
        });
        let (stream, handle) = handles.expect("a socket can have two handles");
        Connection { stream: Box::new(stream), socket: Some(handle), number, log, rest: BytesMut::new() }
    }

    pub(super) fn over_pipe(pipe: DuplexStream, number: usize, log: EventLog) -> Connection {
        Connection { stream: Box::new(pipe), socket: None, number, log, rest: BytesMut::new() }
    }

    /// Follows a script. What the client does to the connection ends it early.
    pub(super) async fn follow(mut self, script: Script) {
        for step in script.into_steps() {
            let reset = matches!(step, Step::Reset);
            match self.make(step).await {
                Ok(next) => self = next,
                Err(_) => return,
            }
            if reset {
                return;
            }
        }
        let _ = self.stream.shutdown().await;
    }

    async fn make(mut self, step: Step) -> io::Result<Connection> {
        match step {
            Step::Read => self.read().await?,
            Step::Write(bytes) => self.write(&bytes).await?,
            Step::Sleep(duration) => pause(duration).await,
            Step::Tls(server) => {
                let stream = TlsAcceptor::from(server).accept(self.stream).await?;
                return Ok(Connection { stream: Box::new(stream), ..self });
            }
            Step::Drip(piece, every) => loop {
                let closed = tokio::select! {
                    () = pause(every) => false,
                    () = drained(&mut *self.stream) => true,
                };
                if closed {
                    return self.closed();
                }
                self.stream.write_all(&piece).await?;
                self.stream.flush().await?;
            },
            Step::Repeat(piece) => loop {
                if self.stream.write_all(&piece).await.is_err() {
                    return self.closed();
                }
            },
            Step::Stall => {
                drained(&mut *self.stream).await;
                return self.closed();
            }
            Step::Fin => self.stream.shutdown().await?,
            Step::Cut => match &self.socket {
                Some(socket) => socket.shutdown(Shutdown::Write)?,
                None => return Err(io::ErrorKind::BrokenPipe.into()),
            },
            Step::Reset => {
                if let Some(socket) = self.socket.take() {
                    SockRef::from(&socket).set_linger(Some(Duration::ZERO))?;
                }
            }
        }
        Ok(self)
    }

    /// The client has closed the connection.
    fn closed(self) -> io::Result<Connection> {
        self.log.note(Event::Closed(self.number));
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    async fn write(&mut self, bytes: &Bytes) -> io::Result<()> {
        if let Some(status) = status(bytes) {
            self.log.note(Event::Response(self.number, status));
        }
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Reads a request with its body.
    async fn read(&mut self) -> io::Result<()> {
        let head = loop {
            if let Some(at) = self.rest.windows(4).position(|end| end == b"\r\n\r\n") {
                break self.rest.split_to(at + 4);
            }
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(&head).into_owned();
        let line = head.lines().next().unwrap_or_default();
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let length = length
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .find_map(|(_, value)| value.trim().parse::<usize>().ok())
            .unwrap_or(0);
        while self.rest.len() < length {
            self.read_more().await?;
        }
        self.rest.advance(length);
        let what = line.trim_end_matches(" HTTP/1.1").to_owned();
        self.log.note(Event::Request(self.number, what));
        Ok(())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.rest).await? == 0 {
            self.log.note(Event::Closed(self.number));
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

async fn pause(duration: Duration) {
    SystemClock::new().sleep(duration).await;
}

/// Reads until the client closes; what comes is of no interest.
async fn drained(stream: &mut dyn Stream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

/// The status of an answer that begins here.
fn status(bytes: &[u8]) -> Option<String> {
    let line = bytes.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    Some(String::from_utf8_lossy(line).into_owned())
}
