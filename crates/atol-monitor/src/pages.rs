//! The pages of one list, without what they repeat.

use atol_model::{Kkt, KktList, RejectedKkt};

use crate::error::{Error, Result};
use crate::monitor::KktMonitor;
use crate::paging::{Identity, PAGE_SIZE, Pager, Verdict};

/// Reads a list page by page, each whole.
pub(crate) struct Pages {
    monitor: KktMonitor,
    pager: Pager,
    is_over: bool,
    /// What ended the reading and is still to be told.
    failure: Option<Error>,
}

impl Pages {
    pub(crate) fn new(monitor: KktMonitor) -> Pages {
        Pages { monitor, pager: Pager::new(PAGE_SIZE), is_over: false, failure: None }
    }

    /// What is new in the next page that brings something; `None` behind the last one and behind an error.
    pub(crate) async fn next(&mut self) -> Option<Result<KktList>> {
        let mut new = Gathered::default();
        match self.read(&mut new).await? {
            Ok(()) => Some(Ok(new.into_list())),
            Err(error) => Some(Err(error)),
        }
    }

    /// Adds what is new in the next page that brings something.
    pub(crate) async fn read(&mut self, gathered: &mut Gathered) -> Option<Result<()>> {
        let before = gathered.len();
        while !self.is_over && gathered.len() == before {
            let page = self.pager.next()?;
            let read = match self.monitor.page(page).await {
                Ok(list) => {
                    self.sift(list, gathered);
                    self.pager.end()
                }
                Err(error) => self.pager.refused(error),
            };
            self.failure = read.err();
            self.is_over = self.failure.is_some();
        }
        if gathered.len() > before {
            return Some(Ok(()));
        }
        self.failure.take().map(Err)
    }

    /// Leaves what the pager has not seen.
    fn sift(&mut self, list: KktList, gathered: &mut Gathered) {
        let (registers, rejected) = list.into_parts();
        let total = registers.len() + rejected.len();
        gathered.registers.reserve(registers.len());
        let (mut registers, mut rejected) = (registers.into_iter(), rejected.into_iter().peekable());
        for index in 0..total {
            // The place in the whole list, not in the page.
            let place = usize::try_from(self.pager.len()).unwrap_or(usize::MAX);
            let verdict = if let Some(record) = rejected.next_if(|record| record.index == index) {
                let verdict = self.pager.element(identity_of_rejected(&record));
                if verdict == Verdict::New {
                    gathered.rejected.push(record.at_index(place));
                }
                verdict
            } else if let Some(kkt) = registers.next() {
                let verdict = self.pager.element(identity(&kkt));
                if verdict == Verdict::New {
                    gathered.registers.push(kkt);
                }
                verdict
            } else {
                break;
            };
            if verdict == Verdict::Enough {
                break;
            }
        }
    }
}

/// Registers and rejected records of one or more pages.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    registers: Vec<Kkt>,
    rejected: Vec<RejectedKkt>,
}

impl Gathered {
    pub(crate) fn into_list(self) -> KktList {
        KktList::new(self.registers, self.rejected)
    }

    fn len(&self) -> usize {
        self.registers.len() + self.rejected.len()
    }
}

/// What tells a register from the others.
pub(crate) fn identity(kkt: &Kkt) -> Identity<'_> {
    Identity::Serial(&kkt.serial_number)
}

/// What tells a rejected record from the others.
pub(crate) fn identity_of_rejected(record: &RejectedKkt) -> Identity<'_> {
    match &record.serial_number {
        Some(serial) => Identity::Rejected(serial),
        None => Identity::Nameless,
    }
}
