//! Runs the steps of the jobs, times them, and keeps what failed and what was skipped for the closing report.

use std::{
    fmt,
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use xshell::Cmd;

use crate::problem::Problem;

/// One command of a job, and how it is shown and repeated.
pub(crate) struct Step<'a> {
    cmd: Cmd<'a>,
    env: Vec<(&'static str, String)>,
    streamed: bool,
}

impl<'a> Step<'a> {
    /// A step whose output is shown only when it fails.
    pub(crate) fn quiet(cmd: Cmd<'a>) -> Self {
        // When it fails the reader looks for the error, not for the hundred crates that were built before it.
        let cmd = cmd.env("CARGO_TERM_QUIET", "true").env("CARGO_TERM_COLOR", color());
        Self { cmd: without_our_cargo_variables(cmd), env: Vec::new(), streamed: false }
    }

    /// A step whose output passes through as it comes, for tests: people and other tools look for cargo's own
    /// `test result:` lines.
    pub(crate) fn streamed(cmd: Cmd<'a>) -> Self {
        Self { cmd: without_our_cargo_variables(cmd), env: Vec::new(), streamed: true }
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        self.cmd = self.cmd.env(name, &value);
        self.env.push((name, value));
        self
    }
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            if value.contains(' ') {
                write!(f, "{name}=\"{value}\" ")?;
            } else {
                write!(f, "{name}={value} ")?;
            }
        }
        write!(f, "{}", self.cmd)
    }
}

/// `cargo run` sets variables about this package. Build scripts that watch them (ring's does) would run again each
/// time a person alternates between `cargo xtask` and plain `cargo`.
fn without_our_cargo_variables(cmd: Cmd<'_>) -> Cmd<'_> {
    const OURS: [&str; 5] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| OURS.iter().any(|prefix| name.starts_with(prefix)))
        .fold(cmd, Cmd::env_remove)
}

/// Captured output loses its colours unless cargo is told to keep them.
fn color() -> &'static str {
    if std::io::stdout().is_terminal() { "always" } else { "auto" }
}

#[derive(Debug)]
struct Failure {
    job: &'static str,
    repeat: String,
}

/// Runs steps one after the other and remembers how they went.
#[derive(Debug)]
pub(crate) struct Runner {
    fail_fast: bool,
    job: &'static str,
    /// What was typed, where it was not `cargo xtask ci`.
    command: Option<String>,
    began: Instant,
    passed: usize,
    failures: Vec<Failure>,
    skipped: Vec<(&'static str, String)>,
    notes: Vec<String>,
}

impl Runner {
    /// For the jobs of `cargo xtask ci`.
    pub(crate) fn new(fail_fast: bool) -> Self {
        Self {
            fail_fast,
            job: "",
            command: None,
            began: now(),
            passed: 0,
            failures: Vec::new(),
            skipped: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// For a command of its own, which is repeated as it was typed.
    pub(crate) fn of_command(name: &'static str) -> Self {
        let typed = std::env::args().skip(1).fold("cargo xtask".to_owned(), |line, word| line + " " + &word);
        Self { job: name, command: Some(typed), ..Self::new(false) }
    }

    /// The steps that follow belong to `job`.
    pub(crate) fn begin(&mut self, job: &'static str) {
        self.job = job;
    }

    /// Runs a command; a failing one is an error only under `--fail-fast`.
    pub(crate) fn step(&mut self, step: Step<'_>) -> anyhow::Result<()> {
        let repeat = step.to_string();
        let began = self.announce(&repeat);
        let cmd = step.cmd.quiet();
        let (passed, output) = if step.streamed {
            println!();
            (cmd.run().is_ok(), String::new())
        } else {
            let output = cmd.ignore_status().output().with_context(|| format!("cannot start `{repeat}`"))?;
            let text = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&text).into_owned())
        };
        self.conclude(began, passed, &output, repeat)
    }

    /// Runs one of our own checks.
    pub(crate) fn check(
        &mut self,
        title: &str,
        check: impl FnOnce() -> anyhow::Result<Vec<Problem>>,
    ) -> anyhow::Result<()> {
        let began = self.announce(title);
        let (passed, output) = match check() {
            Ok(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                (problems.is_empty(), lines.join("\n"))
            }
            Err(error) => (false, format!("{error:#}")),
        };
        let repeat = self.repeat_job();
        self.conclude(began, passed, &output, repeat)
    }

    /// The job ended early: at the first failure, which is known already, or because it could not do its work.
    pub(crate) fn job_ended_early(&mut self, error: &anyhow::Error) {
        if self.job_passed() {
            println!("{:<9} FAILED: {error:#}", self.job);
            self.failures.push(Failure { job: self.job, repeat: self.repeat_job() });
        }
    }

