//! Processes of their own: what they take of memory and of the processor, counted in instructions where valgrind is.

use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

/// What a process that has ended took.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Usage {
    /// Of the processor, in the program and in the kernel on its behalf.
    pub cpu: Duration,
    /// The most memory it had, in bytes.
    pub peak: u64,
}

/// What follows the name of this program, but for cargo's own `--bench`.
pub fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| argument != "--bench").collect()
}

/// This benchmark's own program, with other arguments.
fn this_program(arguments: &[String]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments);
    command
}

/// What a command took of which nobody reads the output.
///
/// A process starts with the peak of the one that started it, so a small one stands between: this program, called as
/// `usage COMMAND…`, which has to give what follows to [`usage_of`].
pub fn run_measured(command: &Command) -> Usage {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let mut between = this_program(&["usage".to_owned()]);
    between.args(words);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => between.env(name, value),
            None => between.env_remove(name),
        };
    }
    let output = between.output().unwrap();
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.split_whitespace();
    let mut word = || words.next().unwrap().parse().unwrap();
    Usage { cpu: Duration::from_micros(word()), peak: word() }
}

/// Runs the command that these words make and prints what it took, for [`run_measured`].
#[expect(clippy::print_stdout, reason = "the other process reads it")]
pub fn usage_of(words: &[String]) {
    let mut child = Command::new(&words[0]).args(&words[1..]).stdout(Stdio::null()).spawn().unwrap();
    let result = child.wait4().unwrap();
    assert!(result.status.success(), "{words:?} ended with {}", result.status);
    let usage = result.rusage;
    println!("{} {}", (usage.utime + usage.stime).as_micros(), usage.maxrss);
}

/// How many instructions a call takes of this program, which does so many calls as the last argument says.
///
/// What the program takes besides is the same with twice as many, and drops out of the difference. `None` where there
/// is no valgrind.
pub fn instructions_per_call(arguments: &[String], calls: u32) -> Option<f64> {
    Command::new("valgrind").arg("--version").output().ok()?;
    let once = instructions(arguments, calls);
    let twice = instructions(arguments, 2 * calls);
    Some((twice - once) / f64::from(calls))
}

fn instructions(arguments: &[String], calls: u32) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(arguments)
        .arg(calls.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {said}");
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    collected.unwrap_or_else(|| panic!("valgrind tells no count: {said}")).1.trim().parse().unwrap()
}

/// The most memory that this process had so far, in bytes; none where the system does not tell.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// What this benchmark's own program prints when it is called so.
pub fn output_of(arguments: &[String]) -> String {
    let output = this_program(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{arguments:?} failed");
    String::from_utf8(output.stdout).unwrap()
}
