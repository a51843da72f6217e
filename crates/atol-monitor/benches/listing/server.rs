//! A server without HTTP libraries, so fast that it does not count.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use super::plain;

/// Up to so many registers the server pages; a longer list it gives in one array, whatever is asked for.
const PAGED: usize = 10_000;

/// Serves a list of so many registers until the process that started it goes away.
pub(crate) fn run(registers: usize) -> Option<()> {
    let listener = TcpListener::bind("127.0.0.1:0").ok()?;
    println!("http://{}", listener.local_addr().ok()?);
    std::thread::spawn(|| {
        // The pipe closes with the parent.
        let _ = std::io::stdin().lines().count();
        std::process::exit(0);
    });
    for stream in listener.incoming() {
        std::thread::spawn(move || serve(&stream.ok()?, registers).ok());
    }
    Some(())
}

fn serve(stream: &TcpStream, registers: usize) -> std::io::Result<()> {
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
            let token = br#"{"error":null,"token":"bench"}"#;
            write!(&*stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", token.len())?;
            (&*stream).write_all(token)?;
        } else {
            let (limit, offset) = if registers > PAGED { (registers, 0) } else { page(request) };
            list(stream, offset.min(registers)..offset.saturating_add(limit).min(registers))?;
        }
    }
}

fn page(request: &str) -> (usize, usize) {
    let number = |name: &str| {
        let (_, rest) = request.split_once(name)?;
        rest.split(['&', ' ']).next()?.parse().ok()
    };
    (number("limit=").unwrap_or(usize::MAX), number("offset=").unwrap_or(0))
}

fn list(mut stream: &TcpStream, range: std::ops::Range<usize>) -> std::io::Result<()> {
    let template = plain::list(1, 0);
    let register = &template[1..template.len() - 1];
    let serial = register.windows(4).position(|bytes| bytes == b"0010").unwrap_or_default();
    let length = 2 + range.len() * (register.len() + 1) - usize::from(!range.is_empty());
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")?;
    let mut buffer = vec![b'['];
    for number in range.clone() {
        if number > range.start {
            buffer.push(b',');
        }
        let start = buffer.len() + serial;
        buffer.extend_from_slice(register);
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