    /// Whether every step of the current job passed so far.
    pub(crate) fn job_passed(&self) -> bool {
        self.failures.iter().all(|failure| failure.job != self.job)
    }

    /// The job cannot run here; it is named at the end, never silently left out.
    pub(crate) fn skip_job(&mut self, why: impl Into<String>) {
        let why = why.into();
        println!("{:<9} skipped: {why}", self.job);
        self.skipped.push((self.job, why));
    }

    /// Something worth a look that is no failure.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints the closing report and turns it into the exit code.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n{}", self.report(self.began.elapsed()));
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn report(&self, total: Duration) -> String {
        let total = seconds(total);
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let skipped = self.skipped.iter().map(|(job, why)| format!("skipped: {job} {why}"));
        let mut lines: Vec<String> = notes.chain(skipped).collect();
        if self.failures.is_empty() {
            lines.push(format!("{} steps passed in {total}", self.passed));
        } else {
            let failed = self.failures.len();
            let steps = self.passed + failed;
            lines.push(format!("{failed} of {steps} steps failed in {total}; repeat with:"));
            lines.extend(self.failures.iter().map(|Failure { job, repeat }| format!("  {job:<9} {repeat}")));
        }
        lines.join("\n")
    }

    fn repeat_job(&self) -> String {
        self.command.clone().unwrap_or_else(|| format!("cargo xtask ci --job {}", self.job))
    }

    fn announce(&self, what: &str) -> Instant {
        print!("{:<9} {what} ... ", self.job);
        // A lost progress line is no reason to stop.
        let _ = std::io::stdout().flush();
        now()
    }

    fn conclude(&mut self, began: Instant, passed: bool, output: &str, repeat: String) -> anyhow::Result<()> {
        let took = seconds(began.elapsed());
        if passed {
            println!("ok ({took})");
            self.passed += 1;
            return Ok(());
        }
        println!("FAILED ({took})");
        if !output.is_empty() {
            println!("{}", output.trim_end());
        }
        println!("repeat: {repeat}");
        self.failures.push(Failure { job: self.job, repeat });
        if self.fail_fast {
            bail!("stopped at the first failure");
        }
        Ok(())
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "the clock trait lives in a crate that xtask must not link")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use xshell::{Shell, cmd};

    use super::*;

    fn problems() -> Vec<Problem> {
        vec![Problem::new("a.rs", "is wrong")]
    }

    #[test]
    fn the_report_names_how_to_repeat_what_failed_and_what_was_skipped() -> anyhow::Result<()> {
        let mut runner = Runner::new(false);
        runner.begin("tidy");
        runner.check("good", || Ok(Vec::new()))?;
        assert!(runner.job_passed());
        runner.check("bad", || Ok(problems()))?;
        assert!(!runner.job_passed());
        runner.begin("deny");
        runner.skip_job("needs cargo-deny");
        assert_eq!(
            runner.report(Duration::from_millis(1234)),
            "skipped: deny needs cargo-deny\n\
             1 of 2 steps failed in 1.2 s; repeat with:\n  \
             tidy      cargo xtask ci --job tidy"
        );
        Ok(())
    }

    #[test]
    fn a_check_that_cannot_be_made_counts_as_failed() -> anyhow::Result<()> {
        let mut runner = Runner::new(false);
        runner.check("broken", || bail!("no such file"))?;
        assert!(!runner.job_passed());
        Ok(())
    }

    #[test]
    fn fail_fast_stops_at_the_first_failure_and_counts_it_once() {
        let mut runner = Runner::new(true);
        let result = runner.check("bad", || Ok(problems()));
        assert!(result.is_err_and(|error| {
            runner.job_ended_early(&error);
            runner.report(Duration::ZERO).starts_with("1 of 1 steps failed")
        }));
    }

    #[test]
    fn a_command_is_judged_by_its_exit_code() -> anyhow::Result<()> {
        let sh = Shell::new()?;
        let mut runner = Runner::new(false);
        runner.step(Step::quiet(cmd!(sh, "cargo --version")))?;
        assert!(runner.job_passed());
        runner.step(Step::quiet(cmd!(sh, "cargo no-such-subcommand")))?;
        assert!(!runner.job_passed());
        Ok(())
    }

    #[test]
    fn a_step_is_shown_as_a_shell_takes_it() -> anyhow::Result<()> {
        let sh = Shell::new()?;
        let step = Step::quiet(cmd!(sh, "cargo doc")).env("RUSTDOCFLAGS", "-D warnings").env("A", "1");
        assert_eq!(step.to_string(), "RUSTDOCFLAGS=\"-D warnings\" A=1 cargo doc");
        Ok(())
    }
}
