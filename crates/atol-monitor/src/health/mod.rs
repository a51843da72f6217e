//! Whether a register is well: rules with documented limits, applied to one record and a moment.
//!
//! ```
//! use atol_model::{Kkt, OffsetTimestamp};
//! use atol_monitor::Language;
//! use atol_monitor::health::{Policy, Severity};
//!
//! let oldest: OffsetTimestamp = "2019-12-01T08:00:00+03:00".parse()?;
//! let kkt = Kkt::builder("00107703864827").unsent_docs(12).first_unsent_doc_timestamp(oldest).build();
//! let assessment = Policy::default().assess(&kkt, "2019-12-05T10:46:00Z".parse()?);
//!
//! assert_eq!(assessment.severity, Severity::Warning);
//! for finding in &assessment.findings {
//!     println!("{}: {}", finding.severity(), finding.explain(Language::En));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here reads a clock, a network or a file (but for the time-zone database, when a [`Policy`] asks for a zone by
//! name): the same record, [`History`] and moment give the same [`Assessment`].
//!
//! What is not known is never called healthy. A field that is null, or holds what cannot be, turns the rules that need
//! it into findings of severity [`Unknown`](Severity::Unknown).

mod assessment;
mod calendar;
mod config;
mod finding;
mod history;
mod identifiers;
mod kind;
mod policy;
mod policy_error;
mod rules;
mod severity;
#[cfg(test)]
mod tests;
mod texts;

pub use assessment::Assessment;
pub use finding::{Finding, FindingId, Observed, Threshold};
pub use history::History;
pub use identifiers::IdentifierProblem;
pub use kind::{FindingKind, UnknownKind};
pub use policy::{BLOCKED_AFTER, Limits, Policy, PolicyBuilder, SHIFT_LIMIT};
pub use policy_error::PolicyError;
pub(crate) use rules::blocked_at;
pub use severity::Severity;
pub use texts::network_error_advice;
