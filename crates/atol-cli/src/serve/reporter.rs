//! What is said of an account's polls on the console: that they fail, that they fail in another way, that they go well again.

use atol_monitor::watch::FailureKind;
use atol_transport::error::Excerpt;

use crate::console::Console;
use crate::failure::Failure;
use crate::text::{Text, text};

/// The longest name of an account that is shown whole.
const LONGEST_NAME: usize = 64;

/// Speaks for one account, and only when something changes: a log that says the same every minute is not read.
#[derive(Clone, Debug)]
pub(crate) struct Reporter {
    console: Console,
    /// Whose polls they are, where there are others.
    account: Option<String>,
}

impl Reporter {
    pub(crate) fn new(console: Console, account: Option<&str>) -> Reporter {
        let account = account.map(|name| Excerpt::of(name, LONGEST_NAME).to_string());
        Reporter { console, account }
    }

    /// Takes note of a poll, and how the one before it failed.
    pub(crate) fn polled(&self, before: Option<FailureKind>, now: Option<&(FailureKind, Failure)>) {
        let Some(news) = self.news(before, now) else { return };
        if now.is_some() {
            self.console.warn(&news);
        } else {
            self.console.notice(&news);
        }
    }

    fn news(&self, before: Option<FailureKind>, now: Option<&(FailureKind, Failure)>) -> Option<Text> {
        if before == now.map(|(kind, _)| *kind) {
            return None;
        }
        let (en, ru) = match &self.account {
            Some(name) => (format!(" of the account {name}"), format!(" учётной записи {name}")),
            None => (String::new(), String::new()),
        };
        let Some((_, failure)) = now else {
            return Some(text!("the registers{en} can be read again", "кассы{ru} снова читаются"));
        };
        let why = failure.told(self.console.verbosity);
        let (in_english, in_russian) = (why.en, why.ru);
        Some(text!(
            "the registers{en} cannot be read: {in_english}",
            "не удаётся прочитать кассы{ru}: {in_russian}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use atol_monitor::Language;
    use atol_transport::error::ConnectFailure;
    use atol_transport::{Error, ErrorKind};

    use super::*;
    use crate::console::Verbosity;

    #[test]
    fn what_changes_is_said_once_with_what_to_do() {
        let console = Console { language: Language::En, verbosity: Verbosity::Normal };
        let unreachable =
            Error::new(ErrorKind::Connect(ConnectFailure::Refused), "no connection to `127.0.0.1`");
        let rejected = Error::new(ErrorKind::CredentialsRejected, "the service answered 401");
        let unreachable = (FailureKind::Connect, Failure::from(unreachable));
        let rejected = (FailureKind::Auth, Failure::from(rejected));
        let polls = [None, Some(&unreachable), Some(&unreachable), Some(&rejected), None, None];
        let told = |account| {
            let reporter = Reporter::new(console, account);
            let mut before = None;
            let news = polls.map(|now| {
                let news = reporter.news(before, now);
                before = now.map(|(kind, _)| *kind);
                news.map_or("—".to_owned(), |Text { en, ru }| format!("{en}\n{ru}"))
            });
            news.join("\n")
        };
        insta::assert_snapshot!("news", format!("{}\n\n{}", told(None), told(Some("north\n"))));
    }
}
