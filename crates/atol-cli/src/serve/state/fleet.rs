//! The registers of one account, as they were judged at one moment.

use std::sync::Arc;

use atol_monitor::health::{Assessment, History, Policy};
use atol_monitor::snapshot::Snapshot;
use atol_monitor::{Kkt, KktList};
use jiff::Timestamp;

/// A list of the service, and the verdict on each register of it.
#[derive(Debug)]
pub(crate) struct Fleet {
    list: Arc<KktList>,
    snapshot: Snapshot,
    read_at: Timestamp,
}

/// A register with its verdict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register<'a> {
    pub(crate) account: &'a str,
    pub(crate) kkt: &'a Kkt,
    pub(crate) assessment: &'a Assessment,
}

impl Fleet {
    /// Judges a list that was read at `read_at`, with what is remembered of each register.
    pub(crate) fn judge<'h>(
        list: Arc<KktList>,
        read_at: Timestamp,
        policy: &Policy,
        now: Timestamp,
        history: impl Fn(&Kkt) -> Option<&'h History>,
    ) -> Fleet {
        // Whoever shows them decides how many; there are at most four for each register.
        let mut builder = Snapshot::builder(policy, now).deadlines(usize::MAX);
        let none = History::default();
        for kkt in list.iter() {
            builder.add_with(kkt, history(kkt).unwrap_or(&none));
        }
        for rejected in list.rejected() {
            builder.add_rejected(rejected);
        }
        let snapshot = builder.build();
        Fleet { list, snapshot, read_at }
    }

    /// Counts, deadlines and the records that could not be read.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// When the service answered with this list.
    pub(crate) fn read_at(&self) -> Timestamp {
        self.read_at
    }

    /// The list as it was read.
    pub(crate) fn list(&self) -> &Arc<KktList> {
        &self.list
    }

    /// The registers in the order of the service.
    pub(crate) fn registers<'a>(
        &'a self,
        account: &'a str,
    ) -> impl ExactSizeIterator<Item = Register<'a>> + Clone {
        self.list.iter().zip(self.snapshot.assessments()).map(move |(kkt, assessment)| Register {
            account,
            kkt,
            assessment,
        })
    }
}
