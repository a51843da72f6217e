//! The summary of a fleet.

use atol_model::{Kkt, KktList, RejectedKkt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::counts::{Counts, GroupCounts, Groups};
use super::deadline::{self, Deadline, Nearest};
use crate::health::{Assessment, Finding, History, Policy, Severity};

/// How many of the nearest deadlines are kept unless told otherwise.
const DEADLINES: usize = 20;

/// A fleet at one moment: every register's assessment, counts, the next deadlines.
///
/// ```
/// use atol_model::KktList;
/// use atol_monitor::health::{Policy, Severity};
/// use atol_monitor::snapshot::Snapshot;
///
/// // A record that cannot be read is a register of which nothing is known, and neither gone nor fine.
/// let list = KktList::from_json(br#"[{"serialNumber": "00107703864827"}]"#)?;
/// let fleet = Snapshot::of(&list, &Policy::default(), "2019-12-05T10:46:00Z".parse()?);
///
/// assert_eq!(fleet.counts().of(Severity::Unknown), 1);
/// assert_eq!(fleet.worst(), Some(Severity::Unknown));
/// assert_eq!(fleet.unreadable()[0].serial_number.as_deref(), Some("00107703864827"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    taken_at: Timestamp,
    counts: Counts,
    by_group: Vec<GroupCounts>,
    by_inn: Vec<GroupCounts>,
    deadlines: Vec<Deadline>,
    assessments: Vec<Assessment>,
    unreadable: Vec<UnreadableKkt>,
}

/// A register of which nothing is known, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnreadableKkt {
    /// Its factory number, when at least that is known.
    pub serial_number: Option<String>,
    /// Why nothing is known.
    pub reason: String,
}

impl Snapshot {
    /// Judges a list, with the 20 nearest deadlines and without what earlier lists told.
    pub fn of(list: &KktList, policy: &Policy, now: Timestamp) -> Self {
        let mut builder = Self::builder(policy, now);
        for kkt in list {
            builder.add(kkt);
        }
        for rejected in list.rejected() {
            builder.add_rejected(rejected);
        }
        builder.build()
    }

    /// Starts an empty snapshot, to be filled register by register.
    pub fn builder(policy: &Policy, now: Timestamp) -> SnapshotBuilder<'_> {
        SnapshotBuilder {
            policy,
            now,
            counts: Counts::default(),
            by_group: Groups::default(),
            by_inn: Groups::default(),
            nearest: Nearest::new(DEADLINES),
            assessments: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// The moment for which the registers were judged.
    pub fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    /// How many registers are in which state. A record that could not be read counts as unknown.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The counts for each `groupCode`, in the order of the codes.
    pub fn by_group(&self) -> &[GroupCounts] {
        &self.by_group
    }

    /// The counts for each taxpayer's ИНН, in their order.
    pub fn by_inn(&self) -> &[GroupCounts] {
        &self.by_inn
    }

    /// The nearest deadlines, those that have passed first.
    pub fn deadlines(&self) -> &[Deadline] {
        &self.deadlines
    }

    /// The registers' assessments, in the order in which they were added; for a register that is
    /// [unreadable](Self::unreadable) now, the findings that were open when it last could be read.
    pub fn assessments(&self) -> &[Assessment] {
        &self.assessments
    }

    /// The registers of which it is not known how they are.
    pub fn unreadable(&self) -> &[UnreadableKkt] {
        &self.unreadable
    }

    /// The worst state that a register is in; `None` for an empty fleet.
    pub fn worst(&self) -> Option<Severity> {
        self.counts.worst()
    }
}

/// Fills a [`Snapshot`].
///
/// ```
/// use atol_model::Kkt;
/// use atol_monitor::health::{History, Policy};
/// use atol_monitor::snapshot::Snapshot;
///
/// let policy = Policy::default();
/// let mut builder = Snapshot::builder(&policy, "2019-12-05T10:46:00Z".parse()?).deadlines(5);
/// builder.add(&Kkt::builder("00107703864827").build());
/// builder.add_unknown(Some("00107703864828"), "no answer in 30 s");
/// assert_eq!(builder.build().counts().unknown, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It keeps no record: registers can be added as they arrive.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SnapshotBuilder<'a> {
    policy: &'a Policy,
    now: Timestamp,
    counts: Counts,
    by_group: Groups,
    by_inn: Groups,
    nearest: Nearest,
    assessments: Vec<Assessment>,
    unreadable: Vec<UnreadableKkt>,
}

impl SnapshotBuilder<'_> {
    /// How many of the nearest deadlines to keep, by default 20. To be set before registers are added.
    pub fn deadlines(mut self, limit: usize) -> Self {
        self.nearest = Nearest::new(limit);
        self
    }

    /// Judges a register by one record.
    pub fn add(&mut self, kkt: &Kkt) {
        self.add_with(kkt, &History::default());
    }

    /// Judges a register by a record and by what earlier ones told.
    pub fn add_with(&mut self, kkt: &Kkt, history: &History) {
        let assessment = self.policy.assess_with(kkt, history, self.now);
        self.note_deadlines(kkt, &assessment);
        self.count(kkt.group_code.as_deref(), kkt.fiscal_storage_inn.as_deref(), assessment.severity);
        self.assessments.push(assessment);
    }

    /// Adds a record that could not be read.
    pub fn add_rejected(&mut self, rejected: &RejectedKkt) {
        self.add_unknown(rejected.serial_number.as_deref(), rejected.error.to_string());
    }

    /// Adds a register of which nothing is known, for example because the question for it failed.
    pub fn add_unknown(&mut self, serial_number: Option<&str>, reason: impl Into<String>) {
        self.count(None, None, Severity::Unknown);
        self.unreadable
            .push(UnreadableKkt { serial_number: serial_number.map(str::to_owned), reason: reason.into() });
    }

    /// Adds a register whose last record is known, with the findings that were open then, but not how it is now.
    ///
    /// It counts as unknown, or as what the findings say if that is worse; its deadlines are those of the record.
    pub fn add_last_known(&mut self, last: &Kkt, findings: &[Finding], reason: impl Into<String>) {
        let known = Assessment::new(&last.serial_number, findings.to_vec());
        self.note_deadlines(last, &known);
        let severity = known.severity.max(Severity::Unknown);
        self.count(last.group_code.as_deref(), last.fiscal_storage_inn.as_deref(), severity);
        let serial_number = Some(last.serial_number.clone());
        self.unreadable.push(UnreadableKkt { serial_number, reason: reason.into() });
        if !known.findings.is_empty() {
            self.assessments.push(known);
        }
    }

    fn note_deadlines(&mut self, kkt: &Kkt, assessment: &Assessment) {
        for (at, kind) in deadline::of(kkt, assessment).filter(|&(_, kind)| self.policy.is_enabled(kind)) {
            self.nearest.add(at, kind, &kkt.serial_number);
        }
    }

    fn count(&mut self, group: Option<&str>, inn: Option<&str>, severity: Severity) {
        self.counts.add(severity);
        self.by_group.add(group, severity);
        self.by_inn.add(inn, severity);
    }

    /// The snapshot.
    pub fn build(self) -> Snapshot {
        Snapshot {
            taken_at: self.now,
            counts: self.counts,
            by_group: self.by_group.finish(),
            by_inn: self.by_inn.finish(),
            deadlines: self.nearest.finish(),
            assessments: self.assessments,
            unreadable: self.unreadable,
        }
    }
}
