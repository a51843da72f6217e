//! A policy as it stands in a configuration file.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

use super::policy::Policy;
use super::policy_error::PolicyError;

/// Every key is optional; the defaults are those of [`Policy`].
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, expecting = "limits by their rules, such as stale_data")]
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
#[serde(default, deny_unknown_fields, expecting = "days such as { warning_days = 45, critical_days = 10 }")]
struct Days {
    warning_days: Option<Count>,
    critical_days: Option<Count>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, expecting = "days such as { warning_days = 60 }")]
struct WarningDays {
    warning_days: Option<Count>,
}

#[derive(Deserialize, Default)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "per cent such as { warning_percent = 75, critical_percent = 95 }"
)]
struct Percent {
    warning_percent: Option<Share>,
    critical_percent: Option<Share>,
}

#[derive(Deserialize, Default)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "lengths of time such as { warning = \"12h\", critical = \"10d\" }"
)]
struct Ages {
    warning: Option<Age>,
    critical: Option<Age>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, expecting = "a length of time such as { critical = \"6h\" }")]
struct CriticalAge {
    critical: Option<Age>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, expecting = "a length of time such as { tolerance = \"1m\" }")]
struct Tolerance {
    tolerance: Option<Age>,
}

// Untagged, because serde then says our words instead of `u32`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "write a whole number of days, such as 30")]
enum Count {
    Days(u32),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "write a number of per cent, such as 75.5")]
enum Share {
    Percent(f64),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "write a length of time in quotes, such as \"30m\", \"12h\" or \"2d\"")]
enum Age {
    Text(String),
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
                days(expiry.warning_days, default.expiry.warning),
                days(expiry.critical_days, default.expiry.critical),
            )
            .fiscal_storage_fill(
                percent(fill.warning_percent, default.fill.warning),
                percent(fill.critical_percent, default.fill.critical),
            )
            .fiscal_storage_forecast(days(config.fiscal_storage_forecast.warning_days, default.forecast_days))
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

fn days(count: Option<Count>, default: u32) -> u32 {
    count.map_or(default, |Count::Days(days)| days)
}

fn percent(share: Option<Share>, default: f64) -> f64 {
    share.map_or(default, |Share::Percent(percent)| percent)
}

/// `2d`, `2h 30m`; a day has 24 hours.
fn age(key: &'static str, age: Option<Age>, default: Duration) -> Result<Duration, PolicyError> {
    let Some(Age::Text(text)) = age else {
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
    fn a_value_of_the_wrong_type_is_told_with_an_example() {
        let cases = [
            r#"{"stale_data": "1h"}"#,
            r#"{"stale_data": {"warning": 5}}"#,
            r#"{"fiscal_storage_expiry": 45}"#,
            r#"{"fiscal_storage_expiry": {"warning_days": "45"}}"#,
            r#"{"fiscal_storage_expiry": {"warning_days": -3}}"#,
            r#"{"fiscal_storage_forecast": {"warning_days": 4.5}}"#,
            r#"{"fiscal_storage_fill": {"warning_percent": "75 %"}}"#,
            "5",
        ];
        insta::assert_snapshot!(cases.map(error).join("\n"), @r#"
        invalid type: string "1h", expected lengths of time such as { warning = "12h", critical = "10d" } at line 1 column 19
        write a length of time in quotes, such as "30m", "12h" or "2d" at line 1 column 29
        invalid type: integer `45`, expected days such as { warning_days = 45, critical_days = 10 } at line 1 column 28
        write a whole number of days, such as 30 at line 1 column 48
        write a whole number of days, such as 30 at line 1 column 46
        write a whole number of days, such as 30 at line 1 column 49
        write a number of per cent, such as 75.5 at line 1 column 51
        invalid type: integer `5`, expected limits by their rules, such as stale_data at line 1 column 1
        "#);
        let policy: Policy =
            serde_json::from_str(r#"{"fiscal_storage_fill": {"warning_percent": 75}}"#).unwrap();
        assert!((policy.fiscal_storage_fill().warning - 75.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_misspelt_key_is_not_ignored() {
        assert!(error(r#"{"stale": {}}"#).contains("unknown field `stale`"));
        assert!(error(r#"{"stale_data": {"warn": "1h"}}"#).contains("unknown field `warn`"));
    }
}
