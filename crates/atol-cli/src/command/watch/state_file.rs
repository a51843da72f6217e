//! The file that a watch goes on from after a restart.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use atol_monitor::watch::WatchState;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::subject::Subject;
use crate::console::Console;
use crate::failure::Failure;
use crate::text::{Text, text};

/// Where the state of a watch is kept, and what it is the state of.
pub(super) struct StateFile<'a> {
    path: &'a Path,
    of: Subject,
}

/// What stands in the file. Versions before had the bare state there.
#[derive(Serialize)]
struct Record<'a> {
    of: &'a Subject,
    state: &'a WatchState,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedRecord {
    of: Subject,
    state: WatchState,
}

/// Tells the two forms apart.
#[derive(Deserialize)]
struct Form {
    of: Option<serde::de::IgnoredAny>,
}

impl<'a> StateFile<'a> {
    pub(super) fn new(path: &'a Path, of: Subject) -> StateFile<'a> {
        StateFile { path, of }
    }

    /// What an earlier watch saved; `None` when there was none.
    pub(super) fn load(&self, console: Console) -> Result<Option<WatchState>, Failure> {
        let shown = self.path.display();
        let json = match fs::read(self.path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::usage(text!(
                    "the state file {shown} cannot be read: {error}",
                    "не удалось прочитать файл состояния {shown}: {error}"
                )));
            }
        };
        if json.trim_ascii().is_empty() {
            console.warn(&text!(
                "the state file {shown} is empty: this watch begins anew",
                "файл состояния {shown} пуст: наблюдение начинается заново"
            ));
            return Ok(None);
        }
        let (of, state) = parse(&json).map_err(|error| {
            refused(text!(
                "the state file {shown} cannot be used: {error}",
                "файл состояния {shown} не годится: {error}"
            ))
        })?;
        match of.and_then(|of| of.told_apart_from(&self.of)) {
            None => Ok(Some(state)),
            Some(Text { en, ru }) => Err(Failure::usage(text!(
                "the state file {shown} is of another watch: {en}",
                "файл состояния {shown} — от другого наблюдения: {ru}"
            ))
            .with_advice(text!(
                "check --profile, --environment and the serial numbers, or name another file; with this one would go what \
                 it has not told yet",
                "проверьте --profile, --environment и заводские номера или укажите другой файл; вместе с этим пропало бы \
                 то, о чём ещё не сообщалось"
            ))),
        }
    }

    /// Saves; a watch that cannot remember goes on and says so.
    pub(super) fn save(&self, state: &WatchState, console: Console) {
        if let Err(error) = self.write(state) {
            let shown = self.path.display();
            console.warn(&text!(
                "the state could not be saved in {shown}: {error}",
                "не удалось сохранить состояние в {shown}: {error}"
            ));
        }
    }

    /// Writes another file and puts it in the place of the old one, so that nobody ever reads half a state.
    fn write(&self, state: &WatchState) -> io::Result<()> {
        let place = place(self.path);
        let directory = directory(&place);
        // The usual place, `~/.local/state`, is not there until a program makes it.
        fs::create_dir_all(directory)?;
        let mut file = NamedTempFile::new_in(directory)?;
        let mut writer = io::BufWriter::new(&mut file);
        serde_json::to_writer(&mut writer, &Record { of: &self.of, state })?;
        writer.flush()?;
        drop(writer);
        // Otherwise the name may be on the disk before the content is, when the power fails.
        file.as_file().sync_all()?;
        file.persist(&place).map_err(|error| error.error)?;
        Ok(())
    }
}

fn parse(json: &[u8]) -> serde_json::Result<(Option<Subject>, WatchState)> {
    let form: Form = serde_json::from_slice(json)?;
    if form.of.is_none() {
        return Ok((None, serde_json::from_slice(json)?));
    }
    let SavedRecord { of, state } = serde_json::from_slice(json)?;
    Ok((Some(of), state))
}

fn refused(what: Text) -> Failure {
    Failure::usage(what).with_advice(text!(
        "name another file, or delete this one to begin anew",
        "укажите другой файл или удалите этот, чтобы начать заново"
    ))
}

