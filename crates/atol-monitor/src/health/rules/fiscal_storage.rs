//! The rules about the ФН: its life, its memory, its kind.

use jiff::SignedDuration;

use super::{Case, Verdict};
use crate::health::Severity;
use crate::health::finding::{Observed, Threshold};
use crate::health::identifiers::is_test_fiscal_storage;
use crate::health::policy::{LONGEST_FISCAL_STORAGE_LIFE, Limits};

/// With less than this behind it, the rate at which a ФН fills says nothing.
const SHORTEST_FORECAST_BASE: SignedDuration = SignedDuration::from_hours(7 * 24);

const SECONDS_PER_DAY: f64 = 86_400.0;

impl Case<'_> {
    pub(super) fn fiscal_storage_expiry(&self) -> Option<Verdict> {
        let Some(expires) = self.kkt.fiscal_storage_expiration else {
            return Some(Verdict::missing("fiscalStorageExpiration"));
        };
        let days_left = self.policy.calendar.days(self.now, expires.timestamp());
        // Longer than two lives of any known ФН: a slip of the pen, not a date to rely on.
        if days_left > 2 * LONGEST_FISCAL_STORAGE_LIFE {
            return Some(Verdict::implausible("fiscalStorageExpiration", &expires));
        }
        let is_over = self.now >= expires.timestamp();
        let Limits { warning, critical } = self.policy.expiry;
        let (severity, limit) = if is_over || days_left <= critical.into() {
            (Severity::Critical, critical)
        } else if days_left <= warning.into() {
            (Severity::Warning, warning)
        } else {
            return None;
        };
        Some(Verdict {
            severity,
            observed: Observed::FiscalStorageExpiry {
                expires: self.local(expires),
                days_left,
                expired: is_over,
            },
            threshold: Some(Threshold::Days(limit)),
            deadline: Some(expires.timestamp()),
        })
    }

    pub(super) fn fiscal_storage_fill(&self) -> Option<Verdict> {
        let percent = match self.percent() {
            Ok(percent) => percent,
            Err(unknown) => return Some(unknown),
        };
        let Limits { warning, critical } = self.policy.fill;
        let (severity, limit) = if percent >= critical {
            (Severity::Critical, critical)
        } else if percent >= warning {
            (Severity::Warning, warning)
        } else {
            return None;
        };
        Some(Verdict {
            severity,
            observed: Observed::FiscalStorageFill { percent, signed_documents: self.kkt.signed_documents },
            threshold: Some(Threshold::Percent(limit)),
            deadline: None,
        })
    }

    /// The mean rate from the activation of the ФН to the record, continued until 100 %.
    pub(super) fn fiscal_storage_forecast(&self) -> Option<Verdict> {
        let percent = match self.percent() {
            Ok(percent) => percent,
            Err(unknown) => return Some(unknown),
        };
        let Some(activated) = self.kkt.fiscalization_date else {
            return Some(Verdict::missing("fiscalizationDate"));
        };
        let Some(formed) = self.kkt.timestamp else {
            return Some(Verdict::missing("timestamp"));
        };
        let elapsed = formed.timestamp().duration_since(activated.timestamp());
        if elapsed.is_negative() || elapsed.as_hours() / 24 > 2 * LONGEST_FISCAL_STORAGE_LIFE {
            return Some(Verdict::implausible("fiscalizationDate", &activated));
        }
        // A full ФН needs no forecast, an empty one has none.
        if elapsed < SHORTEST_FORECAST_BASE || percent <= 0.0 || percent >= 100.0 {
            return None;
        }
        let seconds = elapsed.as_secs_f64();
        let life = SignedDuration::try_from_secs_f64((seconds * 100.0 / percent).round()).ok()?;
        let full = activated.timestamp().checked_add(life).ok()?;
        let days_left = self.policy.calendar.days(self.now, full);
        let expires = self.kkt.fiscal_storage_expiration;
        let is_due = days_left <= self.policy.forecast_days.into()
            && expires.is_none_or(|expires| full < expires.timestamp());
        is_due.then(|| Verdict {
            severity: Severity::Warning,
            observed: Observed::FiscalStorageForecast {
                full: self.policy.calendar.local(full),
                days_left,
                expires: expires.map(|expires| self.local(expires)),
                percent,
                documents_per_day: self.kkt.signed_documents.map(|signed| per_day(signed, seconds)),
            },
            threshold: Some(Threshold::Days(self.policy.forecast_days)),
            deadline: Some(full),
        })
    }

    pub(super) fn test_fiscal_storage(&self) -> Option<Verdict> {
        let Some(serial_number) = &self.kkt.fiscal_storage_serial_number else {
            return Some(Verdict::missing("fiscalStorageSerialNumber"));
        };
        is_test_fiscal_storage(serial_number).then(|| Verdict {
            severity: Severity::Warning,
            observed: Observed::TestFiscalStorage { serial_number: serial_number.clone() },
            threshold: None,
            deadline: None,
        })
    }

    /// The fill of the ФН. More than 100 % is taken for full, which is the safe side; less than nothing is no number.
    fn percent(&self) -> Result<f64, Verdict> {
        const FIELD: &str = "fiscalStoragePercentageUse";
        let percent = self.kkt.fiscal_storage_percentage_use.ok_or_else(|| Verdict::missing(FIELD))?;
        if percent.is_finite() && percent >= 0.0 {
            Ok(percent)
        } else {
            Err(Verdict::implausible(FIELD, &percent))
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a count of documents, rounded on purpose; the cast saturates"
)]
fn per_day(documents: u64, seconds: f64) -> u64 {
    (documents as f64 * SECONDS_PER_DAY / seconds).round() as u64
}
