//! The file that a watch goes on from after a restart.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use atol_monitor::watch::WatchState;
use tempfile::NamedTempFile;

use crate::console::Console;
use crate::failure::Failure;
use crate::text::text;

/// Where the state of a watch is kept.
pub(super) struct StateFile<'a> {
    path: &'a Path,
}

impl<'a> StateFile<'a> {
    pub(super) fn new(path: &'a Path) -> StateFile<'a> {
        StateFile { path }
    }

    /// What an earlier watch saved; `None` when there was none.
    pub(super) fn load(&self) -> Result<Option<WatchState>, Failure> {
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
        serde_json::from_slice(&json).map(Some).map_err(|error| {
            Failure::usage(text!(
                "the state file {shown} cannot be used: {error}",
                "файл состояния {shown} не годится: {error}"
            ))
            .with_advice(text!(
                "name another file, or delete this one to begin anew",
                "укажите другой файл или удалите этот, чтобы начать заново"
            ))
        })
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
        let directory = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // The usual place, `~/.local/state`, is not there until a program makes it.
        fs::create_dir_all(directory)?;
        let mut file = NamedTempFile::new_in(directory)?;
        let mut writer = io::BufWriter::new(&mut file);
        serde_json::to_writer(&mut writer, state)?;
        writer.flush()?;
        drop(writer);
        file.persist(self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use atol_monitor::watch::WatchOptions;
    use atol_monitor::{KktMonitor, Language};

    use super::*;
    use crate::console::Verbosity;

    #[test]
    fn the_state_is_saved_in_a_directory_that_is_not_there_yet() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/atol/watch.json");
        let file = StateFile::new(&path);
        let watch = KktMonitor::new().unwrap().watch(WatchOptions::builder().build().unwrap());
        file.write(&watch.state()).unwrap();
        assert!(file.load().unwrap().is_some());
    }

    #[test]
    fn a_file_that_is_not_there_is_a_new_beginning_and_a_broken_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("watch.json");
        let file = StateFile::new(&path);
        assert!(file.load().unwrap().is_none());
        fs::write(&path, "{\"version\":0}").unwrap();
        let failure = file.load().unwrap_err();
        let console = Console { language: Language::En, verbosity: Verbosity::Normal };
        let told = console.told(&failure);
        assert!(told.contains("watch.json cannot be used") && told.contains("delete this one"), "{told}");
    }
}
