//! A scrape of ten thousand registers, beside the same series through the metrics crate alone.
#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::hint::black_box;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use atol_bench::Bound::AtMost;
use atol_bench::{Table, Work, ratio, warm_seconds};
use atol_mock::Fleet as MadeFleet;
use atol_monitor::health::Policy;
use atol_monitor::watch::{Moment, PollOutcome, Watcher};
use atol_monitor::{Kkt, OffsetTimestamp};
use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[expect(dead_code, unused_imports, reason = "the server and its tests need more of it")]
mod serve;
#[expect(dead_code, unused_imports, unused_macros, reason = "the command has more to say")]
#[path = "../src/text.rs"]
mod text;

use serve::metrics::{self, Format};
use serve::state::{Account, Fleet, Register, View};

const REGISTERS: usize = 10_000;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    let (registers, pairs) = if table.is_quick() { (100, 1) } else { (REGISTERS, 31) };
    let (view, registry) = (view(registers), registry(registers));
    let (ours, alone) = (scrape(&view), encode(&registry));
    assert_eq!(series_of_registers(&ours), series_of_registers(&alone), "both have to tell as much");
    table.time("P13", "a scrape of 10 000: time / the metrics crate alone", AtMost(1.5), || {
        ratio(
            pairs,
            || warm_seconds(|| drop(black_box(encode(&registry)))),
            || warm_seconds(|| drop(black_box(scrape(&view)))),
        )
    });
    table.curve("scrape", |registers| {
        let view = Rc::new(self::view(registers));
        let (ours, alone) = (scrape(&view).len(), plain(&view).len());
        let same = Rc::clone(&view);
        Work::new(
            (ours as u64, move || drop(black_box(scrape(&view)))),
            (alone as u64, move || drop(black_box(plain(&same)))),
        )
    });
    table.finish()
}

/// As many lines through the metrics crate, after one walk through the registers: the families of P13 would walk through
/// tables of their own.
fn plain(view: &View) -> String {
    let mut registry = Registry::with_prefix("atol");
    registry.register_collector(Box::new(OneNumber(view.clone())));
    let mut text = String::with_capacity(view.registers().count() * metrics::REGISTER_BYTES);
    prometheus_client::encoding::prometheus_text::encode(&mut text, &registry).unwrap();
    text
}

fn shown(text: Option<&String>) -> &str {
    text.map(String::as_str).unwrap_or_default()
}

/// The texts of every register, and then one number of each, thirteen times.
#[derive(Debug)]
struct OneNumber(View);

impl Collector for OneNumber {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let mut numbers = Vec::with_capacity(self.0.registers().count());
        let mut metric = encoder.encode_descriptor("kkt", "Texts", None, MetricType::Info)?;
        for Register { account, kkt, .. } in self.0.registers() {
            metric.encode_info(&[
                ("account", account),
                ("serial_number", &kkt.serial_number),
                ("group", shown(kkt.group_code.as_ref())),
                ("address", shown(kkt.fiscal_storage_payment_address.as_ref())),
                ("inn", shown(kkt.fiscal_storage_inn.as_ref())),
                ("registration_number", shown(kkt.registration_number.as_ref())),
                ("fiscal_storage_serial_number", shown(kkt.fiscal_storage_serial_number.as_ref())),
                ("device_number", shown(kkt.device_number.as_ref())),
            ])?;
            numbers.push(kkt.signed_documents.unwrap_or_default());
        }
        for _ in 0..13 {
            let mut metric =
                encoder.encode_descriptor("kkt_documents", "A number", None, MetricType::Gauge)?;
            for number in &numbers {
                let labels = [("account", "shop"), ("serial_number", "00107703864827")];
                metric.encode_family(&labels)?.encode_gauge(number)?;
            }
        }
        Ok(())
    }
}

fn scrape(view: &View) -> String {
    metrics::encode(view.clone(), Format::Prometheus).unwrap()
}

fn encode(registry: &Registry) -> String {
    let mut text = String::new();
    prometheus_client::encoding::prometheus_text::encode(&mut text, registry).unwrap();
    text
}

fn series_of_registers(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("atol_kkt_")).count()
}

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn registers(count: usize) -> Vec<Kkt> {
    MadeFleet::generate(1, count, now()).kkts()
}

