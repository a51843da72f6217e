//! The exchanges of a case in their order: which one a request belongs to, and what is wrong with it.

use crate::case::Exchange;
use crate::sent::Sent;

/// Goes along while requests come.
pub(crate) struct Script {
    exchanges: Vec<Exchange>,
    /// How many exchanges have taken place.
    done: usize,
    /// How many more requests than one the last of them has answered.
    repeated: usize,
    complaints: Vec<String>,
}

impl Script {
    pub(crate) fn new(exchanges: Vec<Exchange>) -> Script {
        Script { exchanges, done: 0, repeated: 0, complaints: Vec::new() }
    }

    /// The exchange that a request belongs to, if there is one for it, and how many came for it before.
    pub(crate) fn next(&mut self, sent: &Sent) -> Option<(&Exchange, usize)> {
        // A list from which pages are cut answers each request for a page.
        let again = self.done.checked_sub(1).filter(|&last| {
            let exchange = &self.exchanges[last];
            exchange.answer.is_paged() && sent.differences(&exchange.request).is_empty()
        });
        if let Some(last) = again {
            self.repeated += 1;
            return self.exchanges.get(last).map(|exchange| (exchange, self.repeated));
        }
        let Some(exchange) = self.exchanges.get(self.done) else {
            self.complaints.push(format!("surplus request: {}", sent.line()));
            return None;
        };
        self.done += 1;
        self.repeated = 0;
        let differences = sent.differences(&exchange.request);
        self.complaints.extend(differences.iter().map(|what| format!("{}: {what}", sent.line())));
        Some((exchange, 0))
    }

    pub(crate) fn complain(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// What was wrong, and the requests that never came.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let missing = self.exchanges.iter().skip(self.done).map(|exchange| {
            format!("missing request: {} {}", exchange.request.method, exchange.request.path)
        });
        self.complaints.iter().cloned().chain(missing).collect()
    }
}
