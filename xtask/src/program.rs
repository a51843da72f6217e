//! A program that is run to its end and not for ever: its exit status, and what it wrote.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};

/// How often a program is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program, with nothing on its standard input. One that is not over in time is killed, which is an error.
pub(crate) fn run(command: &mut Command, patience: Duration) -> anyhow::Result<Ended> {
    Running::start(command)?.end(patience, |_| Ok(()))
}

/// Runs a program that goes on until somebody presses Ctrl-C, and presses it once `is_up` holds of what it wrote to standard
/// output and to standard error.
pub(crate) fn run_and_interrupt(
    command: &mut Command,
    patience: Duration,
    is_up: impl Fn(&str, &str) -> bool,
) -> anyhow::Result<Ended> {
    let mut is_interrupted = false;
    Running::start(command)?.end(patience, |running| {
        if !is_interrupted && is_up(&running.said()?, &running.told()?) {
            is_interrupted = true;
            running.interrupt()?;
        }
        Ok(())
    })
}

/// A program under way. It writes to files, because pipes stay open as long as any child of it lives.
struct Running {
    child: Child,
    folder: PathBuf,
    name: String,
}

impl Running {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("atol-program-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("out"))?)
            .stderr(File::create(folder.join("log"))?);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, folder, name })
    }

    fn end(
        mut self,
        patience: Duration,
        mut look: impl FnMut(&Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<Ended> {
        for _ in 0..patience.as_millis() / LOOK.as_millis() {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ended { status, stdout: self.said()?, stderr: self.told()? });
            }
            look(&self)?;
            pause(LOOK);
        }
        bail!("{} did not come to an end in {} s:\n{}", self.name, patience.as_secs(), self.told()?)
    }

    fn said(&self) -> anyhow::Result<String> {
        read(&self.folder.join("out"))
    }

    fn told(&self) -> anyhow::Result<String> {
        read(&self.folder.join("log"))
    }

    fn interrupt(&self) -> anyhow::Result<()> {
        // A word of the shell: not every system has a program of that name.
        let kill = format!("kill -s INT {}", self.child.id());
        Command::new("sh").args(["-c", &kill]).status().context("cannot start sh")?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Neither does anything to a program that is over.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "there is nothing to inject a clock into")]
pub(crate) fn pause(duration: Duration) {
    thread::sleep(duration);
}

// They need a shell.
#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_was_written_and_the_exit_code_come_back() -> anyhow::Result<()> {
        let ended = run(&mut sh("echo out; echo log >&2; exit 3"), Duration::from_secs(60))?;
        assert_eq!(
            (ended.status.code(), ended.stdout.as_str(), ended.stderr.as_str()),
            (Some(3), "out\n", "log\n")
        );
        Ok(())
    }

    #[test]
    fn a_program_without_an_end_is_an_error_that_tells_what_it_said() {
        let ended = run(&mut sh("echo waiting >&2; exec sleep 1000"), Duration::from_millis(500));
        assert!(ended.is_err_and(|error| error.to_string().contains("waiting")));
    }

    #[test]
    fn ctrl_c_comes_when_the_program_is_up() -> anyhow::Result<()> {
        let script = "trap 'exit 7' INT; echo begun; while :; do sleep 0.05; done";
        let ended = run_and_interrupt(&mut sh(script), Duration::from_secs(60), |said, _| said == "begun\n")?;
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(7), "begun\n"));
        Ok(())
    }
}
