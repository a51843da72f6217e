//! The command's own server, run as its users run it: built, started on a free port, asked over a socket.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use xshell::cmd;

use crate::{program::pause, project::Project, workspace::Workspace};

/// How long anything here may take; a debug build on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `atol serve`; it is stopped when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:40123`.
    pub(crate) address: String,
    /// The address of the embedded stand-in, in a demo.
    pub(crate) stand_in: Option<String>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    /// Builds the command and starts it with these arguments, without a configuration of this machine.
    pub(crate) fn start(project: &Project, arguments: &[&str]) -> anyhow::Result<Self> {
        cmd!(project.sh, "cargo build --quiet -p atol-cli").quiet().run()?;
        let binary = Workspace::load(project)?.target_directory.join("debug/atol");
        let mut command = Command::new(&binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--lang", "en", "--no-token-cache"])
            .args(arguments);
        command.env("HOME", project.path("target")).env("XDG_CONFIG_HOME", project.path("target"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ATOL_")) {
            command.env_remove(name);
        }
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stderr = child.stderr.take().context("a server without a standard error")?;
        // Read to its end, so that the server never waits for somebody to listen to it.
        let (lines, said) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let mut server = Self { child, address: String::new(), stand_in: None };
        let is_demo = arguments.contains(&"--demo");
        while server.address.is_empty() || (is_demo && server.stand_in.is_none()) {
            let line = said.recv_timeout(PATIENCE).context("the server did not tell its address")?;
            let address = line.split("http://").nth(1).and_then(|rest| rest.split(['/', ' ']).next());
            match address {
                Some(address) if line.contains("/metrics") => address.clone_into(&mut server.address),
                Some(address) if line.contains("stand-in") => server.stand_in = Some(address.to_owned()),
                _ => {}
            }
        }
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Asks for a path.
    pub(crate) fn get(&self, path: &str, accept: &str) -> anyhow::Result<Answer> {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        );
        let answer = exchange(&self.address, head.as_bytes())?;
        let answer = String::from_utf8(answer).context("an answer that is not UTF-8")?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer without an end of its head")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }

    fn wait_until_ready(&self) -> anyhow::Result<()> {
        for _ in 0..PATIENCE.as_secs() * 10 {
            if self.get("/readyz", "*/*")?.status == 200 {
                return Ok(());
            }
            pause(Duration::from_millis(100));
        }
        bail!("the server has had no successful poll in {} s", PATIENCE.as_secs())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends these bytes and reads until the other side closes.
pub(crate) fn exchange(address: &str, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("nobody listens at {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
