//! One suite of what a monitor promises, run against every service there is: the one in memory, the stand-in over a
//! socket, and the vendor's test stand when `ATOL_LIVE=1` says so.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod suite;

use std::env;

use atol_mock::{Call, Fault, Fleet, MockAtol, MockAtolBuilder};
use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_monitor::test_util::InMemory;
use atol_transport::{Environment, Pacing};
use jiff::Timestamp;

use self::suite::{Expected, conforms};

fn fleet(size: usize) -> Vec<Kkt> {
    Fleet::generate(7, size, Timestamp::constant(1_764_000_000, 0)).kkts()
}

#[tokio::test]
async fn the_service_in_memory_conforms() {
    for size in [0, 1, 2, 999, 1000, 2500] {
        let service = InMemory::new(fleet(size));
        conforms(&service.monitor(), &Expected::of(&fleet(size))).await;
    }
}

#[tokio::test]
async fn the_service_in_memory_conforms_however_it_pages() {
    for (size, cap) in [(1, 1), (5, 1), (5, 2), (1500, 700)] {
        let service = InMemory::new(fleet(size));
        service.set_page_cap(Some(cap));
        conforms(&service.monitor(), &Expected::of(&fleet(size)).with_pages_up_to(cap)).await;
    }
    for size in [1, 5, 1500] {
        let service = InMemory::new(fleet(size));
        service.set_ignores_paging(true);
        conforms(&service.monitor(), &Expected::of(&fleet(size)).without_paging()).await;
    }
}

async fn mock_conforms(builder: MockAtolBuilder, expected: Expected) {
    let mock = builder.start().await;
    let monitor = KktMonitor::builder()
        .environment(Environment::custom(mock.uri().parse().unwrap()).unwrap())
        .credentials(MockAtol::LOGIN, MockAtol::PASSWORD)
        // The stand-in has no rate limit.
        .pacing(Pacing::default().with_spacing(std::time::Duration::ZERO))
        .build()
        .unwrap();
    conforms(&monitor, &expected).await;
}

#[tokio::test]
async fn the_stand_in_conforms() {
    for size in [0, 1, 25, 1200] {
        let builder = MockAtol::builder().fleet(Fleet::from_kkts(fleet(size)));
        mock_conforms(builder, Expected::of(&fleet(size))).await;
    }
}

#[tokio::test]
async fn the_stand_in_conforms_however_it_pages() {
    let builder = || MockAtol::builder().fleet(Fleet::from_kkts(fleet(25)));
    mock_conforms(builder().page_cap(10), Expected::of(&fleet(25)).with_pages_up_to(10)).await;
    let ignoring = builder().fault(Fault::IgnorePaging.on(Call::List));
    mock_conforms(ignoring, Expected::of(&fleet(25)).without_paging()).await;
}

/// Asks the vendor's test stand over the internet, reading only; the account is `ATOL_LOGIN` and `ATOL_PASSWORD`, or the
/// vendor's public one.
#[tokio::test]
async fn the_vendors_test_stand_conforms() {
    if env::var_os("ATOL_LIVE").is_none_or(|value| value != "1") {
        eprintln!("SKIPPED: the vendor's test stand is only asked when ATOL_LIVE=1");
        return;
    }
    let builder = KktMonitor::builder();
    let builder = match (env::var("ATOL_LOGIN"), env::var("ATOL_PASSWORD")) {
        (Ok(login), Ok(password)) => builder.credentials(login, password),
        (Err(_), Err(_)) => builder,
        _ => panic!("set both ATOL_LOGIN and ATOL_PASSWORD, or neither for the vendor's public account"),
    };
    conforms(&builder.build().unwrap(), &Expected::unknown()).await;
}
