//! The home directory of the reader whom the pages speak to, and the shell in which the commands are typed.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::Context as _;

use crate::{project::Project, server::Server, workspace::Workspace};

/// The profiles that the pages name.
const PROFILES: [&str; 3] = ["shop", "north", "south"];

/// What the stand-in takes: the vendor's public test account.
const LOGIN: &str = "v4-online-atol-ru";
const PASSWORD: &str = "iGFFuihss";

/// A home with the profiles of the guide, whose service is the stand-in of a demo.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    root: PathBuf,
    path: std::ffi::OsString,
    /// Its stand-in is the service.
    _demo: Server,
}

impl Home {
    pub(super) fn furnish(project: &Project) -> anyhow::Result<Self> {
        let demo = Server::start(project, &["--demo"])?;
        let service = demo.stand_in.as_deref().context("a demo without a stand-in")?;
        let target = Workspace::load(project)?.target_directory;
        let folder = target.join("guide-home");
        let _ = fs::remove_dir_all(&folder);
        let settings = folder.join(".config/atol");
        fs::create_dir_all(&settings)?;
        let profiles = PROFILES.map(|name| {
            format!(
                "[profiles.{name}]\nenvironment = \"http://{service}\"\nlogin = \"{LOGIN}\"\npassword_file = \"shop.password\"\n"
            )
        });
        fs::write(settings.join("config.toml"), profiles.concat())?;
        fs::write(settings.join("shop.password"), PASSWORD)?;
        let binaries = target.join("debug");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([binaries].into_iter().chain(env::split_paths(&path)))?;
        Ok(Self { folder, root: project.path(""), path, _demo: demo })
    }

    /// A shell that stands in the clone and knows `atol`. It has none of this machine's settings, but its cargo.
    pub(super) fn shell(&self, script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if ["ATOL_", "XDG_", "LC_"].iter().any(|prefix| text.starts_with(prefix)) {
                shell.env_remove(&name);
            }
        }
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if let (None, Some(home)) = (env::var_os(name), env::home_dir()) {
                shell.env(name, home.join(folder));
            }
        }
        shell.env("HOME", &self.folder).env("PATH", &self.path);
        shell
    }
}
