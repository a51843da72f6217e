//! One thing that is wrong with a register, or could not be found out.

use std::borrow::Cow;
use std::fmt;

use atol_model::{NetworkErrorCode, OffsetTimestamp};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identifiers::IdentifierProblem;
use super::{FindingKind, Severity, texts};
use crate::Language;

/// One thing that is wrong with a register, or could not be found out.
///
/// ```
/// use atol_model::{Kkt, OffsetTimestamp};
/// use atol_monitor::Language;
/// use atol_monitor::health::{FindingKind, Policy, Severity};
///
/// let expires: OffsetTimestamp = "2020-11-03T00:00:00+03:00".parse()?;
/// let kkt = Kkt::builder("00107703864827").fiscal_storage_expiration(expires).build();
/// let assessment = Policy::default().assess(&kkt, "2020-10-20T09:00:00Z".parse()?);
/// let finding = assessment.finding(FindingKind::FiscalStorageExpiry).ok_or("no finding")?;
///
/// assert_eq!(finding.severity(), Severity::Warning);
/// assert_eq!(finding.title(Language::En), "fiscal storage expires in 14 days");
/// assert_eq!(finding.title(Language::Ru), "срок ФН истекает через 14 дней");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A finding is data; its texts are made when they are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub(super) id: FindingId,
    pub(super) kind: FindingKind,
    pub(super) severity: Severity,
    pub(super) observed: Observed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) threshold: Option<Threshold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<OffsetTimestamp>,
}

impl Finding {
    /// The name of this finding for as long as it lasts: the same register and kind have the same id, whatever the
    /// severity.
    pub fn id(&self) -> &FindingId {
        &self.id
    }

    /// The rule it comes from.
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// How bad it is; `Unknown` when the rule could not be applied. Never `Ok`.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What was seen.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }

    /// The limit that was reached; `None` when there is none, or nothing to compare with it.
    pub fn threshold(&self) -> Option<Threshold> {
        self.threshold
    }

    /// When the register will stop making receipts if nobody acts, at the latest; it may have passed.
    ///
    /// For [`FindingKind::FiscalStorageForecast`] it is an estimate. `None` when this problem stops nothing by itself, or
    /// when the moment cannot be known.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadline.map(OffsetTimestamp::timestamp)
    }

    /// The deadline as a date and time in the policy's time zone.
    pub fn local_deadline(&self) -> Option<OffsetTimestamp> {
        self.deadline
    }

    /// One line without a final stop: what is the matter.
    pub fn title(&self, language: Language) -> String {
        texts::title(self, language)
    }

    /// A few sentences: what was seen, against which limit, what happens next, what to do.
    pub fn explain(&self, language: Language) -> String {
        texts::explain(self, language)
    }
}

/// The title in English.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.title(Language::En))
    }
}

/// The stable name of a finding, `<serial number>/<kind>`: for recognising one that is known already.
///
/// ```
/// use atol_monitor::health::{FindingId, FindingKind};
///
/// let id = FindingId::new("00107703864827", FindingKind::LongShift);
/// assert_eq!(id.as_str(), "00107703864827/long-shift");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(Box<str>);

impl FindingId {
    /// The id of a register's finding of this kind.
    pub fn new(serial_number: &str, kind: FindingKind) -> Self {
        let mut id = String::with_capacity(serial_number.len() + 1 + kind.as_str().len());
        id.push_str(serial_number);
        id.push('/');
        id.push_str(kind.as_str());
        Self(id.into_boxed_str())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a rule saw. Dates are in the policy's time zone, durations in whole seconds, rounded down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Observed {
    /// The end of the ФН's life.
    FiscalStorageExpiry {
        /// When the ФН expires.
        expires: OffsetTimestamp,
        /// Dates from today to that date; negative when it has passed.
        days_left: i64,
        /// Whether it has expired.
        expired: bool,
    },
    /// The memory of the ФН.
    FiscalStorageFill {
        /// Per cent of the memory in use.
        percent: f64,
        /// Documents in the ФН, where the service tells.
        signed_documents: Option<u64>,
    },
    /// The fill of the ФН, continued at its mean rate since the activation.
    FiscalStorageForecast {
        /// When the ФН will be full.
        full: OffsetTimestamp,
        /// Dates from today to that date; negative when it has passed.
        days_left: i64,
        /// When the ФН expires, where the service tells.
        expires: Option<OffsetTimestamp>,
        /// Per cent of the memory in use.
        percent: f64,
        /// Documents a day since the activation, where the service tells their number.
        documents_per_day: Option<u64>,
    },
    /// Documents that wait for the ОФД.
    UnsentDocuments {
        /// How many, where the service tells.
        count: Option<u64>,
        /// The date of the first of them.
        oldest: OffsetTimestamp,
        /// Its age.
        age_seconds: u64,
    },
    /// An error of the exchange with the ОФД while documents wait.
    NetworkError {
        /// The last error.
        code: NetworkErrorCode,
        /// How many documents wait, where the service tells.
        count: Option<u64>,
        /// For how long nothing has got through; where the service gives no date for the first document that waits (then
        /// the finding has no [deadline](Finding::deadline) either), for how long at least the error has been seen.
        lasting_seconds: Option<u64>,
    },
    /// Old data.
    StaleData {
        /// When the service formed the data.
        formed: OffsetTimestamp,
        /// Its age.
        age_seconds: u64,
    },
    /// Data from the future.
    FutureTimestamp {
        /// When the service says to have formed the data.
        formed: OffsetTimestamp,
        /// By how much that is ahead of us.
        ahead_seconds: u64,
    },
    /// An open shift.
    OpenShift {
        /// The number of the shift.
        number: u64,
        /// When it was first seen open; it was opened then or earlier.
        since: OffsetTimestamp,
        /// For how long it has been open at least.
        open_seconds: u64,
    },
    /// Identifiers that cannot be right.
    Identifiers {
        /// What is wrong, at least one.
        problems: Vec<IdentifierProblem>,
    },
    /// A test ФН.
    TestFiscalStorage {
        /// The number of the ФН.
        serial_number: String,
    },
    /// A field that the rule needs is null.
    Missing {
        /// The field's name in JSON.
        field: Cow<'static, str>,
    },
    /// A field that the rule needs holds what cannot be.
    Implausible {
        /// The field's name in JSON.
        field: Cow<'static, str>,
        /// What it holds.
        value: String,
    },
}

/// A limit of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Threshold {
    /// Days left on the calendar.
    Days(u32),
    /// Per cent.
    Percent(f64),
    /// Seconds that have passed.
    Seconds(u64),
}
