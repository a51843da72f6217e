//! Blocks of commands in a page, and whether a command did what the block shows.
//!
//! A line behind `$ ` is a command; the lines below it are among those that it prints. In them any number stands for any other,
//! and `…` at the end for whatever follows. It ends as it usually does, unless the block goes on with `$ echo $?` and another number.

use crate::tidy::fences::fence;

const CONSOLE: &str = "console";
const BY_HAND: &str = "console by-hand";

/// Commands that go on until Ctrl-C, which is the exit code they then have.
const ENDLESS: [&str; 2] = ["serve", "watch"];
const INTERRUPTED: i32 = 130;

/// What `atol check` makes of a demo's fleet.
const CRITICAL: i32 = 2;

/// One block.
#[derive(Debug, PartialEq)]
pub(super) struct Block<'a> {
    /// Whether it needs what a check must not need: the internet, root, an account of the reader's.
    pub(super) is_by_hand: bool,
    pub(super) commands: Vec<Shown<'a>>,
}

/// A command as a page shows it.
#[derive(Debug, PartialEq)]
pub(super) struct Shown<'a> {
    /// Counted from one.
    pub(super) line: usize,
    pub(super) command: &'a str,
    prints: Vec<&'a str>,
    ends_with: i32,
}

/// The blocks of a page.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        let Some((opening, tag)) = fence(line) else { continue };
        let is_end =
            |line: &str| fence(line).is_some_and(|(mark, tag)| tag.is_empty() && mark.starts_with(opening));
        let inside: Vec<(usize, &str)> = lines.by_ref().take_while(|(_, line)| !is_end(line)).collect();
        if tag == CONSOLE || tag == BY_HAND {
            blocks.push(Block { is_by_hand: tag == BY_HAND, commands: commands(&inside) });
        }
    }
    blocks
}

fn commands<'a>(lines: &[(usize, &'a str)]) -> Vec<Shown<'a>> {
    let mut commands: Vec<Shown<'a>> = Vec::new();
    let mut is_exit_code = false;
    for &(index, line) in lines {
        let line = line.trim();
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some("echo $?"), Some(_)) => is_exit_code = true,
            (Some(command), _) => {
                let ends_with = usual_exit_code(command);
                commands.push(Shown { line: index + 1, command, prints: Vec::new(), ends_with });
                is_exit_code = false;
            }
            (None, Some(last)) if is_exit_code => last.ends_with = line.parse().unwrap_or(last.ends_with),
            (None, Some(last)) => last.prints.push(line),
            (None, None) => {}
        }
    }
    commands
}

/// The `list` of `atol list` and of `cargo run -- list`.
fn subcommand(command: &str) -> &str {
    let mut words = command.split_whitespace().skip_while(|word| !["atol", "--"].contains(word));
    words.nth(1).unwrap_or_default()
}

fn usual_exit_code(command: &str) -> i32 {
    match subcommand(command) {
        endless if ENDLESS.contains(&endless) => INTERRUPTED,
        "check" => CRITICAL,
        _ => 0,
    }
}

impl Shown<'_> {
    /// Whether somebody has to stop it.
    pub(super) fn is_endless(&self) -> bool {
        ENDLESS.contains(&subcommand(self.command))
    }

    /// What the shell is given: the same from what is built already, and a server on a free port.
    pub(super) fn script(&self) -> String {
        let command = self.command.replacen("cargo run -- ", "atol ", 1);
        if let Some((_, example)) = command.split_once("--example ") {
            return format!("cargo run --quiet --all-features --example {example}");
        }
        if let Some((first, others)) = command.split_once(" | ") {
            // The shell goes by how the last of them ends, and it is the first whose failure must be seen.
            return format!("printed=$({first}) && printf '%s\\n' \"$printed\" | {others}");
        }
        if !self.is_endless() {
            return command;
        }
        let command = command.split(" #").next().unwrap_or_default().trim_end();
        let (command, _) = command.split_once(" --listen").unwrap_or((command, ""));
        let port = if command.contains(" serve") { " --listen 127.0.0.1:0" } else { "" };
        // Without `exec` Ctrl-C would end the shell and leave the command.
        format!("exec {command}{port}")
    }

    /// What the page shows otherwise than it was.
    pub(super) fn fault(&self, code: Option<i32>, output: &str) -> Option<String> {
        if code != Some(self.ends_with) {
            let code = code.map_or("a signal".to_owned(), |code| code.to_string());
            return Some(format!("ended with {code} and not with {}:\n{output}", self.ends_with));
        }
        let printed: Vec<String> = output.lines().map(shape).collect();
        let missing =
            self.prints.iter().find(|line| !printed.iter().any(|printed| is_shown(line, printed)))?;
        Some(format!("did not print `{missing}` but\n{output}"))
    }
}

