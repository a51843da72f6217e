//! The rules: what each looks at, and when it finds something.

mod fiscal_storage;

use std::borrow::Cow;
use std::time::Duration;

use atol_model::{Kkt, OffsetTimestamp};
use jiff::Timestamp;

use super::finding::{Finding, FindingId, Observed, Threshold};
use super::history::{History, has_unsent, told_at};
use super::identifiers::{inn_problem, registration_number_problem};
use super::policy::{BLOCKED_AFTER, Limits, SHIFT_LIMIT};
use super::{Assessment, FindingKind, Policy, Severity};

impl Policy {
    /// Judges a register by one record of it.
    ///
    /// ```
    /// use atol_model::Kkt;
    /// use atol_monitor::health::{Policy, Severity};
    ///
    /// let kkt = Kkt::builder("00107703864827").fiscal_storage_percentage_use(99.1).build();
    /// let assessment = Policy::default().assess(&kkt, "2019-12-05T10:46:00Z".parse()?);
    /// assert_eq!(assessment.severity, Severity::Critical);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A field that a rule needs and that is null, or holds what cannot be, yields a finding of severity `Unknown` that
    /// names it. `unsentDocs` may be left out: that means none.
    ///
    /// One record cannot tell for how long a shift has been open; without a [`History`] that rule only reports what it
    /// misses. `now` is trusted: take it from a clock that is right.
    pub fn assess(&self, kkt: &Kkt, now: Timestamp) -> Assessment {
        self.assess_with(kkt, &History::default(), now)
    }

    /// Judges a register by a record and by what earlier records told.
    ///
    /// Let the history [observe](History::observe) the record first, so that it knows whether the shift is still the same.
    pub fn assess_with(&self, kkt: &Kkt, history: &History, now: Timestamp) -> Assessment {
        let case = Case { policy: self, kkt, history, now };
        let findings = FindingKind::ALL
            .iter()
            .filter(|&&kind| self.is_enabled(kind))
            .filter_map(|&kind| {
                let Verdict { severity, observed, threshold, deadline } = case.judge(kind)?;
                let id = FindingId::new(&kkt.serial_number, kind);
                let deadline = deadline.map(|at| self.calendar.local(at));
                Some(Finding { id, kind, severity, observed, threshold, deadline })
            })
            .collect();
        Assessment::new(&kkt.serial_number, findings)
    }
}

/// When a register with documents that wait since then will be blocked, at the latest.
pub(crate) fn blocked_at(first_unsent: Timestamp) -> Timestamp {
    after(first_unsent, BLOCKED_AFTER)
}

/// What a rule has to say.
struct Verdict {
    severity: Severity,
    observed: Observed,
    threshold: Option<Threshold>,
    deadline: Option<Timestamp>,
}

impl Verdict {
    fn unknown(observed: Observed) -> Self {
        Self { severity: Severity::Unknown, observed, threshold: None, deadline: None }
    }

    fn missing(field: &'static str) -> Self {
        Self::unknown(Observed::Missing { field: Cow::Borrowed(field) })
    }

    fn implausible(field: &'static str, value: &dyn ToString) -> Self {
        Self::unknown(Observed::Implausible { field: Cow::Borrowed(field), value: value.to_string() })
    }
}

/// A record to be judged.
struct Case<'a> {
    policy: &'a Policy,
    kkt: &'a Kkt,
    history: &'a History,
    now: Timestamp,
}

