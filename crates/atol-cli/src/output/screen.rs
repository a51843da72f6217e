//! What standard output can show.

use std::io::{self, IsTerminal};

use anstyle::{AnsiColor, Style};
use atol_monitor::health::Severity;

use super::Listing;
use super::listing::NARROWEST;

/// How wide a screen is, and whether it shows colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// In columns; `None` for a file or a pipe, which are as wide as need be.
    pub(crate) width: Option<u16>,
    pub(crate) colour: bool,
}

impl Screen {
    /// Standard output, by the conventions of `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    pub(crate) fn of_stdout() -> Screen {
        let stdout = io::stdout();
        Screen {
            width: stdout
                .is_terminal()
                .then(|| terminal_size::terminal_size_of(&stdout))
                .flatten()
                .map(|(width, _)| width.0),
            colour: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
        }
    }

    /// The text in lines as wide as the screen; those after the first are moved in by as much as stands before the first.
    pub(crate) fn wrapped(self, text: &str, before: usize) -> String {
        let room = self.width.and_then(|width| width.checked_sub(u16::try_from(before).ok()?));
        let Some(room) = room.filter(|room| *room >= NARROWEST) else { return text.to_owned() };
        let mut listing = Listing::without_header();
        listing.add([text]);
        listing.fit(room, &[]);
        listing.lines().collect::<Vec<_>>().join(&format!("\n{:before$}", ""))
    }

    /// The text in the colour of a severity, where colours are shown.
    pub(crate) fn painted(self, severity: Severity, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let style = match severity {
            Severity::Ok => AnsiColor::Green.on_default(),
            Severity::Unknown => AnsiColor::Magenta.on_default(),
            Severity::Warning => AnsiColor::Yellow.on_default(),
            Severity::Critical => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
        };
        format!("{style}{text}{style:#}")
    }
}
