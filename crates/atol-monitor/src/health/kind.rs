//! What can be wrong with a register: one kind for each rule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The rule that a finding comes from.
///
/// ```
/// use atol_monitor::health::FindingKind;
///
/// assert_eq!(FindingKind::FiscalStorageFill.as_str(), "fiscal-storage-fill");
/// assert_eq!("long-shift".parse(), Ok(FindingKind::LongShift));
/// ```
///
/// A rule yields at most one finding for a register, so serial number and kind name a finding for good; see
/// [`FindingId`](super::FindingId).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The ФН reaches the end of its life.
    FiscalStorageExpiry,
    /// The memory of the ФН is running out.
    FiscalStorageFill,
    /// At the present rate the ФН will be full before its life ends.
    FiscalStorageForecast,
    /// Documents wait too long for the ОФД.
    UnsentDocuments,
    /// The exchange with the ОФД fails while documents wait.
    NetworkError,
    /// The service's data about the register is old.
    StaleData,
    /// The service's data is from the future: a clock is wrong.
    FutureTimestamp,
    /// The shift is, or will soon be, open for more than 24 hours.
    LongShift,
    /// РНМ or ИНН have a wrong check number or do not fit the register.
    Identifiers,
    /// A test ФН (МГМ) in a register that should be in production.
    TestFiscalStorage,
}

impl FindingKind {
    /// Every kind, in the order in which findings of the same severity are listed.
    pub const ALL: &[Self] = &[
        Self::FiscalStorageExpiry,
        Self::FiscalStorageFill,
        Self::FiscalStorageForecast,
        Self::UnsentDocuments,
        Self::NetworkError,
        Self::StaleData,
        Self::FutureTimestamp,
        Self::LongShift,
        Self::Identifiers,
        Self::TestFiscalStorage,
    ];

    /// The name in JSON, in configuration and in ids; it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FiscalStorageExpiry => "fiscal-storage-expiry",
            Self::FiscalStorageFill => "fiscal-storage-fill",
            Self::FiscalStorageForecast => "fiscal-storage-forecast",
            Self::UnsentDocuments => "unsent-documents",
            Self::NetworkError => "network-error",
            Self::StaleData => "stale-data",
            Self::FutureTimestamp => "future-timestamp",
            Self::LongShift => "long-shift",
            Self::Identifiers => "identifiers",
            Self::TestFiscalStorage => "test-fiscal-storage",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads what [`FindingKind::as_str`] gives.
impl FromStr for FindingKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownKind { _private: () })
    }
}

/// The text names no kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    _private: (),
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown kind of finding; write one of ")?;
        for (index, kind) in FindingKind::ALL.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{kind}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownKind {}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KindSet(u16);

impl KindSet {
    pub(super) fn insert(&mut self, kind: FindingKind) {
        self.0 |= 1 << kind as u16;
    }

    pub(super) fn contains(self, kind: FindingKind) -> bool {
        self.0 & 1 << kind as u16 != 0
    }
}
