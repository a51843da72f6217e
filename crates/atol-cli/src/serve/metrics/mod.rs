//! What Prometheus reads at `/metrics`: encoded at each scrape from the last lists, without asking anybody.
//!
//! # How many series
//!
//! For each register at most 14 (12 gauges, the date of the first unsent document only while there is one, and the
//! `_info`); for each group 4; for each account 9 and two for each kind of failure. A register that leaves the list leaves the
//! answer at once. Labels that a person can change (group, address) stand only in `atol_kkt_info` and in the totals, so
//! a new address does not begin the series of a register anew.

mod rows;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use atol_monitor::health::Severity;
use atol_monitor::snapshot::GroupCounts;
use atol_monitor::watch::FailureKind;
use atol_monitor::{Kkt, OffsetTimestamp};
use atol_transport::error::Excerpt;
use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeGaugeValue, EncodeLabelSet, EncodeLabelValue, GaugeValueEncoder,
    LabelValueEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use self::rows::Rows;
use super::state::{Account, KINDS, Register, View};

/// The longest label value; more than any address.
const LONGEST_LABEL: usize = 256;

/// What the series of a register take at most, unless its texts are unusually long.
pub(crate) const REGISTER_BYTES: usize = 1_600;

/// A text format of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// What every Prometheus reads.
    Prometheus,
    /// What newer ones prefer.
    OpenMetrics,
}

impl Format {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Prometheus => prometheus_client::encoding::prometheus_text::CONTENT_TYPE,
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The metrics of all accounts as text.
pub(crate) fn encode(view: View, format: Format) -> Result<String, fmt::Error> {
    // Moving megabytes as the text grows is spared; what is reserved and not written takes no memory.
    let mut text = String::with_capacity(view.registers().count() * REGISTER_BYTES);
    let mut registry = Registry::with_prefix("atol");
    registry.register_collector(Box::new(Exposition(view)));
    match format {
        Format::Prometheus => prometheus_client::encoding::prometheus_text::encode(&mut text, &registry)?,
        Format::OpenMetrics => prometheus_client::encoding::text::encode(&mut text, &registry)?,
    }
    Ok(text)
}

/// One number for each register.
struct RegisterGauge {
    name: &'static str,
    unit: Option<Unit>,
    help: &'static str,
    value: fn(&Register<'_>) -> Option<Number>,
}

const REGISTER_GAUGES: [RegisterGauge; 13] = [
    RegisterGauge {
        name: "kkt_severity",
        unit: None,
        help: "Verdict of the health rules: 0 ok, 1 unknown, 2 warning, 3 critical",
        value: |register| Some(Number::Whole(rank(register.assessment.severity))),
    },
    RegisterGauge {
        name: "kkt_last_news_timestamp",
        unit: Some(Unit::Seconds),
        help: "When the service formed what it tells of the register",
        value: |register| time(register.kkt.timestamp),
    },
    RegisterGauge {
        name: "kkt_fiscal_storage_activation_timestamp",
        unit: Some(Unit::Seconds),
        help: "When the fiscal storage was activated",
        value: |register| time(register.kkt.fiscalization_date),
    },
    RegisterGauge {
        name: "kkt_fiscal_storage_expiry_timestamp",
        unit: Some(Unit::Seconds),
        help: "When the fiscal storage expires; then receipts stop",
        value: |register| time(register.kkt.fiscal_storage_expiration),
    },
    RegisterGauge {
        // The unit has no plural in the names of Prometheus.
        name: "kkt_fiscal_storage_used_ratio",
        unit: None,
        help: "Part of the fiscal storage's memory in use, 0 to 1; when it is full, receipts stop",
        value: |register| Some(Number::Real(register.kkt.fiscal_storage_percentage_use? / 100.0)),
    },
    RegisterGauge {
        name: "kkt_fiscal_storage_documents",
        unit: None,
        help: "Documents signed by the fiscal storage",
        value: |register| whole(register.kkt.signed_documents),
    },
    RegisterGauge {
        name: "kkt_unsent_documents",
        unit: None,
        help: "Documents that wait for the OFD; the service leaves the number out when there are none",
        value: |register| whole(Some(register.kkt.unsent_docs.unwrap_or(0))),
    },
    RegisterGauge {
        name: "kkt_first_unsent_document_timestamp",
        unit: Some(Unit::Seconds),
        help: "Date of the oldest unsent document, while there is one; 30 days later receipts stop",
        value: |register| time(register.kkt.first_unsent_doc_timestamp),
    },
    RegisterGauge {
        name: "kkt_network_error_code",
        unit: None,
        help: "Code of the last exchange with the OFD; 0 is none. `atol codes` explains them",
        value: |register| Some(Number::Whole(register.kkt.network_error_code.as_ref()?.code())),
    },
    RegisterGauge {
        name: "kkt_shift_open",
        unit: None,
        help: "1 while a shift is open, 0 while it is closed",
        value: |register| Some(Number::Whole(register.kkt.is_shift_opened?.into())),
    },
    RegisterGauge {
        name: "kkt_shift_number",
        unit: None,
        help: "Number of the open shift, or of the last one",
        value: |register| whole(register.kkt.shift_number),
    },
    RegisterGauge {
        name: "kkt_shift_receipts",
        unit: None,
        help: "Receipts of that shift",
        value: |register| whole(register.kkt.shift_receipt),
    },
    RegisterGauge {
        name: "kkt_block_timestamp",
        unit: Some(Unit::Seconds),
        help: "The nearest moment at which the register stops if nobody acts, of those that a health rule has found",
        value: |register| {
            let deadlines =
                register.assessment.findings.iter().filter_map(atol_monitor::health::Finding::deadline);
            deadlines.min().map(unix)
        },
    },
];

/// The metrics of all accounts at one moment.
#[derive(Debug)]
struct Exposition(View);

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        encoder.encode_descriptor("build", "The program", None, MetricType::Info)?.encode_info(&version)?;
        self.encode_own_health(&mut encoder)?;
        self.encode_totals(&mut encoder)?;
        self.encode_registers(&mut encoder)
    }
}

