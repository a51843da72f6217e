//! The store in files: a command that cron starts each minute logs in once a day.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use fs4::TryLockError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::lock::StoreLock;
use super::refusals::Refusals;
use super::store::{StoredToken, TokenKey, TokenStore};
use super::value::Token;
use crate::error::{BoxError, Error, ErrorKind, Result};

/// The only layout there is so far; a file of any other is as good as none.
const VERSION: u32 = 1;

/// More than any file of ours: a token, a login and an address.
const LARGEST: usize = 16 * 1024;

/// Keeps each token in a file that only its owner may read.
///
/// ```
/// use atol_transport::{Credentials, Environment, Tokens};
/// use atol_transport::token::FileTokenStore;
///
/// # let directory = tempfile::tempdir()?;
/// # let directory = directory.path();
/// let store = FileTokenStore::in_directory(directory);
/// let tokens = Tokens::builder(&Environment::Production, Credentials::new("shop-17", "…")?)
///     .store(store)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// There is one file for each pair of environment and login. It is written beside its place and renamed over
/// it, so that nobody ever reads half a token; on Unix its mode is 0600 and that of the directory, where it
/// has to be made, 0700. A file that is corrupt, of another layout, of another login or readable by others
/// counts as no token.
///
/// Beside it stands an empty file, which a process locks while it logs in, so that processes which start together log in
/// once; the system ends the lock with the process. Where the file system has no locks, each of them may log in.
///
/// Beside it stands also a file with the times of the last [`Refusals`], if there are any. Neither the password nor
/// anything made from it is written; whoever knows when the password was changed says so, with
/// [`with_credentials_changed_at`](FileTokenStore::with_credentials_changed_at).
#[derive(Debug, Clone)]
pub struct FileTokenStore {
    directory: PathBuf,
    credentials_changed_at: Option<Timestamp>,
    is_in_place: bool,
}

impl FileTokenStore {
    /// The store in the user's cache directory: `$XDG_CACHE_HOME/atol` or `~/.cache/atol`, and
    /// `%LOCALAPPDATA%\atol` on Windows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when the user has no home directory.
    pub fn in_cache_directory() -> Result<FileTokenStore> {
        let strategy = etcetera::choose_base_strategy().map_err(|error| {
            Error::new(
                ErrorKind::Config,
                "the token cannot be kept in the cache directory, because there is no home directory",
            )
            .with_source(error)
            .with_advice("set HOME, or name a directory for the token")
        })?;
        Ok(FileTokenStore::in_directory(strategy.cache_dir().join("atol")))
    }

    /// The store in a directory of your choice, which is made when the first token is saved.
    pub fn in_directory(directory: impl Into<PathBuf>) -> FileTokenStore {
        FileTokenStore { directory: directory.into(), credentials_changed_at: None, is_in_place: false }
    }

    /// Says when login and password were last changed, as far as that is known: when their file was written. A
    /// refusal before that time was of others, and no reason for a pause.
    #[must_use]
    pub fn with_credentials_changed_at(mut self, time: Timestamp) -> FileTokenStore {
        self.credentials_changed_at = Some(time);
        self
    }

    /// Reads and writes where it is called, instead of on a thread for work that may have to wait: for a program that has
    /// nothing else to do until it has its token.
    #[must_use]
    pub fn in_place(mut self) -> FileTokenStore {
        self.is_in_place = true;
        self
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn path(&self, key: &TokenKey) -> PathBuf {
        self.directory.join(format!("{}.json", file_name(key)))
    }

    fn refusals_path(&self, key: &TokenKey) -> PathBuf {
        self.directory.join(format!("{}.refused.json", file_name(key)))
    }

    fn lock_path(&self, key: &TokenKey) -> PathBuf {
        self.directory.join(format!("{}.lock", file_name(key)))
    }

    /// Writes beside its place and renames, so that nobody reads half a file.
    fn write(&self, path: &Path, content: &impl Serialize) -> Result<(), BoxError> {
        make_private_directory(&self.directory)?;
        let mut text = Zeroizing::new(Vec::with_capacity(8 * 1024));
        serde_json::to_writer(&mut *text, content)?;
        // Made with mode 0600 by `tempfile`, in the same directory because a rename cannot cross file systems.
        let mut file = NamedTempFile::new_in(&self.directory)?;
        file.write_all(&text)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// What stands in a file. It names its key, so that no other file can pass for it.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
    version: u32,
    environment: &'a str,
    login: std::borrow::Cow<'a, str>,
    obtained_at: std::borrow::Cow<'a, str>,
    token: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_not_before: Option<String>,
}

/// What stands in the file of the refusals.
#[derive(Serialize, Deserialize)]
struct RefusalsRecord<'a> {
    version: u32,
    environment: std::borrow::Cow<'a, str>,
    login: std::borrow::Cow<'a, str>,
    refused_at: Vec<String>,
    is_user_blocked: bool,
}

impl TokenStore for FileTokenStore {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(read(&self.path(key))?.and_then(|text| parse(&text, key)))
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        let record = Record {
            version: VERSION,
            environment: key.environment(),
            login: key.login().into(),
            obtained_at: token.obtained_at().to_string().into(),
            token: token.token().expose().into(),
            refresh_not_before: token.refresh_not_before().map(|time| time.to_string()),
        };
        self.write(&self.path(key), &record)
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        Ok(remove(&self.path(key))?)
    }