/// A fleet after a poll.
fn fleet(count: usize) -> Fleet {
    let moment = Moment::new(now(), Duration::ZERO);
    let mut watcher = Watcher::new(Policy::default(), Duration::MAX);
    watcher.observe(PollOutcome::List(registers(count).into_iter().collect()), moment);
    Fleet::judge(&watcher, now(), moment)
}

fn view(count: usize) -> View {
    let account = Account::new("shop", Duration::from_secs(60));
    View::of([Arc::new(Account { fleet: Some(Arc::new(fleet(count))), ..account })])
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    account: String,
    serial_number: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Identity {
    account: String,
    serial_number: String,
    group: String,
    address: String,
    inn: String,
    registration_number: String,
    fiscal_storage_serial_number: String,
    device_number: String,
}

/// The same series as the crate's documentation has one keep them: families that are filled beforehand.
fn registry(count: usize) -> Registry {
    let mut registry = Registry::with_prefix("atol");
    let registers = registers(count);
    let text = |text: &Option<String>| shown(text.as_ref()).to_owned();
    let info = Family::<Identity, Gauge>::default();
    for kkt in &registers {
        let identity = Identity {
            account: "shop".to_owned(),
            serial_number: kkt.serial_number.clone(),
            group: text(&kkt.group_code),
            address: text(&kkt.fiscal_storage_payment_address),
            inn: text(&kkt.fiscal_storage_inn),
            registration_number: text(&kkt.registration_number),
            fiscal_storage_serial_number: text(&kkt.fiscal_storage_serial_number),
            device_number: text(&kkt.device_number),
        };
        info.get_or_create(&identity).set(1);
    }
    registry.register("kkt_info", "Who the register is", info);
    let seconds = |at: Option<OffsetTimestamp>| Some(at?.timestamp().as_second());
    let number = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
    whole(&mut registry, &registers, "severity", |_| Some(0));
    whole(&mut registry, &registers, "last_news_timestamp_seconds", |kkt| seconds(kkt.timestamp));
    whole(&mut registry, &registers, "activation_timestamp_seconds", |kkt| seconds(kkt.fiscalization_date));
    whole(&mut registry, &registers, "expiry_timestamp_seconds", |kkt| {
        seconds(kkt.fiscal_storage_expiration)
    });
    whole(&mut registry, &registers, "documents", |kkt| number(kkt.signed_documents));
    whole(&mut registry, &registers, "unsent_documents", |kkt| number(Some(kkt.unsent_docs.unwrap_or(0))));
    whole(&mut registry, &registers, "first_unsent_timestamp_seconds", |kkt| {
        seconds(kkt.first_unsent_doc_timestamp)
    });
    whole(&mut registry, &registers, "network_error_code", |kkt| {
        Some(kkt.network_error_code.as_ref()?.code())
    });
    whole(&mut registry, &registers, "shift_open", |kkt| kkt.is_shift_opened.map(i64::from));
    whole(&mut registry, &registers, "shift_number", |kkt| number(kkt.shift_number));
    whole(&mut registry, &registers, "shift_receipts", |kkt| number(kkt.shift_receipt));

    let used = Family::<Labels, Gauge<f64, AtomicU64>>::default();
    for kkt in &registers {
        if let Some(percent) = kkt.fiscal_storage_percentage_use {
            used.get_or_create(&labels(kkt)).set(percent / 100.0);
        }
    }
    registry.register("kkt_used_ratio", "Memory", used);

    // Only some have a deadline; which they are, the fleet knows.
    let block = Family::<Labels, Gauge>::default();
    let judged = fleet(count);
    for register in judged.registers("shop") {
        let deadlines =
            register.assessment.findings.iter().filter_map(atol_monitor::health::Finding::deadline);
        if let Some(at) = deadlines.min() {
            block.get_or_create(&labels(register.kkt)).set(at.as_second());
        }
    }
    registry.register("kkt_block_timestamp_seconds", "When it stops", block);
    registry
}

fn whole(registry: &mut Registry, registers: &[Kkt], name: &str, value: impl Fn(&Kkt) -> Option<i64>) {
    let family = Family::<Labels, Gauge>::default();
    for kkt in registers {
        if let Some(value) = value(kkt) {
            family.get_or_create(&labels(kkt)).set(value);
        }
    }
    registry.register(format!("kkt_{name}"), "A number for each register", family);
}

fn labels(kkt: &Kkt) -> Labels {
    Labels { account: "shop".to_owned(), serial_number: kkt.serial_number.clone() }
}
