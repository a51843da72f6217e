//! By which limits registers are judged.

use atol_monitor::health::FindingKind;
use clap::builder::PossibleValuesParser;

// No doc comment, which would become what the command is about.
// Each limit is called as the finding it leads to and as its key under `health` in the configuration file.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Limits (ages: 30m, 12h, 2d)")]
pub(crate) struct HealthArgs {
    /// Zone in which dates are shown and days counted: an IANA name or an offset such as `+05:00` [default: that of this
    /// machine; Europe/Moscow on machines that run in UTC, as servers do]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,

    /// Leave a rule out; may be given several times
    #[arg(long, value_name = "FINDING", value_parser = PossibleValuesParser::new(FindingKind::ALL.iter().map(|kind| kind.as_str())), hide_short_help = true)]
    disable: Vec<String>,

    /// Warn when the ФН expires within so many days [default: 30]
    #[arg(long, value_name = "DAYS", hide_short_help = true)]
    fiscal_storage_expiry_warning: Option<u32>,
    /// Critical when the ФН expires within so many days [default: 4]
    #[arg(long, value_name = "DAYS", hide_short_help = true)]
    fiscal_storage_expiry_critical: Option<u32>,

    /// Warn when the memory of the ФН is so full [default: 80]
    #[arg(long, value_name = "PERCENT", hide_short_help = true)]
    fiscal_storage_fill_warning: Option<f64>,
    /// Critical when the memory of the ФН is so full [default: 99]
    #[arg(long, value_name = "PERCENT", hide_short_help = true)]
    fiscal_storage_fill_critical: Option<f64>,

    /// Warn when the ФН will be full within so many days [default: 30]
    #[arg(long, value_name = "DAYS", hide_short_help = true)]
    fiscal_storage_forecast_warning: Option<u32>,

    /// Warn when the first unsent document is so old [default: 2d]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    unsent_documents_warning: Option<String>,
    /// Critical when the first unsent document is so old [default: 20d]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    unsent_documents_critical: Option<String>,

    /// Critical when the exchange with the ОФД fails for so long while documents wait [default: 1d]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    network_error_critical: Option<String>,

    /// Warn when the service's data about a register is so old [default: 1h]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    stale_data_warning: Option<String>,
    /// Critical when the service's data about a register is so old [default: 1d]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    stale_data_critical: Option<String>,

    /// Warn when a shift is open for so long [default: 20h]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    long_shift_warning: Option<String>,
    /// Critical when a shift is open for so long [default: 24h]
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    long_shift_critical: Option<String>,
}

impl HealthArgs {
    /// Puts what was given in the place of what the configuration file says.
    pub(crate) fn write_to(&self, health: &mut toml::Table) {
        if let Some(zone) = &self.time_zone {
            set(health, &["time_zone"], zone.as_str());
        }
        if !self.disable.is_empty() {
            let kinds: Vec<toml::Value> = self.disable.iter().map(|kind| kind.as_str().into()).collect();
            match health.get_mut("disabled") {
                Some(toml::Value::Array(disabled)) => disabled.extend(kinds),
                _ => set(health, &["disabled"], kinds),
            }
        }
        let mut limit = |rule: &str, key: &str, value: Option<toml::Value>| {
            if let Some(value) = value {
                set(health, &[rule, key], value);
            }
        };
        let days = |days: Option<u32>| days.map(toml::Value::from);
        let age = |age: &Option<String>| age.as_deref().map(toml::Value::from);
        limit("fiscal_storage_expiry", "warning_days", days(self.fiscal_storage_expiry_warning));
        limit("fiscal_storage_expiry", "critical_days", days(self.fiscal_storage_expiry_critical));
        limit("fiscal_storage_fill", "warning_percent", self.fiscal_storage_fill_warning.map(Into::into));
        limit("fiscal_storage_fill", "critical_percent", self.fiscal_storage_fill_critical.map(Into::into));
        limit("fiscal_storage_forecast", "warning_days", days(self.fiscal_storage_forecast_warning));
        limit("unsent_documents", "warning", age(&self.unsent_documents_warning));
        limit("unsent_documents", "critical", age(&self.unsent_documents_critical));
        limit("network_error", "critical", age(&self.network_error_critical));
        limit("stale_data", "warning", age(&self.stale_data_warning));
        limit("stale_data", "critical", age(&self.stale_data_critical));
        limit("long_shift", "warning", age(&self.long_shift_warning));
        limit("long_shift", "critical", age(&self.long_shift_critical));
    }
}

/// A value at a path of tables; what stands in the way is left for the policy to complain about.
fn set(table: &mut toml::Table, path: &[&str], value: impl Into<toml::Value>) {
    match path {
        [key] => {
            table.insert((*key).to_owned(), value.into());
        }
        [first, rest @ ..] => {
            let inner = table.entry(*first).or_insert_with(|| toml::Table::new().into());
            if let toml::Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_takes_the_place_of_one_limit_of_the_file() {
        let mut health: toml::Table = toml::from_str(
            "disabled = ['identifiers']\n[unsent_documents]\nwarning = '1d'\ncritical = '5d'\n",
        )
        .unwrap();
        let args = HealthArgs {
            unsent_documents_warning: Some("3d".to_owned()),
            fiscal_storage_expiry_warning: Some(45),
            disable: vec!["long-shift".to_owned()],
            ..HealthArgs::default()
        };
        args.write_to(&mut health);
        let expected: toml::Table = toml::from_str(
            "disabled = ['identifiers', 'long-shift']\n\
             fiscal_storage_expiry = {warning_days = 45}\n\
             unsent_documents = {warning = '3d', critical = '5d'}\n",
        )
        .unwrap();
        assert_eq!(health, expected);
    }
}
