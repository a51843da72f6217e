//! The pages of one list, without what they repeat.

use atol_model::{Kkt, KktList, RejectedKkt};

use crate::error::{Error, Result};
use crate::monitor::KktMonitor;
use crate::paging::{Identity, PAGE_SIZE, Pager, Verdict};

/// Reads a list page by page, each whole.
pub(crate) struct Pages {
    monitor: KktMonitor,
    pager: Pager,
    /// What ended the reading right behind a page that was still good.
    failure: Option<Error>,
    is_over: bool,
}

impl Pages {
    pub(crate) fn new(monitor: KktMonitor) -> Pages {
        Pages { monitor, pager: Pager::new(PAGE_SIZE), failure: None, is_over: false }
    }

    /// What is new in the next page that brings something; `None` behind the last one and behind an error.
    pub(crate) async fn next(&mut self) -> Option<Result<KktList>> {
        if let Some(failure) = self.failure.take() {
            return Some(Err(failure));
        }
        while !self.is_over {
            let Some(page) = self.pager.next() else { break };
            let list = match self.monitor.page(page).await {
                Ok(list) => list,
                Err(error) if self.pager.is_beyond_end(&error) => KktList::default(),
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            };
            let new = self.sift(list);
            if let Err(error) = self.pager.end() {
                self.is_over = true;
                self.failure = Some(error);
            }
            if !new.is_empty() || !new.rejected().is_empty() {
                return Some(Ok(new));
            }
        }
        self.failure.take().map(Err)
    }

    /// Leaves what the pager has not seen.
    fn sift(&mut self, list: KktList) -> KktList {
        let (registers, rejected) = list.into_parts();
        let total = registers.len() + rejected.len();
        let (mut new, mut new_rejected) = (Vec::with_capacity(registers.len()), Vec::new());
        let (mut registers, mut rejected) = (registers.into_iter(), rejected.into_iter().peekable());
        for index in 0..total {
            // The place in the whole list, not in the page.
            let place = usize::try_from(self.pager.len()).unwrap_or(usize::MAX);
            let verdict = if let Some(record) = rejected.next_if(|record| record.index == index) {
                let verdict = self.pager.element(identity_of_rejected(&record));
                if verdict == Verdict::New {
                    new_rejected.push(record.at_index(place));
                }
                verdict
            } else if let Some(kkt) = registers.next() {
                let verdict = self.pager.element(identity(&kkt));
                if verdict == Verdict::New {
                    new.push(kkt);
                }
                verdict
            } else {
                break;
            };
            if verdict == Verdict::Enough {
                break;
            }
        }
        KktList::new(new, new_rejected)
    }
}

/// What tells a register from the others.
pub(crate) fn identity(kkt: &Kkt) -> Identity<'_> {
    Identity::Serial(&kkt.serial_number)
}

/// What tells a rejected record from the others.
pub(crate) fn identity_of_rejected(record: &RejectedKkt) -> Identity<'_> {
    match &record.serial_number {
        Some(serial) => Identity::Serial(serial),
        None => Identity::Text(&record.raw),
    }
}
