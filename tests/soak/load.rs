//! Callers that ask in every way there is.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use atol_monitor::watch::{WatchEvent, WatchOptions};
use atol_monitor::{KktMonitor, Result};
use atol_transport::clock::SharedClock;
use atol_transport::{Client, Credentials, Proxy, Timeouts};
use futures_util::StreamExt;

use crate::service::Service;

/// A client and what became of its calls.
pub(crate) struct Load {
    monitor: KktMonitor,
    clock: SharedClock,
    serials: Vec<String>,
    outcomes: Mutex<BTreeMap<String, usize>>,
}

impl Load {
    pub(crate) fn new(service: &Service, clock: SharedClock) -> Result<Load, Box<dyn std::error::Error>> {
        let timeouts = Timeouts::default().with_head(Duration::from_secs(2));
        let client = Client::builder(format!("http://{}", service.address).parse()?, Credentials::test())
            .proxy(Proxy::none())
            .clock(clock.clone())
            .timeouts(timeouts.with_body_idle(Duration::from_secs(2)))
            .build()?;
        let monitor = KktMonitor::from_client(client);
        Ok(Load { monitor, clock, serials: service.serials.clone(), outcomes: Mutex::default() })
    }

    /// Asks until that moment.
    pub(crate) async fn run(&self, end: Duration) {
        tokio::join!(self.lists(end), self.streams(end), self.some(end), self.fickle(end), self.watch(end));
    }

    /// How often which call had which outcome, a line each.
    pub(crate) fn told(&self) -> String {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<_> = outcomes.iter().map(|(outcome, count)| format!("{count:8} {outcome}")).collect();
        lines.join("\n")
    }

    fn count<T>(&self, what: &str, outcome: &Result<T>) {
        let outcome = match outcome {
            Ok(_) => format!("{what}: well"),
            Err(error) => match error.transport() {
                Some(transport) => format!("{what}: {:?}", transport.kind()),
                None => format!("{what}: {:?}", error.kind()),
            },
        };
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        *outcomes.entry(outcome).or_default() += 1;
    }

    fn goes_on(&self, end: Duration) -> bool {
        self.clock.monotonic() < end
    }

    async fn lists(&self, end: Duration) {
        while self.goes_on(end) {
            let list = self.monitor.get_all().await;
            assert!(list.as_ref().is_ok_and(|list| list.len() == self.serials.len()) || list.is_err());
            self.count("list", &list);
            self.clock.sleep(Duration::from_millis(500)).await;
        }
    }

    async fn streams(&self, end: Duration) {
        while self.goes_on(end) {
            let mut registers = self.monitor.stream();
            let mut outcome = Ok(());
            while let Some(register) = registers.next().await {
                outcome = register.map(drop);
            }
            self.count("stream", &outcome);
            self.clock.sleep(Duration::from_millis(500)).await;
        }
    }

    async fn some(&self, end: Duration) {
        while self.goes_on(end) {
            let from = fastrand::usize(..self.serials.len() - 100);
            let mut answers = self.monitor.get_many(self.serials[from..from + 100].to_vec());
            while let Some((serial, answer)) = answers.next().await {
                assert!(answer.as_ref().is_ok_and(|kkt| kkt.serial_number == serial) || answer.is_err());
                self.count("one of many", &answer);
            }
        }
    }

    /// Gives up at any moment.
    async fn fickle(&self, end: Duration) {
        while self.goes_on(end) {
            let serial = &self.serials[fastrand::usize(..self.serials.len())];
            tokio::select! {
                answer = self.monitor.get_one(serial) => self.count("one", &answer),
                () = self.clock.sleep(Duration::from_millis(fastrand::u64(0..30))) => {}
            }
        }
    }

    async fn watch(&self, end: Duration) {
        let options = WatchOptions::builder().interval(Duration::from_secs(2)).clock(self.clock.clone());
        let mut watch = self.monitor.watch(options.build().unwrap());
        while self.goes_on(end) {
            tokio::select! {
                event = watch.next_event() => if matches!(event, WatchEvent::Polled { .. }) {
                    self.count("poll", &Ok(()));
                },
                () = self.clock.sleep(Duration::from_secs(5)) => {}
            }
        }
    }
}