impl Exposition {
    fn encode_own_health(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut gauge = |name, unit: Option<Unit>, help, value: fn(&Account) -> Option<Number>| {
            let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for account in self.0.accounts() {
                if let Some(value) = value(account) {
                    metric.encode_family(&[("account", &*account.name)])?.encode_gauge(&value)?;
                }
            }
            Ok(())
        };
        gauge("up", None, "Whether the last poll of the service brought a list", |account| {
            Some(Number::Whole(account.is_up().into()))
        })?;
        gauge(
            "last_successful_poll_timestamp",
            Some(Unit::Seconds),
            "When the list was read that the metrics of registers are from; 0 before the first",
            |account| Some(account.last_success().map_or(Number::Whole(0), unix)),
        )?;
        gauge("last_poll_duration", Some(Unit::Seconds), "How long the last poll took", |account| {
            Some(Number::Real(account.last_poll.as_ref()?.took.as_secs_f64()))
        })?;
        gauge("poll_interval", Some(Unit::Seconds), "How often the service is polled", |account| {
            Some(Number::Real(account.interval.as_secs_f64()))
        })?;
        gauge("rejected_records", None, "Records of the last list that could not be read", |account| {
            let unreadable = account.fleet.as_ref()?.snapshot().unreadable().len();
            whole(u64::try_from(unreadable).ok())
        })?;

        let mut counter = |name, help, value: fn(&Account) -> u64| {
            let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for account in self.0.accounts() {
                count(&mut metric.encode_family(&[("account", &*account.name)])?, value(account))?;
            }
            Ok(())
        };
        counter("polls", "Polls of the service", |account| account.meter.polls())?;
        counter("requests", "Requests for registers, repeated ones included", |account| {
            account.meter.requests()
        })?;
        counter("retries", "Requests that repeated one that had failed", |account| account.meter.retries())?;
        counter("token_refreshes", "Tokens that were had by a login", |account| {
            account.meter.token_refreshes()
        })?;

        let mut failures = |name, help, value: fn(&Account) -> [(FailureKind, u64); KINDS.len()]| {
            let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for account in self.0.accounts() {
                for (kind, value) in value(account) {
                    let labels = [("account", &*account.name), ("kind", kind.as_str())];
                    count(&mut metric.encode_family(&labels)?, value)?;
                }
            }
            Ok(())
        };
        failures("poll_failures", "Polls that failed, by kind", |account| account.meter.failed_polls())?;
        failures(
            "request_errors",
            "Requests that failed, those that were repeated with success included, by kind",
            |account| account.meter.failed_requests(),
        )
    }

