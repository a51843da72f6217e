//! A policy as it stands in a configuration file.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

use super::policy::Policy;
use super::policy_error::PolicyError;

/// Every key is optional; the defaults are those of [`Policy`].
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PolicyConfig {
    time_zone: Option<String>,
    production: bool,
    disabled: Vec<String>,
    fiscal_storage_expiry: Days,
    fiscal_storage_fill: Percent,
    fiscal_storage_forecast: WarningDays,
    unsent_documents: Ages,
    network_error: CriticalAge,
    stale_data: Ages,
    long_shift: Ages,
    future_timestamp: Tolerance,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Days {
    warning_days: Option<u32>,
    critical_days: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct WarningDays {
    warning_days: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Percent {
    warning_percent: Option<f64>,
    critical_percent: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Ages {
    warning: Option<String>,
    critical: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct CriticalAge {
    critical: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Tolerance {
    tolerance: Option<String>,
}

impl TryFrom<PolicyConfig> for Policy {
    type Error = PolicyError;

    fn try_from(config: PolicyConfig) -> Result<Self, PolicyError> {
        let default = Self::default();
        let mut builder = Self::builder().production(config.production);
        if let Some(name) = config.time_zone {
            builder = builder.time_zone(name);
        }
        for kind in &config.disabled {
            builder = builder.disable(kind.parse().map_err(|error| PolicyError::kind(kind, error))?);
        }

        let (expiry, fill) = (config.fiscal_storage_expiry, config.fiscal_storage_fill);
        let (unsent, stale, shift) = (config.unsent_documents, config.stale_data, config.long_shift);
        builder
            .fiscal_storage_expiry(
                expiry.warning_days.unwrap_or(default.expiry.warning),
                expiry.critical_days.unwrap_or(default.expiry.critical),
            )
            .fiscal_storage_fill(
                fill.warning_percent.unwrap_or(default.fill.warning),
                fill.critical_percent.unwrap_or(default.fill.critical),
            )
            .fiscal_storage_forecast(
                config.fiscal_storage_forecast.warning_days.unwrap_or(default.forecast_days),
            )
            .unsent_documents(
                age("unsent_documents", unsent.warning, default.unsent.warning)?,
                age("unsent_documents", unsent.critical, default.unsent.critical)?,
            )
            .network_error(age("network_error", config.network_error.critical, default.network_error)?)
            .stale_data(
                age("stale_data", stale.warning, default.stale.warning)?,
                age("stale_data", stale.critical, default.stale.critical)?,
            )
            .long_shift(
                age("long_shift", shift.warning, default.shift.warning)?,
                age("long_shift", shift.critical, default.shift.critical)?,
            )
            .clock_tolerance(age("future_timestamp", config.future_timestamp.tolerance, default.tolerance)?)
            .build()
    }
}

/// `2d`, `2h 30m`; a day has 24 hours.
fn age(key: &'static str, text: Option<String>, default: Duration) -> Result<Duration, PolicyError> {
    let Some(text) = text else {
        return Ok(default);
    };
    text.parse::<Span>()
        .ok()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| PolicyError::age(key, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        serde_json::from_str::<Policy>(json).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_file_is_the_default_policy() {
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    }

    #[test]
    fn one_limit_of_a_rule_can_be_set_alone() {
        let policy: Policy = serde_json::from_str(r#"{"unsent_documents": {"warning": "1d 12h"}}"#).unwrap();
        assert_eq!(policy.unsent_documents().warning, Duration::from_secs(36 * 3600));
        assert_eq!(policy.unsent_documents().critical, Policy::default().unsent_documents().critical);
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_key_and_the_fix() {
        let cases = [
            r#"{"fiscal_storage_expiry": {"warning_days": 3}}"#,
            r#"{"fiscal_storage_fill": {"critical_percent": 101}}"#,
            r#"{"fiscal_storage_fill": {"warning_percent": 99.5}}"#,
            r#"{"unsent_documents": {"critical": "31d"}}"#,
            r#"{"long_shift": {"critical": "25h"}}"#,
            r#"{"stale_data": {"warning": "0s"}}"#,
            r#"{"stale_data": {"warning": "soon"}}"#,
            r#"{"stale_data": {"warning": "-5m"}}"#,
            r#"{"stale_data": {"warning": "1mo"}}"#,
            r#"{"time_zone": "Mars/Olympus"}"#,
            r#"{"disabled": ["shift"]}"#,
        ];
        insta::assert_snapshot!(cases.map(error).join("\n"), @r#"
        health policy, fiscal_storage_expiry: warning 3, critical 4: warn at more days left than are critical
        health policy, fiscal_storage_fill: warning 80.0, critical 101.0: use more than 0 and at most 100 per cent
        health policy, fiscal_storage_fill: warning 99.5, critical 99.0: warn at fewer per cent than are critical
        health policy, unsent_documents: warning 48h, critical 744h: after 30 days the register is blocked; use less
        health policy, long_shift: warning 20h, critical 25h: after 24 hours the register is blocked; use less
        health policy, stale_data: warning 0s, critical 24h: warn after more than no time
        health policy, stale_data: `soon` is not a length of time; write 30m, 12h or 2d
        health policy, stale_data: `-5m` is not a length of time; write 30m, 12h or 2d
        health policy, stale_data: `1mo` is not a length of time; write 30m, 12h or 2d
        health policy, time_zone: `Mars/Olympus` is not in this system's time-zone database; install tzdata or write an offset such as +05:00
        health policy, disabled: `shift`: unknown kind of finding; write one of fiscal-storage-expiry, fiscal-storage-fill, fiscal-storage-forecast, unsent-documents, network-error, stale-data, future-timestamp, long-shift, identifiers, test-fiscal-storage
        "#);
    }

    #[test]
    fn a_misspelt_key_is_not_ignored() {
        assert!(error(r#"{"stale": {}}"#).contains("unknown field `stale`"));
        assert!(error(r#"{"stale_data": {"warn": "1h"}}"#).contains("unknown field `warn`"));
    }
}
