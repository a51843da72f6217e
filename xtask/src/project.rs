//! The checkout we work on: its root, a shell that stands in it, and its files.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use xshell::{Shell, cmd};

/// The checkout; every path given to it is relative to the root and written with `/`.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) sh: Shell,
    root: PathBuf,
}

impl Project {
    pub(crate) fn open() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        let sh = Shell::new()?;
        sh.change_dir(root);
        Ok(Self { sh, root: root.to_owned() })
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn exists(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    pub(crate) fn read(&self, relative: &str) -> anyhow::Result<String> {
        Ok(self.sh.read_file(self.path(relative))?)
    }

    /// Every file that is, or with the next `git add` would be, part of the project, sorted.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<String>> {
        let listed = cmd!(self.sh, "git ls-files --cached --others --exclude-standard -z")
            .read()
            .context("listing the project's files needs git and a checkout; an unpacked archive has none")?;
        let mut files: Vec<String> = listed
            .split('\0')
            // A file deleted but not yet staged is still listed.
            .filter(|path| !path.is_empty() && self.exists(path))
            .map(str::to_owned)
            .collect();
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }

    /// Whether a program is installed: it can be started and does not fail.
    pub(crate) fn answers(&self, command: &[&str]) -> bool {
        let [program, arguments @ ..] = command else { return false };
        self.sh.cmd(program).args(arguments).quiet().ignore_stdout().ignore_stderr().run().is_ok()
    }
}

/// What stands behind the last dot of a path; the whole path when there is none.
pub(crate) fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