    fn encode_totals(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help =
            "Registers by group and verdict; a record that could not be read is unknown and in no group";
        let mut metric = encoder.encode_descriptor("registers", help, None, MetricType::Gauge)?;
        for (account, fleet) in self.0.fleets() {
            for (group, counts) in by_label(fleet.snapshot().by_group()) {
                for (severity, count) in Severity::ALL.into_iter().zip(counts) {
                    let labels =
                        [("account", &*account.name), ("group", &group), ("severity", severity.as_str())];
                    metric.encode_family(&labels)?.encode_gauge(&count)?;
                }
            }
        }
        Ok(())
    }

    fn encode_registers(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Who the register is; join it by account and serial_number";
        let mut metric = encoder.encode_descriptor("kkt", help, None, MetricType::Info)?;
        let mut rows = Rows::with_capacity(self.0.registers().count());
        for register in self.0.registers() {
            metric.encode_info(&identity(register.account, register.kkt))?;
            rows.push(&register);
        }
        for (place, RegisterGauge { name, unit, help, .. }) in REGISTER_GAUGES.iter().enumerate() {
            let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for (account, serial_number, numbers) in rows.iter() {
                if let Some(Some(number)) = numbers.get(place) {
                    let labels = [("account", account), ("serial_number", serial_number)];
                    metric.encode_family(&labels)?.encode_gauge(number)?;
                }
            }
        }
        Ok(())
    }
}

/// How many registers are in each state, by what their group's label is: groups that it cannot tell apart are one, because a
/// series may stand there once only.
fn by_label(groups: &[GroupCounts]) -> BTreeMap<String, [usize; Severity::ALL.len()]> {
    let mut by_label = BTreeMap::<String, [usize; Severity::ALL.len()]>::new();
    for group in groups {
        let counts = by_label.entry(Shown::from(&group.name).to_string()).or_default();
        for (count, severity) in counts.iter_mut().zip(Severity::ALL) {
            *count += group.counts.of(severity);
        }
    }
    by_label
}

/// What tells a register from others, and where it stands.
fn identity<'k>(account: &'k str, kkt: &'k Kkt) -> impl EncodeLabelSet + use<'k> {
    (
        [("account", account), ("serial_number", &kkt.serial_number)],
        [
            ("group", Shown::from(&kkt.group_code)),
            ("address", Shown::from(&kkt.fiscal_storage_payment_address)),
            ("inn", Shown::from(&kkt.fiscal_storage_inn)),
            ("registration_number", Shown::from(&kkt.registration_number)),
            ("fiscal_storage_serial_number", Shown::from(&kkt.fiscal_storage_serial_number)),
            ("device_number", Shown::from(&kkt.device_number)),
        ],
    )
}

/// A label's value: short, and with nothing in it that turns the text around in whatever shows it later.
#[derive(Clone, Copy, Debug)]
struct Shown<'a>(&'a str);

impl<'a> From<&'a Option<String>> for Shown<'a> {
    fn from(text: &'a Option<String>) -> Shown<'a> {
        Shown(text.as_deref().unwrap_or_default())
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Excerpt::of(self.0, LONGEST_LABEL).fmt(f)
    }
}

impl EncodeLabelValue for Shown<'_> {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        write!(encoder, "{self}")
    }
}

/// As people order them, so that `> 1` means trouble.
fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Ok => 0,
        Severity::Unknown => 1,
        Severity::Warning => 2,
        Severity::Critical => 3,
    }
}

/// A gauge's value.
#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(i64),
    Real(f64),
}

impl EncodeGaugeValue for Number {
    fn encode(&self, encoder: &mut GaugeValueEncoder<'_>) -> fmt::Result {
        match self {
            Number::Whole(number) => EncodeGaugeValue::encode(number, encoder),
            Number::Real(number) => EncodeGaugeValue::encode(number, encoder),
        }
    }
}

fn count(metric: &mut MetricEncoder<'_>, value: u64) -> fmt::Result {
    metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn whole(number: Option<u64>) -> Option<Number> {
    // What does not fit is larger than any fleet.
    Some(Number::Whole(i64::try_from(number?).unwrap_or(i64::MAX)))
}

fn time(at: Option<OffsetTimestamp>) -> Option<Number> {
    Some(unix(at?.timestamp()))
}

fn unix(at: Timestamp) -> Number {
    Number::Whole(at.as_second())
}

#[cfg(test)]
mod tests;
