//! What `atol check` can be asked for.

use super::HealthArgs;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Only these registers, by serial number; without them the whole fleet
    #[arg(value_name = "SERIAL")]
    pub(crate) serials: Vec<String>,
    /// Only registers of this group; may be given several times
    #[arg(long, value_name = "CODE", conflicts_with = "serials")]
    pub(crate) group: Vec<String>,
    /// Only registers of this taxpayer (ИНН); may be given several times
    #[arg(long, value_name = "INN", conflicts_with = "serials")]
    pub(crate) inn: Vec<String>,
    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

const EXAMPLES: &str = "\
Examples:
  atol check                                  the fleet, for Nagios, Icinga or Zabbix
  atol check 00107703864827                   one register
  atol check --group shop-17 --fiscal-storage-expiry-warning 45 --unsent-documents-warning 12h
  atol check --demo                           what it looks like

One line with performance data, then a line for each register that is not well.
Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: something could not be found out, whatever the reason.
The token is kept on disk, so a check every minute logs in once a day.
How long a shift is open cannot be seen in one look; `atol watch` tells.";
