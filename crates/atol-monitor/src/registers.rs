//! The registers of one list as they arrive.

use atol_model::{Kkt, ListReader, RejectedKkt};
use atol_transport::ResponseBody;
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::error::{Error, Result};
use crate::monitor::KktMonitor;
use crate::pages::{identity, identity_of_rejected};
use crate::paging::{PAGE_SIZE, Pager, Verdict};
use crate::request;

/// How many registers are remembered, at some 20 bytes each, to tell new from known when the list changes under the
/// reader. Beyond that a list is still read as long as it stands still.
const REMEMBERED: usize = 100_000;

/// As much of the body is read at once: some hundred registers, which stay in the processor's cache.
const PIECE: usize = 64 * 1024;

/// Reads a list in constant memory.
pub(crate) struct Registers {
    monitor: KktMonitor,
    pager: Pager,
    page: Option<Arriving>,
    ready: Vec<Result<Kkt>>,
    is_over: bool,
}

/// The page that is arriving.
struct Arriving {
    body: ResponseBody,
    /// What has arrived and is not read.
    piece: Bytes,
    reader: ListReader,
}

impl Registers {
    pub(crate) fn new(monitor: KktMonitor) -> Registers {
        Registers {
            monitor,
            pager: Pager::remembering(PAGE_SIZE, REMEMBERED),
            page: None,
            ready: Vec::new(),
            is_over: false,
        }
    }

    /// The next registers, or what is in their place; never none of them. `None` behind the last ones and behind an error
    /// that ends the list.
    ///
    /// They come together as they were read together: one at a time, each would be copied several times on its way.
    pub(crate) async fn next(&mut self) -> Option<Vec<Result<Kkt>>> {
        while self.ready.is_empty() && !self.is_over {
            if let Err(error) = self.advance().await {
                self.is_over = true;
                self.page = None;
                self.ready.push(Err(error));
            }
        }
        let room = Vec::with_capacity(if self.is_over { 0 } else { self.ready.len() });
        Some(std::mem::replace(&mut self.ready, room)).filter(|registers| !registers.is_empty())
    }

    /// Opens the next page or reads a piece of the one that is open.
    async fn advance(&mut self) -> Result<()> {
        let Some(page) = &mut self.page else { return self.open().await };
        if page.piece.is_empty() {
            match page.body.frame().await {
                // Trailers tell nothing.
                Some(frame) => page.piece = frame?.into_data().unwrap_or_default(),
                None => return self.finish(),
            }
        }
        let piece = page.piece.split_to(page.piece.len().min(PIECE));
        let mut sieve = Sieve { pager: &mut self.pager, ready: &mut self.ready, is_enough: false };
        let read = page.reader.read(&piece, &mut sieve);
        if sieve.is_enough {
            self.page = None;
            return self.pager.end();
        }
        Ok(read?)
    }

    async fn open(&mut self) -> Result<()> {
        let Some(page) = self.pager.next() else {
            self.is_over = true;
            return Ok(());
        };
        match self.monitor.client().send_streaming(request::list(page)).await.map_err(Error::from) {
            Ok(response) => {
                let body = response.into_value();
                self.page = Some(Arriving { body, piece: Bytes::new(), reader: ListReader::new() });
                Ok(())
            }
            Err(error) => self.pager.refused(error),
        }
    }

    /// The body has come to its end.
    fn finish(&mut self) -> Result<()> {
        if let Some(page) = self.page.take() {
            page.reader.finish()?;
        }
        self.pager.end()
    }
}

/// Lets through what the pager has not seen, without keeping anything in between.
struct Sieve<'a> {
    pager: &'a mut Pager,
    ready: &'a mut Vec<Result<Kkt>>,
    is_enough: bool,
}

impl Extend<Result<Kkt, RejectedKkt>> for Sieve<'_> {
    fn extend<I: IntoIterator<Item = Result<Kkt, RejectedKkt>>>(&mut self, elements: I) {
        for element in elements {
            if self.is_enough {
                return;
            }
            // The place in the whole list, not in the page.
            let place = usize::try_from(self.pager.len()).unwrap_or(usize::MAX);
            let verdict = match &element {
                Ok(kkt) => self.pager.element(identity(kkt)),
                Err(record) => self.pager.element(identity_of_rejected(record)),
            };
            match verdict {
                Verdict::New => {
                    self.ready.push(element.map_err(|record| Error::rejected_record(record.at_index(place))));
                }
                Verdict::Known => {}
                Verdict::Enough => self.is_enough = true,
            }
        }
    }
}

#[cfg(test)]
mod tests;
