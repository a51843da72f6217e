//! Runs `atol` as a person does, with a home directory of its own.

use std::path::Path;
use std::process::{Command, Output};

use atol_mock::{MockAtol, MockAtolBuilder};
use tempfile::TempDir;

/// Somebody's machine: a home directory and variables.
pub(crate) struct Home {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Home {
        Home { directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// With a variable set.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Home {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With the variables of an account at a service.
    pub(crate) fn at(self, service: &MockAtol) -> Home {
        self.with("ATOL_ENVIRONMENT", &service.uri())
            .with("ATOL_LOGIN", "shop")
            .with("ATOL_PASSWORD", "right")
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes the configuration file.
    pub(crate) fn configure(&self, text: &str) {
        let directory = self.path().join("config/atol");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), text).unwrap();
    }

    /// The command, without whatever the machine has set for it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atol"));
        let foreign = |name: &str| name.starts_with("ATOL_") || name.starts_with("LC_") || name == "LANG";
        for (name, _) in std::env::vars().filter(|(name, _)| foreign(name)) {
            command.env_remove(name);
        }
        command
            .env("HOME", self.path())
            .env("TZ", "UTC")
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(args);
        command
    }

    /// The command with these words of a shell, on a terminal of its own where nobody types; `None` where util-linux is
    /// missing.
    // Terminals of one's own are a matter of Unix.
    #[cfg(unix)]
    pub(crate) fn on_a_terminal(&self, words: &str) -> Option<Command> {
        Command::new("script").arg("--version").output().ok()?;
        let mut command = Command::new("script");
        let line = format!("{} {words}", env!("CARGO_BIN_EXE_atol"));
        command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
        for (name, value) in self.command(&[]).get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(std::process::Stdio::null());
        Some(command)
    }

    pub(crate) fn atol(&self, args: &[&str]) -> Run {
        Run(self.command(args).output().unwrap())
    }
}

/// What a run of the command left behind.
pub(crate) struct Run(pub(crate) Output);

impl Run {
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.err()))
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Run {
        assert_eq!(self.code(), Some(code), "stdout: {}\nstderr: {}", self.out(), self.err());
        self
    }
}

/// What is printed up to some words, or up to the end if they do not come.
// For terminals of one's own, which are a matter of Unix.
#[cfg(unix)]
pub(crate) fn read_until(source: &mut impl std::io::Read, words: &str) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(words.as_bytes()) && source.read(&mut byte).unwrap() > 0 {
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

/// Runs `atol` on a machine where nothing is set.
pub(crate) fn atol(args: &[&str]) -> Run {
    Home::new().atol(args)
}

/// A service of one's own; it runs on a thread of its own, so the runtime is needed for its start only.
pub(crate) fn service(builder: MockAtolBuilder) -> MockAtol {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(builder.start())
}

/// A service that takes the login `shop` with the password `right`.
pub(crate) fn shop() -> MockAtolBuilder {
    MockAtol::builder().credentials("shop", "right")
}
