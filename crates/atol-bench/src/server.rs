//! A server without HTTP libraries, so fast that it does not count.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use crate::plain;

/// What the server gives out, as long as those of the service.
pub const TOKEN: &str = "fj45u923j59ju42395iu9423i59243u0";

/// How a [`Server`] gives its list.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Lists {
    /// In one array, whatever is asked for.
    Whole,
    /// In pages of the length that is asked for.
    Pages,
}

/// A service on this machine whose clients run in processes of their own. It ends with this process.
#[derive(Debug)]
#[non_exhaustive]
pub struct Server {
    /// `http://127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    /// Serves so many registers, each of them alone too.
    pub fn start(registers: usize, lists: Lists) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that went away is none of ours.
                std::thread::spawn(move || serve(&stream?, registers, lists));
            }
        });
        Server { address }
    }
}

fn serve(stream: &TcpStream, registers: usize, lists: Lists) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            head.push(std::mem::take(&mut line));
        }
        let Some(request) = head.first() else { return Ok(()) };
        if request.starts_with("POST") {
            let length = head.iter().find_map(|header| {
                header.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
            });
            std::io::copy(&mut std::io::Read::take(&mut reader, length.unwrap_or(0)), &mut std::io::sink())?;
            answer(stream, format!(r#"{{"error":null,"token":"{TOKEN}"}}"#).as_bytes())?;
        } else if let Some(serial) = serial(request) {
            let register = register();
            let mut body = [b"{\"data\":", &register.bytes[..], b"}"].concat();
            let start = b"{\"data\":".len() + register.serial;
            body[start..start + serial.len()].copy_from_slice(serial.as_bytes());
            answer(stream, &body)?;
        } else {
            let (limit, offset) = match lists {
                Lists::Whole => (registers, 0),
                Lists::Pages => page(request),
            };
            list(stream, offset.min(registers)..offset.saturating_add(limit).min(registers))?;
        }
    }
}

fn answer(mut stream: &TcpStream, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())
}

/// The serial number that is asked for.
fn serial(request: &str) -> Option<&str> {
    let (_, rest) = request.split_once("/cash-registers/")?;
    rest.split(' ').next().filter(|serial| serial.len() == 14)
}

struct Template {
    bytes: Vec<u8>,
    /// Where the serial number stands.
    serial: usize,
}

fn register() -> Template {
    let list = plain::list(1, 0);
    let bytes = list[1..list.len() - 1].to_vec();
    let serial = bytes.windows(4).position(|bytes| bytes == b"0010").unwrap();
    Template { bytes, serial }
}

fn page(request: &str) -> (usize, usize) {
    let number = |name: &str| {
        let (_, rest) = request.split_once(name)?;
        rest.split(['&', ' ']).next()?.parse().ok()
    };
    (number("limit=").unwrap_or(usize::MAX), number("offset=").unwrap_or(0))
}

fn list(mut stream: &TcpStream, range: std::ops::Range<usize>) -> std::io::Result<()> {
    let Template { bytes: register, serial } = register();
    let length = 2 + range.len() * (register.len() + 1) - usize::from(!range.is_empty());
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")?;
    let mut buffer = vec![b'['];
    for number in range.clone() {
        if number > range.start {
            buffer.push(b',');
        }
        let start = buffer.len() + serial;
        buffer.extend_from_slice(&register);
        for (place, digit) in buffer[start..start + 14].iter_mut().rev().zip(digits(number)) {
            *place = digit;
        }
        if buffer.len() > 256 * 1024 {
            stream.write_all(&buffer)?;
            buffer.clear();
        }
    }
    buffer.push(b']');
    stream.write_all(&buffer)
}

/// The last digit first, 14 of them.
fn digits(mut number: usize) -> impl Iterator<Item = u8> {
    std::iter::repeat_with(move || {
        let digit = u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        b'0' + digit
    })
}
