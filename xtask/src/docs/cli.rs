//! `docs/reference/cli.md`: what the command says of itself, one section a subcommand.

use anyhow::{Context as _, ensure};
use xshell::cmd;

use crate::{docs::markdown_head, project::Project};

/// Without a command-line parser the command has no help to show.
pub(super) fn is_there(project: &Project) -> bool {
    project.read("crates/atol-cli/Cargo.toml").is_ok_and(|manifest| manifest.contains("\nclap"))
}

pub(super) fn page(project: &Project) -> anyhow::Result<String> {
    let mut page = markdown_head("The `atol` command", &["the command's own `--help`"]);
    let top = help(project, None)?;
    let subcommands = subcommands(&top);
    ensure!(!subcommands.is_empty(), "`atol --help` lists no commands");
    page += &section("atol", &top);
    for name in subcommands {
        page += &section(&format!("atol {name}"), &help(project, Some(name))?);
    }
    Ok(page)
}

fn section(title: &str, help: &str) -> String {
    format!("\n## {title}\n\n```text\n{}\n```\n", help.trim_end())
}

fn help(project: &Project, subcommand: Option<&str>) -> anyhow::Result<String> {
    let mut run = cmd!(project.sh, "cargo run --quiet --package atol-cli -- {subcommand...} --help")
        // The text is wrapped to the width of the terminal, which is asked of any of the three streams that is one.
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1");
    // Variables that are set show up beside the option that reads them.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ATOL_")) {
        run = run.env_remove(name);
    }
    run = run.quiet().ignore_status();
    let output = run.output()?;
    ensure!(output.status.success(), "`{run}` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let help = String::from_utf8(output.stdout).context("the help is not UTF-8")?;
    Ok(help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
}

/// The names under `Commands:`, without `help` itself.
fn subcommands(help: &str) -> Vec<&str> {
    help.lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A name stands two columns in; the continuation of a description further.
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_read_from_the_list_of_commands() {
        let help = "Watches.\n\nUsage: atol\n\nCommands:\n  list  Shows all\n          registers\n  get   Shows one\n  \
                    help  Prints this\n\nOptions:\n  -v\n";
        assert_eq!(subcommands(help), ["list", "get"]);
    }
}