    fn refusals(&self, key: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        let kept = read(&self.refusals_path(key))?.and_then(|text| parse_refusals(&text, key));
        Ok(kept.and_then(|kept| {
            let changed_at = self.credentials_changed_at.unwrap_or(Timestamp::MIN);
            let since: Vec<_> = kept.at().iter().copied().filter(|at| *at >= changed_at).collect();
            (!since.is_empty()).then(|| Refusals::new(since, kept.is_user_blocked()))
        }))
    }

    fn set_refusals(&self, key: &TokenKey, refusals: Option<&Refusals>) -> Result<(), BoxError> {
        let path = self.refusals_path(key);
        let Some(refusals) = refusals else { return Ok(remove(&path)?) };
        let record = RefusalsRecord {
            version: VERSION,
            environment: key.environment().into(),
            login: key.login().into(),
            refused_at: refusals.at().iter().map(Timestamp::to_string).collect(),
            is_user_blocked: refusals.is_user_blocked(),
        };
        self.write(&path, &record)
    }

    fn try_lock(&self, key: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        make_private_directory(&self.directory)?;
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false);
        // Modes are a matter of Unix.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.lock_path(key))?;
        // By its full name: from Rust 1.89 on the standard library has one, too.
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(StoreLock::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            // A file system without locks; the login goes on without one.
            Err(TryLockError::Error(_)) => Ok(Some(StoreLock::none())),
        }
    }

    fn is_immediate(&self) -> bool {
        self.is_in_place
    }
}

/// The content of a file, if it is there and nobody else may have written it.
fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !is_private(&file)? {
        return Ok(None);
    }
    // Room for the largest and for the look behind its end: a text that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LARGEST + 64));
    file.take(LARGEST as u64).read_to_end(&mut text)?;
    Ok(Some(text))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The refusals in `text`, if that is a file of ours for `key`.
fn parse_refusals(text: &[u8], key: &TokenKey) -> Option<Refusals> {
    let record: RefusalsRecord<'_> = serde_json::from_slice(text).ok()?;
    if record.version != VERSION || record.environment != key.environment() || record.login != key.login() {
        return None;
    }
    let at = record.refused_at.iter().map(|at| at.parse()).collect::<Result<Vec<_>, _>>().ok()?;
    Some(Refusals::new(at, record.is_user_blocked))
}

/// The token in `text`, if that is a file of ours for `key`.
fn parse(text: &[u8], key: &TokenKey) -> Option<StoredToken> {
    let record: Record<'_> = serde_json::from_slice(text).ok()?;
    if record.version != VERSION || record.environment != key.environment() || record.login != key.login() {
        return None;
    }
    let obtained_at = record.obtained_at.parse().ok()?;
    let stored = StoredToken::new(Token::new(record.token).ok()?, obtained_at);
    Some(match record.refresh_not_before.and_then(|time| time.parse().ok()) {
        Some(time) => stored.with_refresh_not_before(time),
        None => stored,
    })
}

/// The host, for people who look into the directory, and a hash of the whole key. A login may hold anything,
/// so it is not part of the name.
fn file_name(key: &TokenKey) -> String {
    let host: String = key
        .environment()
        .split("://")
        .nth(1)
        .unwrap_or_default()
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() || matches!(char, '.' | '-') { char } else { '_' })
        .take(80)
        .collect();
    let hash = fnv1a([key.environment().as_bytes(), b"\0", key.login().as_bytes()].concat());
    format!("{host}-{hash:016x}")
}

/// FNV-1a: the same in each version of this crate and of Rust. Keys that collide share a file and cost each
/// other a login, no more, because the file names its key.
fn fnv1a(bytes: Vec<u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn make_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // Modes are a matter of Unix.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// The permissions of the group and of everybody else.
// Modes are a matter of Unix.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Whether nobody but the owner may read or write the file: anybody who may write it could plant a token.
// Modes are a matter of Unix.
#[cfg(unix)]
fn is_private(file: &File) -> io::Result<bool> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions());
    Ok(mode & OTHERS == 0)
}

/// Elsewhere the user's profile directory keeps others out.
// Windows keeps access lists, which the standard library does not read.
#[cfg(not(unix))]
fn is_private(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests;