/// Where the file really is: whoever puts a link there means what it leads to, whether that is there yet or not.
fn place(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| fs::read_link(path).map(|target| directory(path).join(target)))
        .unwrap_or_else(|_| path.to_owned())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use atol_monitor::watch::WatchOptions;
    use atol_monitor::{KktMonitor, Language, SerialNumber};
    use clap::Parser;

    use super::*;
    use crate::args::Args;
    use crate::console::Verbosity;
    use crate::context::Context;

    const CONSOLE: Console = Console { language: Language::En, verbosity: Verbosity::Normal };

    /// The subject of a watch of these registers with these settings.
    fn subject(line: &[&str], serials: &[&str]) -> Subject {
        let config = NamedTempFile::new().unwrap();
        let line = [&["atol", "codes", "--config", config.path().to_str().unwrap()], line].concat();
        let args = Args::try_parse_from(line).unwrap();
        let context = Context::new(&args).unwrap();
        let serials: Vec<SerialNumber> = serials.iter().map(|serial| serial.parse().unwrap()).collect();
        Subject::new(&context, &serials)
    }

    fn state() -> WatchState {
        KktMonitor::new().unwrap().watch(WatchOptions::builder().build().unwrap()).state()
    }

    #[test]
    fn the_state_is_saved_in_a_directory_that_is_not_there_yet() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/atol/watch.json");
        let file = StateFile::new(&path, subject(&["--demo"], &[]));
        file.write(&state()).unwrap();
        assert!(file.load(CONSOLE).unwrap().is_some());
    }

    #[test]
    fn a_file_that_is_not_there_or_empty_is_a_new_beginning_and_a_broken_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("watch.json");
        let file = StateFile::new(&path, subject(&["--demo"], &[]));
        assert!(file.load(CONSOLE).unwrap().is_none());
        fs::write(&path, "\n").unwrap();
        assert!(file.load(CONSOLE).unwrap().is_none());
        for broken in ["{\"version\":0}", "{\"of\":{}}", "[]"] {
            fs::write(&path, broken).unwrap();
            let told = CONSOLE.told(&file.load(CONSOLE).unwrap_err());
            assert!(told.contains("watch.json cannot be used") && told.contains("delete this one"), "{told}");
        }
    }

    #[test]
    fn the_state_of_another_watch_is_refused() {
        let shop = ["--environment", "https://kkt.example.com", "--login", "shop-17"];
        let other = ["--environment", "https://kkt.example.com", "--login", "shop-18"];
        let elsewhere = ["--environment", "https://kkt.example.org", "--login", "shop-17"];
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("watch.json");
        let save = |subject| StateFile::new(&path, subject).write(&state()).unwrap();
        let load = |subject| StateFile::new(&path, subject).load(CONSOLE);

        save(subject(&shop, &["2", "1"]));
        assert!(!fs::read_to_string(&path).unwrap().contains("shop-17"));
        assert!(load(subject(&shop, &["1", "2"])).unwrap().is_some());
        for (subject, why) in [
            (subject(&shop, &[]), "other registers (2)"),
            (subject(&shop, &["1", "3"]), "other registers (2)"),
            (subject(&other, &["1", "2"]), "another account"),
            (subject(&elsewhere, &["1", "2"]), "at https://kkt.example.com"),
            (subject(&["--demo"], &["1", "2"]), "another account"),
        ] {
            let told = CONSOLE.told(&load(subject).unwrap_err());
            assert!(told.contains(why) && told.contains("name another file"), "{told}");
        }
        save(subject(&["--demo"], &[]));
        let told = CONSOLE.told(&load(subject(&shop, &[])).unwrap_err());
        assert!(told.contains("a demo of 24 registers"), "{told}");
    }

    #[test]
    fn a_state_of_a_version_that_did_not_say_of_what_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("watch.json");
        fs::write(&path, serde_json::to_vec(&state()).unwrap()).unwrap();
        assert!(StateFile::new(&path, subject(&["--demo"], &[])).load(CONSOLE).unwrap().is_some());
    }

    // Links need no rights of an administrator on Unix.
    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through() {
        let directory = tempfile::tempdir().unwrap();
        let (link, path) = (directory.path().join("link.json"), directory.path().join("data/watch.json"));
        std::os::unix::fs::symlink("data/watch.json", &link).unwrap();
        let file = StateFile::new(&link, subject(&["--demo"], &[]));
        for _ in 0..2 {
            file.write(&state()).unwrap();
            assert!(link.is_symlink() && path.is_file());
        }
    }
}
