//! Where the password comes from.

use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// More than any password: reading stops here.
const LONGEST: u64 = 4096;

/// The password from the environment or a file; `None` when neither was given.
pub(crate) fn find(file: Option<&Path>) -> Result<Option<String>, Failure> {
    match file {
        Some(path) if path == Path::new("-") => read(io::stdin(), "standard input").map(Some),
        Some(path) => from_file(path).map(Some),
        None => match std::env::var("ATOL_PASSWORD") {
            Ok(password) => Ok(Some(password)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage("ATOL_PASSWORD is not UTF-8")),
        },
    }
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let unreadable =
        |error: io::Error| Failure::usage(format!("the password file {shown} cannot be read: {error}"));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    refuse_if_readable_by_others(path, &file.metadata().map_err(unreadable)?)?;
    read(file, &shown.to_string())
}

/// The first line, without its end.
fn read(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut text = String::new();
    source
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("the password cannot be read from {name}: {error}")))?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(Failure::usage(format!("there is no password in the first line of {name}"))),
    }
}

// Windows keeps permissions in access lists, which the standard library does not read.
#[cfg(unix)]
fn refuse_if_readable_by_others(path: &Path, metadata: &std::fs::Metadata) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    /// What the group and others may do.
    const OTHERS: u32 = 0o077;
    let mode = metadata.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let path = path.display().to_string();
    let quoted = path.replace('\'', r"'\''");
    Err(Failure::usage(format!(
        "the password file {path} can be read by others (mode {:03o}); run: chmod 600 '{quoted}'",
        mode & 0o777
    )))
}

// Nothing can be said about it here.
#[cfg(not(unix))]
fn refuse_if_readable_by_others(_: &Path, _: &std::fs::Metadata) -> Result<(), Failure> {
    Ok(())
}

// The files of these tests get their modes as Unix knows them.
#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        use std::os::unix::fs::PermissionsExt;

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn the_first_line_is_the_password() {
        let file = file(" canary \r\nsecond\n", 0o600);
        assert_eq!(from_file(file.path()).unwrap(), " canary ");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let file = file("canary", 0o644);
        let failure = format!("{:?}", from_file(file.path()).unwrap_err());
        assert!(failure.contains("(mode 644); run: chmod 600 '/"), "{failure}");
        assert!(!failure.contains("canary"), "{failure}");
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(from_file(file("\n", 0o600).path()).is_err());
    }
}
