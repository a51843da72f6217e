//! Login and password: from variables, files or a person, never from an argument.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use atol_transport::Environment;
use atol_transport::token::{TokenKey, TokenStore as _};
use jiff::{SignedDuration, Timestamp};

use crate::connection::{self, Look};
use crate::context::Context;
use crate::failure::Failure;
use crate::settings::{PasswordSource, Setting};
use crate::text::text;

/// More than any password: reading stops here.
const LONGEST: u64 = 4096;

/// A token lives for a day; one that has less than two hours left is as good as none.
const TOKEN_LASTS: SignedDuration = SignedDuration::from_hours(22);

/// Who asks the service.
pub(crate) enum Account {
    /// Whoever knows the login and password that the vendor publishes for the test environment.
    Public,
    /// Somebody whose token an earlier command has left behind.
    LoggedIn { login: String },
    /// Somebody who logs in.
    Own { login: String, password: String },
}

/// Finds out who asks. A person at the terminal is asked for a password only when it is needed.
pub(crate) fn account(context: &Context, look: Look) -> Result<Account, Failure> {
    let settings = &context.settings;
    settings.require_account()?;
    let password = settings.password.as_ref().map(|password| find(&password.value)).transpose()?;
    match (&settings.login, password) {
        (Some(Setting { value: login, .. }), Some(password)) => Ok(Account::Own { login: login.clone(), password }),
        (Some(Setting { value: login, .. }), None) if is_person_there() && look == Look::Once && has_token(context, login) => {
            Ok(Account::LoggedIn { login: login.clone() })
        }
        (Some(Setting { value: login, .. }), None) => match ask(context, login)? {
            Some(password) => Ok(Account::Own { login: login.clone(), password }),
            None => Err(Failure::usage(text!(
                "there is a login but no password",
                "логин задан, а пароль нет"
            ))
            .with_advice(text!(
                "set ATOL_PASSWORD, or name a file with --password-file",
                "задайте ATOL_PASSWORD или укажите файл: --password-file"
            ))),
        },
        (None, Some(_)) => Err(Failure::usage(text!(
            "there is a password but no login",
            "пароль задан, а логин нет"
        ))
        .with_advice(text!("set ATOL_LOGIN or give --login", "задайте ATOL_LOGIN или --login"))),
        (None, None) if settings.environment.value == Environment::Production => Err(Failure::usage(text!(
            "production needs your login",
            "для рабочей среды нужен ваш логин"
        ))
        .with_advice(text!(
            "set ATOL_LOGIN and ATOL_PASSWORD (or --login and --password-file); they are in the settings file that your \
             ATOL Online account offers for download; or look around with --demo",
            "задайте ATOL_LOGIN и ATOL_PASSWORD (или --login и --password-file): они в файле настроек интеграции из личного \
             кабинета АТОЛ Онлайн; осмотреться можно с --demo"
        ))),
        (None, None) => Ok(Account::Public),
    }
}

/// Whether an earlier command has left a token behind that the service should still take.
fn has_token(context: &Context, login: &str) -> bool {
    let Some(store) = connection::token_store(context) else { return false };
    let key = TokenKey::new(&context.settings.environment.value.endpoints(), login);
    let stored = store.load(&key).ok().flatten();
    stored.is_some_and(|stored| {
        let age = context.clock.wall().duration_since(stored.obtained_at());
        (SignedDuration::ZERO..TOKEN_LASTS).contains(&age)
    })
}

fn is_person_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// When the password was last changed, as far as that can be told: a person at the terminal may have done it just
/// now, and a file knows when it was written, but for the copy that systemd makes at each start. Refused logins before
/// that are no reason to hold the next one back.
pub(crate) fn changed_at(context: &Context) -> Option<Timestamp> {
    if is_person_there() {
        return Some(context.clock.wall());
    }
    match &context.settings.password.as_ref()?.value {
        PasswordSource::File(path) if is_credential(path) => None,
        PasswordSource::File(path) => Timestamp::try_from(path.metadata().ok()?.modified().ok()?).ok(),
        PasswordSource::Variable => None,
    }
}

/// Whether the file is a service's credential, of which systemd writes a copy for this run of the service.
fn is_credential(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY")
        .is_some_and(|directory| !directory.is_empty() && path.starts_with(directory))
}

