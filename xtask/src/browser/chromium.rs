//! A headless Chromium, one run for each question.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};

use crate::{project::Project, server::pause};

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names under which systems install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// An installed Chromium.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chromium(&'static str);

/// What the browser made of a page.
#[derive(Debug)]
pub(super) struct Visit {
    /// The page after its scripts ran, as HTML.
    pub(super) dom: String,
    /// What it wrote to the console.
    pub(super) console: Vec<String>,
}

impl Chromium {
    /// The one of this machine.
    pub(super) fn find(project: &Project) -> Option<Self> {
        NAMES.into_iter().find(|name| project.answers(&[name, "--version"])).map(Self)
    }

    /// Opens a page and waits for what happens in the next seconds of its time, which is faster than ours.
    pub(super) fn visit(self, url: &str, seconds: u32, flags: &[&str]) -> anyhow::Result<Visit> {
        let budget = format!("--virtual-time-budget={}", seconds * 1000);
        let mut all = vec!["--dump-dom", &budget];
        all.extend(flags);
        let (dom, log) = self.run(url, &all)?;
        let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
        Ok(Visit { dom, console })
    }

    /// Writes a picture of a page.
    pub(super) fn picture(
        self,
        url: &str,
        size: (u32, u32),
        to: &Path,
        flags: &[&str],
    ) -> anyhow::Result<()> {
        let (window, to) =
            (format!("--window-size={},{}", size.0, size.1), format!("--screenshot={}", to.display()));
        let mut all = vec!["--hide-scrollbars", &window, &to];
        all.extend(flags);
        self.run(url, &all).map(drop)
    }

    /// Standard output and the log.
    fn run(self, url: &str, flags: &[&str]) -> anyhow::Result<(String, String)> {
        let profile = std::env::temp_dir().join(format!("atol-browser-{}", std::process::id()));
        let (out, log) = (profile.join("out"), profile.join("log"));
        std::fs::create_dir_all(&profile)?;
        let mut child = Command::new(self.0)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--enable-logging=stderr", "--v=0"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(flags)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&out)?)
            .stderr(std::fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", self.0))?;
        let mut is_over = false;
        for _ in 0..PATIENCE.as_millis() / 50 {
            if child.try_wait()?.is_some() {
                is_over = true;
                break;
            }
            pause(Duration::from_millis(50));
        }
        if !is_over {
            let _ = child.kill();
            bail!("{} did not come to an end with {url}", self.0);
        }
        let texts = (read(&out)?, read(&log)?);
        std::fs::remove_dir_all(&profile)?;
        Ok(texts)
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}
