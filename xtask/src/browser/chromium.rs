//! A headless Chromium, one run for each question.

use std::{path::Path, process::Command, time::Duration};

use anyhow::Context as _;

use crate::{program, project::Project};

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

    /// What it is started as.
    pub(super) fn name(self) -> &'static str {
        self.0
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

    /// Writes a page as a printer gets it.
    pub(super) fn print(self, url: &str, to: &Path) -> anyhow::Result<()> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let to = format!("--print-to-pdf={}", to.display());
        self.run(url, &["--no-pdf-header-footer", &to]).map(drop)
    }

    /// What it wrote to standard output, and to the log.
    fn run(self, url: &str, flags: &[&str]) -> anyhow::Result<(String, String)> {
        let profile = std::env::temp_dir().join(format!("atol-browser-{}", std::process::id()));
        let mut command = Command::new(self.0);
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--enable-logging=stderr", "--v=0"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(flags)
            .arg(url);
        let ended = program::run(&mut command, PATIENCE).with_context(|| format!("cannot open {url}"))?;
        std::fs::remove_dir_all(&profile)?;
        Ok((ended.stdout, ended.stderr))
    }
}
