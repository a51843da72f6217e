//! How far a long reading is: a line on standard error, for people only.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use atol_monitor::Language;
use atol_transport::Body;
use atol_transport::clock::SharedClock;
use http::Request;
use tower::util::MapRequestLayer;

use crate::console::{Console, ERASE, Verbosity};

/// What takes less time than this needs no word.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written anew.
const PERIOD: Duration = Duration::from_millis(200);

/// Counts what was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    calls: Arc<AtomicU64>,
    registers: Arc<AtomicU64>,
    /// How many registers are asked for one by one, if they are.
    one_by_one: Option<u64>,
}

impl Progress {
    /// The layer around a monitor's calls, each of which asks for a page or for a register.
    pub(crate) fn layer(&self) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + use<>> {
        let calls = Arc::clone(&self.calls);
        MapRequestLayer::new(move |request| {
            calls.fetch_add(1, Ordering::Relaxed);
            request
        })
    }

    /// The same where each of so many registers is a call.
    pub(crate) fn one_by_one(&self, registers: usize) -> Progress {
        Progress { one_by_one: u64::try_from(registers).ok(), ..self.clone() }
    }

    /// So many more registers were read.
    pub(crate) fn add_registers(&self, count: usize) {
        self.registers.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Does the work and shows how far it is, if it takes long and somebody looks.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = T>,
        console: Console,
        clock: &SharedClock,
    ) -> T {
        // With data on the terminal the line would stand in the middle of it; with the log too.
        let is_seen = io::stderr().is_terminal() && console.verbosity == Verbosity::Normal;
        let started = clock.monotonic();
        let mut is_drawn = false;
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                result = &mut work => {
                    if is_drawn {
                        draw(ERASE);
                    }
                    return result;
                }
                () = clock.sleep(PERIOD), if is_seen => {
                    let elapsed = clock.monotonic().saturating_sub(started);
                    if elapsed >= PATIENCE {
                        is_drawn = true;
                        draw(&format!("{ERASE}{}", self.line(elapsed, console.language)));
                    }
                }
            }
        }
    }

    fn line(&self, elapsed: Duration, language: Language) -> String {
        let (calls, registers) = (self.calls.load(Ordering::Relaxed), self.registers.load(Ordering::Relaxed));
        let seconds = elapsed.as_secs();
        let rate = registers / seconds.max(1);
        match (language, self.one_by_one, registers) {
            (Language::Ru, Some(all), _) => format!("запрос: ККТ {calls} из {all}, {seconds} с"),
            (Language::Ru, None, 0) => format!("чтение: страница {calls}, {seconds} с"),
            (Language::Ru, None, _) => {
                format!("чтение: страница {calls}, ККТ: {registers} ({rate}/с), {seconds} с")
            }
            (_, Some(all), _) => format!("asking: register {calls} of {all}, {seconds} s"),
            (_, None, 0) => format!("reading: page {calls}, {seconds} s"),
            (_, None, _) => format!("reading: page {calls}, {registers} registers ({rate}/s), {seconds} s"),
        }
    }
}

/// A progress that cannot be shown is none the worse.
fn draw(text: &str) {
    let mut err = io::stderr().lock();
    let _ = write!(err, "{text}");
    let _ = err.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_pages_registers_and_rate() {
        let progress = Progress::default();
        progress.calls.store(7, Ordering::Relaxed);
        assert_eq!(progress.line(Duration::from_millis(1_400), Language::En), "reading: page 7, 1 s");
        progress.registers.store(6_000, Ordering::Relaxed);
        let elapsed = Duration::from_secs(3);
        assert_eq!(progress.line(elapsed, Language::En), "reading: page 7, 6000 registers (2000/s), 3 s");
        assert_eq!(progress.line(elapsed, Language::Ru), "чтение: страница 7, ККТ: 6000 (2000/с), 3 с");
    }

    #[test]
    fn what_is_asked_for_one_by_one_is_no_page() {
        let progress = Progress::default();
        progress.calls.store(7, Ordering::Relaxed);
        let line = |language| progress.one_by_one(20).line(Duration::from_secs(3), language);
        assert_eq!(line(Language::En), "asking: register 7 of 20, 3 s");
        assert_eq!(line(Language::Ru), "запрос: ККТ 7 из 20, 3 с");
    }
}
