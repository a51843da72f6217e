//! What is worth a line in the log.

use std::io;

use super::store::Broken;
use super::*;

/// The lines that were logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything that this thread logs from now on, until the guard is dropped.
    fn start() -> (Log, tracing::subscriber::DefaultGuard) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_worth_a_warning() {
    let (log, _guard) = Log::start();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(Broken::Fails));
    client.call().await.unwrap();
    client.tokens.forget();
    insta::assert_snapshot!(log.text(), @r"
    WARN the token store failed to load the token; going on without it error=the disk is full
    WARN the token store failed to save the token; going on without it error=the disk is full
    WARN the token store failed to remove the token; going on without it error=the disk is full
    ");
}

#[tokio::test(start_paused = true)]
async fn u08_contention_is_worth_a_warning() {
    let (log, _guard) = Log::start();
    let refuses = Arc::new(Mutex::new(false));
    let service = Service::new().on_call({
        let refuses = Arc::clone(&refuses);
        move |_| {
            let refuses = std::mem::take(&mut *refuses.lock().unwrap());
            if refuses { refusal(401, 11) } else { Answer::Is(200, "[]".to_owned()) }
        }
    });
    let client = client(&service);
    for _ in 0..4 {
        client.call().await.unwrap();
        assert_eq!(log.text(), "");
        *refuses.lock().unwrap() = true;
    }
    assert_eq!(client.call().await.unwrap(), 401);
    assert!(log.text().contains("WARN token contention"), "{}", log.text());
}
