//! What is known of one register.

use std::sync::Arc;
use std::time::Duration;

use atol_model::Kkt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Closure, WatchEvent};
use super::failure::{Failure, FailureKind};
use super::watched::RegisterState;
use crate::health::{Finding, History, Policy, Severity};
use crate::snapshot;

/// What is known of one register: its last record, what earlier ones told, what is wrong with it.
///
/// It is no verdict: the last record may be old.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Register {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Arc<Kkt>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
    #[serde(default)]
    history: History,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// When it was last heard of, or began to be expected, on the scale of the time that has passed.
    pub(super) heard_ms: u64,
    #[serde(default)]
    pub(super) is_silent: bool,
    /// The answer that last had it; only to find those that it does not have.
    #[serde(skip)]
    pub(super) seen_in: u64,
}

/// Why a register cannot be read at present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Trouble {
    since: Timestamp,
    error: Failure,
}

impl Register {
    /// A register that is to be asked for.
    pub(super) fn expected(since: Timestamp, heard_ms: u64) -> Self {
        let error = Failure::new(FailureKind::NotAsked, "it has not been asked for yet");
        Self { trouble: Some(Trouble { since, error }), ..Self::new(heard_ms) }
    }

    /// A register that an answer has for the first time.
    pub(super) fn new(heard_ms: u64) -> Self {
        Self {
            last: None,
            read_at: None,
            history: History::default(),
            findings: Vec::new(),
            trouble: None,
            heard_ms,
            is_silent: false,
            seen_in: 0,
        }
    }

    /// The last record that could be read.
    pub(super) fn last(&self) -> Option<&Arc<Kkt>> {
        self.last.as_ref()
    }

    /// When that was.
    pub(super) fn read_at(&self) -> Option<Timestamp> {
        self.read_at
    }

    /// What earlier records told.
    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// The findings that have been told and not been closed, the worst first.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How the register is at least: the severity of the worst finding, and no better than unknown while it cannot be read.
    pub(super) fn severity(&self, is_outage: bool) -> Severity {
        let known = self.findings.first().map_or(Severity::Ok, Finding::severity);
        if is_outage || self.trouble.is_some() { known.max(Severity::Unknown) } else { known }
    }

    /// Why it is not known how it is, as far as that is this register's own trouble.
    pub(super) fn trouble(&self) -> Option<(Timestamp, &Failure)> {
        self.trouble.as_ref().map(|trouble| (trouble.since, &trouble.error))
    }

    /// How much the record is worth that the last poll brought.
    pub(super) fn known_state(&self, policy: &Policy, now: Timestamp) -> RegisterState {
        let undated = |why| {
            let error = Failure::new(FailureKind::Undated, why);
            RegisterState::Unknown { since: self.read_at.unwrap_or(now), error }
        };
        let Some(formed) = self.last.as_ref().and_then(|kkt| kkt.timestamp) else {
            return undated("its record does not tell when it was formed");
        };
        let age = now.duration_since(formed.timestamp());
        match Duration::try_from(age) {
            Err(_) if age.unsigned_abs() > policy.clock_tolerance() => undated("its record is of the future"),
            Ok(age) if age >= policy.stale_data().warning => RegisterState::Stale { age },
            age => RegisterState::Fresh { age: age.unwrap_or_default() },
        }
    }

    /// Takes in a record. A register that the snapshot tells of is not `told` of once more.
    pub(super) fn read(
        &mut self,
        kkt: Arc<Kkt>,
        policy: &Policy,
        now: Timestamp,
        told: bool,
        events: &mut Vec<WatchEvent>,
    ) {
        if let Some(trouble) = self.trouble.take()
            && !told
            && trouble.error.kind != FailureKind::NotAsked
        {
            let (serial_number, since) = (kkt.serial_number.clone(), trouble.since);
            events.push(WatchEvent::Readable { at: now, serial_number, since });
        }
        if let Some(before) = &self.last {
            let attributes = snapshot::changes(before, &kkt);
            if !attributes.is_empty() {
                events.push(WatchEvent::Changed { at: now, kkt: Arc::clone(&kkt), attributes });
            }
        } else if !told {
            events.push(WatchEvent::Added { at: now, kkt: Arc::clone(&kkt) });
        }
        self.history.observe(&kkt, now);
        let found = policy.assess_with(&kkt, &self.history, now).findings;
        self.tell_findings(&found, now, events);
        self.findings = found;
        self.last = Some(kkt);
        self.read_at = Some(now);
    }

    fn tell_findings(&self, found: &[Finding], at: Timestamp, events: &mut Vec<WatchEvent>) {
        for finding in found {
            match self.findings.iter().find(|known| known.kind() == finding.kind()) {
                None => events.push(WatchEvent::FindingOpened { at, finding: finding.clone() }),
                Some(known) if known.severity() != finding.severity() => {
                    let (finding, was) = (finding.clone(), known.severity());
                    events.push(WatchEvent::FindingChanged { at, finding, was });
                }
                Some(_) => {}
            }
        }
        for known in &self.findings {
            if !found.iter().any(|finding| finding.kind() == known.kind()) {
                let (finding, because) = (known.clone(), Closure::Resolved);
                events.push(WatchEvent::FindingClosed { at, finding, because });
            }
        }
    }

    /// Takes note that its record could not be had. Says whether that is new.
    pub(super) fn cannot_be_read(&mut self, error: Failure, now: Timestamp) -> bool {
        let known = self.trouble.take();
        let is_new = known.as_ref().is_none_or(|trouble| trouble.error.kind == FailureKind::NotAsked);
        self.trouble = Some(Trouble { since: known.map_or(now, |trouble| trouble.since), error });
        is_new
    }

    /// Tells that it is gone.
    pub(super) fn remove(self, serial_number: String, at: Timestamp, events: &mut Vec<WatchEvent>) {
        let because = Closure::Removed;
        events.extend(self.findings.into_iter().map(|finding| WatchEvent::FindingClosed {
            at,
            finding,
            because,
        }));
        events.push(WatchEvent::Removed { at, serial_number, last: self.last });
    }
}
