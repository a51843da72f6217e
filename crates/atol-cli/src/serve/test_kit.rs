//! What the tests of this folder share: registers that are well unless told otherwise, in a view at one moment.

use std::sync::Arc;
use std::time::Duration;

use atol_monitor::health::Policy;
use atol_monitor::watch::{FailureKind, Moment, PollOutcome, Watcher};
use atol_monitor::{Kkt, KktList, NetworkErrorCode, OffsetTimestamp};
use jiff::Timestamp;

use super::state::{Account, Fleet, LastPoll, PollFailure, View};
use crate::text::Text;

/// The present moment of these tests.
pub(super) fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

/// A register in which nothing is wrong, but for what is changed.
pub(super) fn register(serial: &str, change: impl FnOnce(&mut Kkt)) -> Kkt {
    let at = |text: &str| text.parse::<OffsetTimestamp>().unwrap();
    let mut kkt = Kkt::builder(serial)
        .group_code("shop-17")
        .device_number("KKT024219")
        .registration_number("0000000003027865")
        .fiscal_storage_inn("3026455760")
        .fiscal_storage_serial_number("9999078902004339")
        .fiscal_storage_payment_address("Москва, ул. Лесная, 5")
        .fiscalization_date(at("2026-10-01T09:00:00+00:00"))
        .fiscal_storage_expiration(at("2028-01-14T21:00:00+00:00"))
        .fiscal_storage_percentage_use(1.25)
        .signed_documents(3_125)
        .timestamp(at("2026-11-24T09:59:00+00:00"))
        .is_shift_opened(true)
        .shift_number(126)
        .shift_receipt(17)
        .network_error_code(NetworkErrorCode::NoError)
        .build();
    change(&mut kkt);
    kkt
}

/// By which they are judged: serial numbers of tests have no checksum.
pub(super) fn policy() -> Policy {
    Policy::builder().disable(atol_monitor::health::FindingKind::Identifiers).build().unwrap()
}

pub(super) fn account(name: &str, registers: impl IntoIterator<Item = Kkt>) -> Account {
    account_of(name, registers.into_iter().collect())
}

pub(super) fn account_of(name: &str, list: KktList) -> Account {
    let read_at = "2026-11-24T09:59:30Z".parse().unwrap();
    let moment = Moment::new(now(), Duration::ZERO);
    let mut watcher = Watcher::new(policy(), Duration::MAX);
    watcher.observe(PollOutcome::List(list), moment);
    Account {
        fleet: Some(Arc::new(Fleet::judge(&watcher, read_at, moment))),
        last_poll: Some(LastPoll { took: Duration::from_millis(250), failure: None }),
        ..Account::new(name, Duration::from_secs(60))
    }
}

pub(super) fn failing(account: Account, report: &str) -> Account {
    let failure = PollFailure {
        since: "2026-11-24T09:20:00Z".parse().unwrap(),
        kind: FailureKind::Other,
        report: Text { en: report.to_owned(), ru: format!("по-русски: {report}") },
    };
    Account { last_poll: Some(LastPoll { took: Duration::from_secs(30), failure: Some(failure) }), ..account }
}

pub(super) fn view(registers: impl IntoIterator<Item = Kkt>) -> View {
    View::of([Arc::new(account("default", registers))])
}