fn find(source: &PasswordSource) -> Result<String, Failure> {
    match source {
        PasswordSource::File(path) if path == Path::new("-") => read(io::stdin(), "-"),
        PasswordSource::File(path) => from_file(path),
        PasswordSource::Variable => match std::env::var("ATOL_PASSWORD") {
            Ok(password) => Ok(without_line_end(&password).to_owned()),
            Err(_) => Err(Failure::usage(text!("ATOL_PASSWORD is not UTF-8", "ATOL_PASSWORD: это не UTF-8"))),
        },
    }
}

/// Asks the person at the terminal, without showing what they type; `None` when there is nobody to ask.
fn ask(context: &Context, login: &str) -> Result<Option<String>, Failure> {
    if !is_person_there() {
        return Ok(None);
    }
    let prompt = text!("Password of {login}: ", "Пароль для {login}: ");
    let asked = rpassword::prompt_password(prompt.to(context.console.language)).map_err(|error| {
        Failure::usage(text!("no password was given: {error}", "пароль не введён: {error}"))
    })?;
    Ok(Some(asked).filter(|password| !password.is_empty()))
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        Failure::usage(text!(
            "the password file {shown} cannot be read: {error}",
            "не удалось прочитать файл пароля {shown}: {error}"
        ))
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Failure::usage(text!(
            "the password file {shown} is a directory",
            "вместо файла пароля указан каталог {shown}"
        )));
    }
    refuse_if_readable_by_others(path, &metadata)?;
    read(file, &shown.to_string())
}

/// Whatever fills the variable may end it as a line.
fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// The first line, without its end and without the mark that editors on Windows put before it.
fn read(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut text = String::new();
    source.take(LONGEST).read_to_string(&mut text).map_err(|error| {
        Failure::usage(text!(
            "the password cannot be read from {name}: {error}",
            "не удалось прочитать пароль из {name}: {error}"
        ))
    })?;
    match text.strip_prefix('\u{feff}').unwrap_or(&text).lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(Failure::usage(text!(
            "there is no password in the first line of {name}",
            "в первой строке {name} нет пароля"
        ))),
    }
}

// Windows keeps permissions in access lists, which the standard library does not read.
#[cfg(unix)]
fn refuse_if_readable_by_others(path: &Path, metadata: &std::fs::Metadata) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    /// What the group and others may do.
    const OTHERS: u32 = 0o077;
    let mode = metadata.permissions().mode();
    // systemd lets the service's user in by an access list, which shows as a right of the group; the folder is private.
    if mode & OTHERS == 0 || is_credential(path) {
        return Ok(());
    }
    let path = path.display().to_string();
    let quoted = path.replace('\'', r"'\''");
    let mode = mode & 0o777;
    Err(Failure::usage(text!(
        "the password file {path} can be read by others (mode {mode:03o})",
        "файл пароля {path} доступен другим (права {mode:03o})"
    ))
    .with_advice(text!("run: chmod 600 '{quoted}'", "выполните: chmod 600 '{quoted}'")))
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
    fn what_an_editor_adds_is_no_part_of_the_password() {
        assert_eq!(from_file(file("\u{feff}canary\n", 0o600).path()).unwrap(), "canary");
        for (value, password) in
            [("canary\n", "canary"), ("canary\r\n", "canary"), ("canary\n\n", "canary\n")]
        {
            assert_eq!(without_line_end(value), password);
        }
        assert_eq!(without_line_end(" canary "), " canary ");
    }

    #[test]
    fn a_directory_is_told_as_such() {
        let failure = from_file(tempfile::tempdir().unwrap().path()).unwrap_err();
        assert!(failure.what().en.ends_with("is a directory"), "{failure:?}");
        assert!(failure.advice().is_none(), "{failure:?}");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let file = file("canary", 0o644);
        let failure = format!("{:?}", from_file(file.path()).unwrap_err());
        assert!(failure.contains("(mode 644)") && failure.contains("run: chmod 600 '/"), "{failure}");
        assert!(!failure.contains("canary"), "{failure}");
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(from_file(file("\n", 0o600).path()).is_err());
    }
}
