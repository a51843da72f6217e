//! The verdict on one register.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Finding, FindingKind, Severity};

/// The verdict on one register: everything that is wrong or could not be found out, the worst first.
///
/// ```
/// use atol_model::Kkt;
/// use atol_monitor::health::{Policy, Severity};
///
/// // A record that says nothing is not a healthy register.
/// let assessment = Policy::default().assess(&Kkt::builder("00107703864827").build(), "2020-10-20T09:00:00Z".parse()?);
/// assert_eq!(assessment.severity, Severity::Unknown);
/// assert!(!assessment.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Assessment {
    /// The factory number of the register.
    pub serial_number: String,
    /// The severity of the worst finding; `Ok` without findings.
    pub severity: Severity,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Assessment {
    pub(crate) fn new(serial_number: &str, mut findings: Vec<Finding>) -> Self {
        // The rules ran in the order of the kinds, and the sort is stable.
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let severity = findings.first().map_or(Severity::Ok, Finding::severity);
        Self { serial_number: serial_number.to_owned(), severity, findings }
    }

    /// Whether every rule could be applied and none found anything.
    pub fn is_ok(&self) -> bool {
        self.severity == Severity::Ok
    }

    /// The finding of this kind.
    pub fn finding(&self, kind: FindingKind) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == kind)
    }

    /// The worst finding, which is the headline.
    pub fn worst(&self) -> Option<&Finding> {
        self.findings.first()
    }
}