/// Whether a line of the page stands for a line that was printed, given by its shape.
fn is_shown(line: &str, printed: &str) -> bool {
    match line.strip_suffix('…') {
        Some(begin) => printed.starts_with(shape(begin).trim_end()),
        None => shape(line) == printed,
    }
}

/// The line with one blank for many, and a mark for each number.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for character in line.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if !character.is_ascii_digit() {
            shape.push(character);
        } else if !shape.ends_with('#') {
            shape.push('#');
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
```console
$ atol get 1 --demo
atol: demo: 24 made registers at http://127.0.0.1:42971
…
$ echo $?
1
$ atol list --demo
```

   ```console by-hand
   $ systemctl start atol
   ```

```text
$ nobody runs this
```
";

    fn page() -> (Vec<Shown<'static>>, Vec<Shown<'static>>) {
        let mut blocks = blocks(PAGE).into_iter();
        let (run, by_hand) = (blocks.next(), blocks.next());
        assert_eq!(blocks.next(), None);
        assert_eq!(by_hand.as_ref().map(|block| block.is_by_hand), Some(true));
        (run.map_or(Vec::new(), |block| block.commands), by_hand.map_or(Vec::new(), |block| block.commands))
    }

    #[test]
    fn commands_are_read_with_their_lines_outputs_and_exit_codes() {
        let (run, by_hand) = page();
        let told: Vec<_> = run.iter().map(|shown| (shown.line, shown.command, shown.ends_with)).collect();
        assert_eq!(told, [(2, "atol get 1 --demo", 1), (7, "atol list --demo", 0)]);
        assert_eq!(run[0].prints, ["atol: demo: 24 made registers at http://127.0.0.1:42971", "…"]);
        assert_eq!(by_hand[0].command, "systemctl start atol");
    }

    #[test]
    fn numbers_may_differ_and_words_and_exit_codes_may_not() {
        let (run, _) = page();
        let fault = |code, output| run[0].fault(Some(code), output);
        assert_eq!(fault(1, "atol: demo: 5 made  registers at http://127.0.0.1:1\n"), None);
        assert!(fault(0, "").is_some_and(|fault| fault.starts_with("ended with 0 and not with 1")));
        let other = fault(1, "atol: demo: no registers\n");
        assert!(other.is_some_and(|fault| fault.starts_with("did not print `atol: demo: 24 made")));
        assert!(is_shown("ATOL OK - 3 …", "ATOL OK - # registers"));
        assert!(!is_shown("ATOL OK - 3", "ATOL OK - # registers"));
    }

    #[test]
    fn a_command_that_fails_in_front_of_a_pipe_fails() -> anyhow::Result<()> {
        let run = |command| {
            let script = commands(&[(0, command)])[0].script();
            std::process::Command::new("sh").args(["-c", &script]).output()
        };
        assert_eq!(run("$ sh -c 'echo 1; exit 3' | wc -l")?.status.code(), Some(3));
        let counted = run("$ printf '1\\n2\\n' | wc -l")?;
        assert!(counted.status.success());
        assert_eq!(String::from_utf8(counted.stdout)?.trim(), "2");
        Ok(())
    }

    #[test]
    fn what_goes_on_for_ever_is_told_from_examples_and_gets_a_free_port() {
        let script = |command| commands(&[(0, command)])[0].script();
        assert_eq!(
            script("$ cargo run -- serve --demo   # a page"),
            "exec atol serve --demo --listen 127.0.0.1:0"
        );
        assert_eq!(script("$ atol serve --shard 1/3 --listen 127.0.0.1:9877").matches("--listen").count(), 1);
        assert_eq!(script("$ atol watch --demo"), "exec atol watch --demo");
        let example = "$ cargo run -p atol-monitor --example watch";
        assert_eq!(script(example), "cargo run --quiet --all-features --example watch");
        assert!(!commands(&[(0, example)])[0].is_endless());
    }
}
