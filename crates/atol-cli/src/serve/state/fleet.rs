//! The registers of one account, as they were judged at one moment.

use std::sync::Arc;

use atol_monitor::Kkt;
use atol_monitor::health::{Assessment, Severity};
use atol_monitor::snapshot::Snapshot;
use atol_monitor::watch::{FailureKind, Moment, RegisterState, Watcher};
use jiff::Timestamp;

/// The last list of the service, and the verdict on each register of it.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// In the order of the assessments of `snapshot`.
    read: Vec<Arc<Kkt>>,
    last_known: Vec<LastKnown>,
    snapshot: Snapshot,
    read_at: Timestamp,
}

/// A register whose record in the last list could not be read, as it was before.
#[derive(Debug)]
struct LastKnown {
    kkt: Arc<Kkt>,
    assessment: Assessment,
    reason: String,
}

/// A register with its verdict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register<'a> {
    pub(crate) account: &'a str,
    pub(crate) kkt: &'a Kkt,
    pub(crate) assessment: &'a Assessment,
    /// Why the record is not from the last list.
    pub(crate) outdated: Option<&'a str>,
}

impl Fleet {
    /// Judges what a watcher knows from the list that was read at `read_at`, by the present moment.
    ///
    /// The watcher is told of lists only and never of polls that fail: what those leave unknown is told as such for the
    /// whole account, and each register by the age of its record.
    pub(crate) fn judge(watcher: &Watcher, read_at: Timestamp, moment: Moment) -> Fleet {
        let policy = watcher.policy();
        let known = watcher.fleet(moment);
        // Whoever shows the deadlines decides how many; there are at most four for each register.
        let mut builder = Snapshot::builder(policy, known.now()).deadlines(usize::MAX);
        let mut read = Vec::with_capacity(known.len());
        let mut last_known = Vec::new();
        for register in known.registers() {
            match (register.state(), register.last()) {
                (RegisterState::Unknown { error, .. }, Some(kkt)) if error.kind != FailureKind::Undated => {
                    let mut assessment = policy.assess_with(kkt, register.history(), known.now());
                    assessment.severity = assessment.severity.max(Severity::Unknown);
                    last_known.push(LastKnown {
                        kkt: Arc::clone(kkt),
                        assessment,
                        reason: error.to_string(),
                    });
                }
                (RegisterState::Unknown { error, .. }, None) => {
                    builder.add_unknown(Some(register.serial_number()), error.to_string());
                }
                (_, Some(kkt)) => {
                    builder.add_with(kkt, register.history());
                    read.push(Arc::clone(kkt));
                }
                (_, None) => {}
            }
        }
        for LastKnown { kkt, assessment, reason } in &last_known {
            builder.add_last_known(kkt, &assessment.findings, reason.as_str());
        }
        for error in known.unnamed() {
            builder.add_unknown(None, error.to_string());
        }
        Fleet { read, last_known, snapshot: builder.build(), read_at }
    }

    /// Counts, deadlines and the records that could not be read.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// When the service answered with this list.
    pub(crate) fn read_at(&self) -> Timestamp {
        self.read_at
    }

    /// The registers of which anything is known, in the order of their serial numbers but for those that are outdated.
    pub(crate) fn registers<'a>(&'a self, account: &'a str) -> impl Iterator<Item = Register<'a>> + Clone {
        let read = self.read.iter().zip(self.snapshot.assessments());
        let read = read.map(move |(kkt, assessment)| Register { account, kkt, assessment, outdated: None });
        let last_known = self.last_known.iter().map(move |LastKnown { kkt, assessment, reason }| Register {
            account,
            kkt,
            assessment,
            outdated: Some(reason),
        });
        read.chain(last_known)
    }
}