impl Case<'_> {
    fn judge(&self, kind: FindingKind) -> Option<Verdict> {
        match kind {
            FindingKind::FiscalStorageExpiry => self.fiscal_storage_expiry(),
            FindingKind::FiscalStorageFill => self.fiscal_storage_fill(),
            FindingKind::FiscalStorageForecast => self.fiscal_storage_forecast(),
            FindingKind::UnsentDocuments => self.unsent_documents(),
            FindingKind::NetworkError => self.network_error(),
            FindingKind::StaleData => self.stale_data(),
            FindingKind::FutureTimestamp => self.future_timestamp(),
            FindingKind::LongShift => self.long_shift(),
            FindingKind::Identifiers => self.identifiers(),
            FindingKind::TestFiscalStorage => self.test_fiscal_storage(),
        }
    }

    fn unsent_documents(&self) -> Option<Verdict> {
        let (count, oldest) = match (self.kkt.unsent_docs, self.kkt.first_unsent_doc_timestamp) {
            // The service leaves both out when there are none (documentation of the reference library).
            (None | Some(0), None) => return None,
            // Documents that do not exist have no date: one of the two is wrong.
            (Some(0), Some(oldest)) => {
                let both = format!("0 (firstUnsetDocTimestamp: {oldest})");
                return Some(Verdict::implausible("unsentDocs", &both));
            }
            (Some(_), None) => return Some(Verdict::missing("firstUnsetDocTimestamp")),
            (count, Some(oldest)) => (count, oldest),
        };
        let Some(age) = self.age(oldest.timestamp()) else {
            return Some(Verdict::implausible("firstUnsetDocTimestamp", &oldest));
        };
        let (severity, threshold) = over(age, self.policy.unsent)?;
        Some(Verdict {
            severity,
            observed: Observed::UnsentDocuments {
                count,
                oldest: self.local(oldest),
                age_seconds: age.as_secs(),
            },
            threshold: Some(threshold),
            deadline: Some(blocked_at(oldest.timestamp())),
        })
    }

    /// The code is that of the last exchange: without documents to send it is no problem yet.
    fn network_error(&self) -> Option<Verdict> {
        if !has_unsent(self.kkt) {
            return None;
        }
        let Some(code) = self.kkt.network_error_code else {
            return Some(Verdict::missing("networkErrorCode"));
        };
        if !code.is_error() {
            return None;
        }
        // Nothing has got through since the first document that waits. An error that was seen before that let others through.
        let oldest = self.kkt.first_unsent_doc_timestamp.map(OffsetTimestamp::timestamp);
        let oldest = oldest.filter(|&oldest| self.age(oldest).is_some());
        let lasting = oldest.or(self.history.network_error_since).and_then(|since| self.age(since));
        let limit = self.policy.network_error;
        let is_critical = lasting.is_some_and(|lasting| lasting >= limit);
        Some(Verdict {
            severity: if is_critical { Severity::Critical } else { Severity::Warning },
            observed: Observed::NetworkError {
                code,
                count: self.kkt.unsent_docs,
                lasting_seconds: lasting.map(|lasting| lasting.as_secs()),
            },
            threshold: is_critical.then_some(Threshold::Seconds(limit.as_secs())),
            deadline: oldest.map(blocked_at),
        })
    }

    fn stale_data(&self) -> Option<Verdict> {
        let Some(formed) = self.kkt.timestamp else {
            return Some(Verdict::missing("timestamp"));
        };
        // Data from the future is the next rule's.
        let age = self.age(formed.timestamp())?;
        let (severity, threshold) = over(age, self.policy.stale)?;
        Some(Verdict {
            severity,
            observed: Observed::StaleData { formed: self.local(formed), age_seconds: age.as_secs() },
            threshold: Some(threshold),
            deadline: None,
        })
    }

    /// One of two clocks is wrong, and every rule that counts time relies on ours: hence `Unknown`.
    fn future_timestamp(&self) -> Option<Verdict> {
        // A missing one is the previous rule's.
        let formed = self.kkt.timestamp?;
        if self.age(formed.timestamp()).is_some() {
            return None;
        }
        let ahead = formed.timestamp().duration_since(self.now).unsigned_abs();
        Some(Verdict {
            threshold: Some(Threshold::Seconds(self.policy.tolerance.as_secs())),
            ..Verdict::unknown(Observed::FutureTimestamp {
                formed: self.local(formed),
                ahead_seconds: ahead.as_secs(),
            })
        })
    }

    /// Measured up to the moment that the record speaks about: old data does not prove that the shift is still open.
    fn long_shift(&self) -> Option<Verdict> {
        match self.kkt.is_shift_opened {
            Some(true) => {}
            Some(false) => return None,
            None => return Some(Verdict::missing("isShiftOpened")),
        }
        let Some(number) = self.kkt.shift_number else {
            return Some(Verdict::missing("shiftNumber"));
        };
        let shift = self.history.shift.filter(|shift| shift.number == number)?;
        let open = told_at(self.kkt, self.now).duration_since(shift.since);
        let open = Duration::try_from(open).unwrap_or_default();
        let (severity, threshold) = over(open, self.policy.shift)?;
        Some(Verdict {
            severity,
            observed: Observed::OpenShift {
                number,
                since: self.policy.calendar.local(shift.since),
                open_seconds: open.as_secs(),
            },
            threshold: Some(threshold),
            deadline: Some(after(shift.since, SHIFT_LIMIT)),
        })
    }

    fn identifiers(&self) -> Option<Verdict> {
        let inn = self.kkt.fiscal_storage_inn.as_deref();
        let registration_number = self.kkt.registration_number.as_deref();
        let mut problems = Vec::new();
        problems.extend(inn.and_then(inn_problem));
        if let (Some(inn), Some(registration_number)) = (inn, registration_number) {
            problems.extend(registration_number_problem(registration_number, inn, &self.kkt.serial_number));
        }
        if problems.is_empty() {
            let field = match (registration_number, inn) {
                (None, _) => "registrationNumber",
                (_, None) => "fiscalStorageINN",
                _ => return None,
            };
            return Some(Verdict::missing(field));
        }
        Some(Verdict {
            severity: Severity::Warning,
            observed: Observed::Identifiers { problems },
            threshold: None,
            deadline: None,
        })
    }

    /// The time since `then`; `None` when it lies in the future by more than clocks may differ.
    fn age(&self, then: Timestamp) -> Option<Duration> {
        let age = self.now.duration_since(then);
        match Duration::try_from(age) {
            Ok(age) => Some(age),
            Err(_) => (age.unsigned_abs() <= self.policy.tolerance).then_some(Duration::ZERO),
        }
    }

    fn local(&self, at: OffsetTimestamp) -> OffsetTimestamp {
        self.policy.calendar.local(at.timestamp())
    }
}

/// The worst limit that has been reached.
fn over(age: Duration, limits: Limits<Duration>) -> Option<(Severity, Threshold)> {
    let (severity, limit) = if age >= limits.critical {
        (Severity::Critical, limits.critical)
    } else if age >= limits.warning {
        (Severity::Warning, limits.warning)
    } else {
        return None;
    };
    Some((severity, Threshold::Seconds(limit.as_secs())))
}

fn after(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}
