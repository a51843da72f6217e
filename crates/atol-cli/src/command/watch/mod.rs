//! `atol watch`: what happens, as it happens, until somebody stops it.

mod attributes;
mod lines;
mod reasons;
mod state_file;
mod subject;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use atol_monitor::Language;
use atol_monitor::health::Severity;
use atol_monitor::watch::{Statistics, Watch, WatchEvent};

use self::lines::{Lines, span};
use self::reasons::Reasons;
use self::state_file::StateFile;
use self::subject::Subject;
use crate::answers::serial_numbers;
use crate::args::{WatchArgs, WatchFormat};
use crate::connection::{Connection, Look};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Screen;
use crate::signals;
use crate::text::{Text, text};

pub(crate) async fn run(context: &Context, args: &WatchArgs) -> Result<ExitCode, Failure> {
    let limits = context.limits(&args.health)?;
    let policy = limits.policy();
    let subject = Subject::new(context, &serial_numbers(&args.serials)?);
    let reasons = Reasons::default();
    let connection = Connection::open(context, Look::Lasting, |client| client.layer(reasons.layer())).await?;
    // Only now is it sure whose registers are meant, so that a state of others can be told as such.
    let state_file = args.state.as_deref().map(|path| StateFile::new(path, subject));
    let state = state_file.as_ref().map(|file| file.load(context.console)).transpose()?.flatten();
    let mut options =
        connection.watch_options(args.interval, args.no_news).policy(policy.clone()).state(state);
    if !args.serials.is_empty() {
        options = options.serial_numbers(&args.serials);
    }
    let mut watch = connection.monitor.watch(options.build()?);
    let lines = Lines {
        policy,
        language: context.console.language,
        screen: Screen::of_stdout(),
        reasons,
        all_changes: args.all_changes,
    };
    let mut session = Session::begin(&watch);
    let started = context.clock.monotonic();
    let mut stop = std::pin::pin!(signals::stop());
    let code = loop {
        let event = tokio::select! {
            biased;
            code = &mut stop => break code?,
            event = watch.next_event() => event,
        };
        let told = match args.output {
            WatchFormat::Text => lines.of(&event, &watch.fleet()),
            WatchFormat::Jsonl => vec![serde_json::to_string(&event).map_err(io::Error::from)?],
        };
        // On a thread of its own: a reader that stalls must not hold back the signal.
        let printed = tokio::task::spawn_blocking(move || print(&told));
        tokio::select! {
            biased;
            printed = printed => printed.map_err(io::Error::from)??,
            code = &mut stop => {
                // Nobody has read it: the next watch shall tell it.
                watch.give_back(event);
                break code?;
            }
        }
        session.count(&event);
        if let (true, Some(file)) = (watch.is_caught_up(), &state_file) {
            file.save(&watch.state(), context.console);
        }
    };
    if let Some(file) = &state_file {
        file.save(&watch.state(), context.console);
    }
    let elapsed = context.clock.monotonic().saturating_sub(started);
    context.console.notice(&session.summary(&watch, elapsed));
    Ok(ExitCode::from(code))
}

/// Each line is there at once, for whoever reads along.
fn print(lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// What this run has seen, without what the state brought along.
struct Session {
    before: Statistics,
    opened: u64,
    closed: u64,
}

impl Session {
    fn begin(watch: &Watch) -> Session {
        Session { before: watch.watcher().statistics().clone(), opened: 0, closed: 0 }
    }

    fn count(&mut self, event: &WatchEvent) {
        match event {
            WatchEvent::FindingOpened { .. } => self.opened += 1,
            WatchEvent::FindingClosed { .. } => self.closed += 1,
            _ => {}
        }
    }

    fn summary(&self, watch: &Watch, elapsed: Duration) -> Text {
        let statistics = watch.watcher().statistics();
        let failed = statistics.failures() - self.before.failures();
        let polls = statistics.succeeded - self.before.succeeded + failed;
        let (opened, closed) = (self.opened, self.closed);
        let counts = watch.fleet().snapshot().counts();
        let of = |severity| counts.of(severity);
        let (critical, warning) = (of(Severity::Critical), of(Severity::Warning));
        let (unknown, ok) = (of(Severity::Unknown), of(Severity::Ok));
        let (en, ru) = (span(elapsed, Language::En), span(elapsed, Language::Ru));
        text!(
            "watched for {en}; polls: {polls}, failed: {failed}; findings opened: {opened}, closed: {closed}; \
             at the end critical: {critical}, warning: {warning}, unknown: {unknown}, ok: {ok}",
            "наблюдение: {ru}; опросов: {polls}, неудачных: {failed}; проблем появилось: {opened}, ушло: {closed}; \
             в конце критично: {critical}, предупреждение: {warning}, неизвестно: {unknown}, норма: {ok}"
        )
    }
}
