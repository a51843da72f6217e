//! A Chromium that is told what to do step by step: for what no single run of it can show, such as keys.
//!
//! It speaks the protocol of the developer tools over a pipe: messages of JSON with a NUL behind each.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A page that is open.
#[derive(Debug)]
pub(super) struct Tab {
    browser: Child,
    profile: PathBuf,
    requests: ChildStdin,
    messages: Receiver<Value>,
    session: Value,
    asked: u64,
}

/// A key, with what the protocol wants to know of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    Tab,
    Enter,
}

impl Tab {
    /// Starts the browser and opens an empty page.
    pub(super) fn open(browser: &str) -> anyhow::Result<Self> {
        // The protocol is spoken over the descriptors 3 and 4, which only a shell can give it here.
        let profile = std::env::temp_dir().join(format!("atol-devtools-{}", std::process::id()));
        let script = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", browser, "--remote-debugging-pipe"])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start sh")?;
        let requests = child.stdin.take().context("a browser without a standard input")?;
        let stdout = child.stdout.take().context("a browser without a standard output")?;
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in BufReader::new(stdout).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).unwrap_or_default();
                let _ = sender.send(message);
            }
        });
        let mut tab = Self { browser: child, profile, requests, messages, session: Value::Null, asked: 0 };
        let target = tab.ask("Target.createTarget", &json!({ "url": "about:blank" }))?;
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        tab.session = tab.ask("Target.attachToTarget", &target)?["sessionId"].take();
        tab.ask("Page.enable", &json!({}))?;
        // Who scrolls smoothly does not see at once where the focus is.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        tab.ask("Emulation.setEmulatedMedia", &json!({ "features": [still] }))?;
        Ok(tab)
    }

    /// Opens an address and waits until it is there.
    pub(super) fn go(&mut self, url: &str) -> anyhow::Result<()> {
        self.ask("Page.navigate", &json!({ "url": url }))?;
        self.wait_for_page()
    }

    /// Waits until the page that was asked for, by whatever means, is there.
    pub(super) fn wait_for_page(&mut self) -> anyhow::Result<()> {
        self.wait(|message| message["method"] == "Page.loadEventFired").map(drop)
    }

    /// The value of an expression of JavaScript.
    pub(super) fn value(&mut self, expression: &str) -> anyhow::Result<Value> {
        let question = json!({ "expression": expression, "returnByValue": true });
        let mut answer = self.ask("Runtime.evaluate", &question)?;
        if let Some(exception) = answer.get("exceptionDetails") {
            bail!("{expression}: {exception}");
        }
        Ok(answer["result"]["value"].take())
    }

    /// Presses a key and lets it go.
    pub(super) fn press(&mut self, key: Key) -> anyhow::Result<()> {
        let (name, code, text) = match key {
            Key::Tab => ("Tab", 9, ""),
            Key::Enter => ("Enter", 13, "\r"),
        };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let event = json!({
                "type": kind, "key": name, "code": name, "text": text, "windowsVirtualKeyCode": code,
            });
            self.ask("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// Types into what has the focus.
    pub(super) fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.ask("Input.insertText", &json!({ "text": text })).map(drop)
    }

    /// Shows the page as it is printed, from now on.
    pub(super) fn show_as_printed(&mut self) -> anyhow::Result<()> {
        self.ask("Emulation.setEmulatedMedia", &json!({ "media": "print" })).map(drop)
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> anyhow::Result<Value> {
        self.asked += 1;
        let mut request = json!({ "id": self.asked, "method": method, "params": parameters });
        if !self.session.is_null() {
            request["sessionId"] = self.session.clone();
        }
        self.requests.write_all(format!("{request}\0").as_bytes())?;
        let asked = self.asked;
        let mut answer = self.wait(|message| message["id"] == asked)?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let message =
                self.messages.recv_timeout(PATIENCE).context("the browser did not answer in time")?;
            if is_it(&message) {
                return Ok(message);
            }
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
