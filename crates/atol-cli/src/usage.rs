//! Reads the command line, and says what is wrong with it.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{Error, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::args::Args;
use crate::command::check;

/// Wrong usage, as for every command but `check`.
const USAGE: u8 = 2;

/// The command with exit codes of its own.
const CHECK: &str = "check";

/// The command line; or the exit code, when everything is said already.
pub(crate) fn parse() -> Result<Args, ExitCode> {
    read(std::env::args_os()).map_err(|error| {
        if error.use_stderr() && is_check() {
            return check::unknown_usage(&error.render().to_string());
        }
        // Help and version go to standard output; when nobody reads them there is nobody to tell.
        let _ = error.print();
        if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
    })
}

fn read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Args, Error> {
    let mut command = Args::command();
    let mut matches = command.try_get_matches_from_mut(words)?;
    refuse_conflicts(&mut command, &matches)?;
    Args::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// clap looks for conflicts before it hands what stands in front of a command's name to the command, so it misses those
/// between the two; here they are looked for once more, in what the command ends up with.
fn refuse_conflicts(command: &mut Command, matches: &ArgMatches) -> Result<(), Error> {
    if let Some((name, matches)) = matches.subcommand() {
        return command
            .find_subcommand_mut(name)
            .map_or(Ok(()), |command| refuse_conflicts(command, matches));
    }
    let is_given = |arg: &Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let conflict = command.get_arguments().filter(|arg| is_given(arg)).find_map(|arg| {
        let other = command.get_arg_conflicts_with(arg).into_iter().find(|other| is_given(other))?;
        Some(format!("the argument '{arg}' cannot be used with '{other}'"))
    });
    conflict.map_or(Ok(()), |conflict| Err(command.error(ErrorKind::ArgumentConflict, conflict)))
}

/// Whether the command line, wrong as it is, asks for a check: a monitoring system takes the usual exit code of wrong
/// usage for a critical state.
fn is_check() -> bool {
    let matches = Args::command().ignore_errors(true).try_get_matches().ok();
    match matches.as_ref().and_then(ArgMatches::subcommand_name) {
        Some(name) => name == CHECK,
        // It was not found behind what is wrong.
        None => std::env::args_os().skip(1).any(|word| word == CHECK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(words: &str) -> Option<String> {
        let error = read(words.split(' ')).err()?;
        Some(error.to_string().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_contradicts_itself_is_refused_in_every_order() {
        for (one, command, other) in [
            ("--login shop", "serve", "--all-accounts"),
            ("--password-file x", "serve", "--all-accounts"),
            ("--environment test", "serve", "--account a"),
            ("--profile b", "serve", "--account a"),
            ("--demo", "serve", "--account a"),
            ("--demo-size 3", "serve", "--all-accounts"),
            ("-q", "list", "-v"),
            ("-v", "config show", "-q"),
        ] {
            for words in [
                format!("atol {one} {command} {other}"),
                format!("atol {command} {one} {other}"),
                format!("atol {command} {other} {one}"),
            ] {
                let refusal = refusal(&words).unwrap_or_default();
                assert!(refusal.starts_with("error: the argument '--"), "{words}: {refusal}");
                assert!(refusal.contains("' cannot be used with '--"), "{words}: {refusal}");
            }
        }
        assert_eq!(
            refusal("atol --demo serve --account a").unwrap(),
            refusal("atol serve --account a --demo").unwrap()
        );
    }

    #[test]
    fn what_goes_together_is_taken_in_every_order() {
        for words in [
            "atol -v --lang ru serve --all-accounts --no-token-cache",
            "atol --login shop --password-file x serve --interval 2m",
            "atol --demo -q list",
            "atol --profile a config show",
        ] {
            assert_eq!(refusal(words), None, "{words}");
        }
    }
}
