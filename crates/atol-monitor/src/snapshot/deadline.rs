//! When a register will stop making receipts.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use atol_model::{Kkt, OffsetTimestamp};
use jiff::Timestamp;
use serde::Serialize;

use crate::health::{Assessment, FindingKind, Severity, blocked_at};

/// A moment at which a register will stop making receipts if nobody acts, at the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// The factory number of the register.
    pub serial_number: String,
    /// Why.
    pub kind: FindingKind,
}

impl Ord for Deadline {
    /// The nearest first; at the same moment by serial number.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, &self.serial_number, self.kind).cmp(&(other.at, &other.serial_number, other.kind))
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The deadlines of one register, also those that are too far off for a finding; none from a date that its rule does not believe.
pub(super) fn of(kkt: &Kkt, assessment: &Assessment) -> impl Iterator<Item = (Timestamp, FindingKind)> {
    let dated = |date: Option<OffsetTimestamp>, kind, deadline: fn(Timestamp) -> Timestamp| {
        let is_believed =
            assessment.finding(kind).is_none_or(|finding| finding.severity() != Severity::Unknown);
        date.filter(|_| is_believed).map(|date| (deadline(date.timestamp()), kind))
    };
    let expiry = dated(kkt.fiscal_storage_expiration, FindingKind::FiscalStorageExpiry, |expiry| expiry);
    let unsent = dated(kkt.first_unsent_doc_timestamp, FindingKind::UnsentDocuments, blocked_at);
    // These two cannot be read off the record.
    let found = [FindingKind::FiscalStorageForecast, FindingKind::LongShift]
        .map(|kind| Some((assessment.finding(kind)?.deadline()?, kind)));
    expiry.into_iter().chain(unsent).chain(found.into_iter().flatten())
}

/// The nearest deadlines out of many, without keeping all of them.
#[derive(Clone, Debug)]
pub(super) struct Nearest {
    limit: usize,
    /// The farthest on top.
    heap: BinaryHeap<Deadline>,
}

impl Nearest {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::new() }
    }

    pub(super) fn add(&mut self, at: Timestamp, kind: FindingKind, serial_number: &str) {
        if self.heap.len() >= self.limit {
            let is_nearer = self.heap.peek().is_some_and(|farthest| {
                (at, serial_number, kind) < (farthest.at, farthest.serial_number.as_str(), farthest.kind)
            });
            if !is_nearer {
                return;
            }
            self.heap.pop();
        }
        self.heap.push(Deadline { at, serial_number: serial_number.to_owned(), kind });
    }

    pub(super) fn finish(self) -> Vec<Deadline> {
        self.heap.into_sorted_vec()
    }
}
