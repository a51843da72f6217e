//! `atol completions` and `atol man`: what a packager installs beside the command.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::failure::Failure;
use crate::output::write_out;
use crate::text::text;

/// The completions of a shell.
pub(crate) fn run(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "atol", &mut script);
    write_out(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// The manual page of the command, or of one of its subcommands.
pub(crate) fn man(subcommand: Option<&str>) -> Result<ExitCode, Failure> {
    let page = page(subcommand)?;
    write_out(&page)?;
    Ok(ExitCode::SUCCESS)
}

fn page(subcommand: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    if let Some(name) = subcommand {
        let Some(found) = command.find_subcommand(name) else {
            let name = name.escape_debug();
            return Err(Failure::usage(text!("there is no command `{name}`", "нет команды `{name}`")));
        };
        command = found.clone().display_name(format!("atol-{name}")).version(env!("CARGO_PKG_VERSION"));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(page)
}
