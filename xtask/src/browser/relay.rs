//! Stands between a client and a server, and changes the answers on their way.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use crate::server::exchange;

/// What becomes of the answer to the n-th request for a path; `None` closes the connection without one.
pub(super) type Change = fn(&str, usize, String) -> Option<String>;

/// A relay on a free port; it ends with the process.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) address: String,
}

impl Relay {
    /// Passes requests on to `server` and its answers, changed, back.
    pub(super) fn start(server: &str, change: Change) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let server = server.to_owned();
        thread::spawn(move || {
            let mut asked = Vec::new();
            for stream in listener.incoming().flatten() {
                // Browsers open connections that they may need later; those end here, unused.
                let _ = pass(stream, &server, &mut asked, change);
            }
        });
        Ok(Self { address })
    }
}

fn pass(mut client: TcpStream, server: &str, asked: &mut Vec<String>, change: Change) -> anyhow::Result<()> {
    client.set_read_timeout(Some(std::time::Duration::from_secs(2)))?;
    let request = read_request(&mut client)?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((&request, ""));
    // One exchange for each connection keeps this small.
    let head: Vec<&str> =
        head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    let request = format!("{}\r\nConnection: close\r\n\r\n{body}", head.join("\r\n"));
    let answer = String::from_utf8(exchange(server, request.as_bytes())?)?;
    let times = asked.iter().filter(|earlier| **earlier == path).count() + 1;
    asked.push(path.clone());
    if let Some(answer) = change(&path, times, answer) {
        client.write_all(with_right_length(&answer).as_bytes())?;
    }
    Ok(())
}

/// The head, and as much of a body as it announces.
fn read_request(client: &mut TcpStream) -> anyhow::Result<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Ok(text.into_owned());
        }
        let read = client.read(&mut buffer)?;
        anyhow::ensure!(read > 0, "the client closed before it had asked");
        request.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
}

fn content_length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, length)| length.trim().parse().ok()).unwrap_or(0)
}

/// The answer with a length that fits its body.
fn with_right_length(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let ours = ["content-length:", "transfer-encoding:", "connection:"];
    let head: Vec<&str> = head
        .lines()
        .filter(|line| !ours.iter().any(|name| line.to_ascii_lowercase().starts_with(name)))
        .collect();
    format!("{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", head.join("\r\n"), body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_answer_tells_its_new_length() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\nx: y\r\n\r\nnew";
        assert_eq!(
            with_right_length(answer),
            "HTTP/1.1 200 OK\r\nx: y\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew"
        );
    }
}
