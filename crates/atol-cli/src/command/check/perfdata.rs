//! Performance data: numbers for graphs, with the limits that hold.
//!
//! `'label'=value[UOM];warning;critical;minimum;maximum`, ranges as `[start:]end`.

use std::fmt;
use std::time::Duration;

use atol_monitor::health::{FindingKind, Policy, Severity};
use atol_monitor::{Kkt, NetworkErrorCode, OffsetTimestamp};
use jiff::{SignedDuration, Timestamp};

use super::survey::Survey;

/// One number with its unit and limits; what is not known is `U`, what does not exist is empty.
struct Metric {
    label: &'static str,
    value: Option<String>,
    unit: &'static str,
    limits: Option<(String, String)>,
    bounds: (&'static str, String),
}

/// The numbers of a survey.
pub(super) struct Perfdata(Vec<Metric>);

impl Perfdata {
    pub(super) fn new(survey: &Survey, policy: &Policy, elapsed: Duration) -> Perfdata {
        let all = survey.len();
        let count = |label, severity: Severity, limits: Option<(&str, &str)>| Metric {
            limits: limits.map(|(warning, critical)| (warning.to_owned(), critical.to_owned())),
            bounds: ("0", all.to_string()),
            ..Metric::new(label, Some(survey.count(severity).to_string()))
        };
        let kkts = || survey.registers.iter().map(|register| &register.kkt);
        let sum = |count: fn(&Kkt) -> u64| Some(kkts().map(count).sum::<u64>().to_string());
        let is_on = |kind| policy.is_enabled(kind);
        let seconds = |limit: Duration| limit.as_secs().to_string();

        let (expiry, fill) = (policy.fiscal_storage_expiry(), policy.fiscal_storage_fill());
        let (unsent, stale) = (policy.unsent_documents(), policy.stale_data());
        let days_left =
            |kkt: &Kkt| Some(policy.days_between(survey.now, kkt.fiscal_storage_expiration?.timestamp()));
        let fullest = kkts().filter_map(|kkt| kkt.fiscal_storage_percentage_use).max_by(f64::total_cmp);
        let oldest_unsent =
            kkts().filter_map(|kkt| kkt.first_unsent_doc_timestamp).map(OffsetTimestamp::timestamp).min();
        let oldest_data = kkts().filter_map(|kkt| kkt.timestamp).map(OffsetTimestamp::timestamp).min();
        Perfdata(vec![
            Metric { bounds: ("0", String::new()), ..Metric::new("registers", Some(all.to_string())) },
            count("ok", Severity::Ok, None),
            count("warning", Severity::Warning, Some(("0", ""))),
            count("critical", Severity::Critical, Some(("", "0"))),
            count("unknown", Severity::Unknown, None),
            // Too few days are the trouble, so the ranges of what is well have no end.
            Metric::new("fs_days_left", kkts().filter_map(days_left).min().map(|days| days.to_string()))
                .within(
                    is_on(FindingKind::FiscalStorageExpiry),
                    format!("{}:", expiry.warning),
                    format!("{}:", expiry.critical),
                ),
            Metric {
                unit: "%",
                bounds: ("0", "100".to_owned()),
                ..Metric::new("fs_fill", fullest.map(|percent| percent.to_string()))
            }
            .within(
                is_on(FindingKind::FiscalStorageFill),
                fill.warning.to_string(),
                fill.critical.to_string(),
            ),
            Metric {
                bounds: ("0", String::new()),
                ..Metric::new("unsent_documents", sum(|kkt| kkt.unsent_docs.unwrap_or_default()))
            },
            // Nothing waits: its age is none.
            Metric::age("unsent_age", Some(oldest_unsent.unwrap_or(survey.now)), survey.now).within(
                is_on(FindingKind::UnsentDocuments),
                seconds(unsent.warning),
                seconds(unsent.critical),
            ),
            Metric {
                bounds: ("0", all.to_string()),
                ..Metric::new(
                    "network_errors",
                    sum(|kkt| u64::from(kkt.network_error_code.is_some_and(NetworkErrorCode::is_error))),
                )
            },
            Metric::age("data_age", oldest_data, survey.now).within(
                is_on(FindingKind::StaleData),
                seconds(stale.warning),
                seconds(stale.critical),
            ),
            // Without a maximum: the limit on time is for a call, and a fleet takes as many as it has pages.
            Metric {
                unit: "s",
                bounds: ("0", String::new()),
                ..Metric::new("time", Some(format!("{:.3}", elapsed.as_secs_f64())))
            },
        ])
    }
}

impl Metric {
    fn new(label: &'static str, value: Option<String>) -> Metric {
        Metric { label, value, unit: "", limits: None, bounds: ("", String::new()) }
    }

    /// How long ago that was, in seconds.
    fn age(label: &'static str, since: Option<Timestamp>, now: Timestamp) -> Metric {
        let age =
            since.map(|since| now.duration_since(since).max(SignedDuration::ZERO).as_secs().to_string());
        Metric { unit: "s", bounds: ("0", String::new()), ..Metric::new(label, age) }
    }

    /// With the limits of a rule, if it is in force.
    fn within(mut self, is_in_force: bool, warning: String, critical: String) -> Metric {
        self.limits = is_in_force.then_some((warning, critical));
        self
    }
}

impl fmt::Display for Perfdata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, metric) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{metric}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value =
            self.value.as_ref().map_or_else(|| "U".to_owned(), |value| format!("{value}{}", self.unit));
        let (warning, critical) = self.limits.clone().unwrap_or_default();
        let (minimum, maximum) = &self.bounds;
        let text = format!("'{}'={value};{warning};{critical};{minimum};{maximum}", self.label);
        f.write_str(text.trim_end_matches(';'))
    }
}
