//! What a monitor promises of any service that answers.

use std::collections::HashSet;

use atol_model::{Kkt, KktList};
use atol_monitor::{ErrorKind, KktMonitor, Page};
use futures_util::StreamExt;

/// A serial number that no register has.
const NOBODY: &str = "99999999999999999999";

/// What is known of the service beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// The registers; `None` when nobody knows them. Then they may also change while they are read.
    registers: Option<Vec<Kkt>>,
    /// The most registers of one page.
    page: usize,
    pages: bool,
}

impl Expected {
    /// A service with these registers that does not change.
    pub(crate) fn of(registers: &[Kkt]) -> Expected {
        Expected { registers: Some(registers.to_vec()), page: usize::MAX, pages: true }
    }

    /// A service of which nothing is known.
    pub(crate) fn unknown() -> Expected {
        Expected { registers: None, page: usize::MAX, pages: false }
    }

    /// Its pages have no more than so many registers, whatever is asked for.
    pub(crate) fn with_pages_up_to(self, registers: usize) -> Expected {
        Expected { page: registers, ..self }
    }

    /// Its every page is the whole list.
    pub(crate) fn without_paging(self) -> Expected {
        Expected { pages: false, ..self }
    }
}

/// Runs the suite.
///
/// # Panics
///
/// When a promise is broken.
pub(crate) async fn conforms(monitor: &KktMonitor, expected: &Expected) {
    authenticating_is_repeatable(monitor).await;
    let list = the_list_is_what_is_expected(monitor, expected).await;
    pages_and_stream_bring_the_same(monitor, expected, &list).await;
    pages_are_cut_as_asked(monitor, expected, &list).await;
    registers_can_be_asked_for_one_by_one(monitor, expected, &list).await;
    an_unknown_register_is_an_error(monitor).await;
    what_is_no_serial_number_is_not_sent(monitor).await;
    registers_survive_the_way_through_json(&list);
}

async fn authenticating_is_repeatable(monitor: &KktMonitor) {
    monitor.authenticate().await.unwrap();
    monitor.authenticate().await.unwrap();
}

async fn the_list_is_what_is_expected(monitor: &KktMonitor, expected: &Expected) -> KktList {
    let list = monitor.get_all().await.unwrap();
    let serials: HashSet<_> = list.iter().map(|kkt| &kkt.serial_number).collect();
    assert_eq!(serials.len(), list.len(), "a register is there twice");
    if let Some(registers) = &expected.registers {
        assert_eq!(&list[..], registers);
        assert!(list.rejected().is_empty());
    }
    assert!(monitor.last_response().is_some());
    list
}

async fn pages_and_stream_bring_the_same(monitor: &KktMonitor, expected: &Expected, list: &KktList) {
    let mut in_pages: Vec<Kkt> = Vec::new();
    let mut pages = monitor.pages();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(!page.is_empty() || !page.rejected().is_empty(), "an empty page tells nothing");
        in_pages.extend(page);
    }
    let mut streamed: Vec<Kkt> = Vec::new();
    let mut stream = monitor.stream();
    while let Some(register) = stream.next().await {
        match register {
            Ok(kkt) => streamed.push(kkt),
            Err(error) => assert!(error.rejected().is_some(), "{}", error.report()),
        }
    }
    if expected.registers.is_some() {
        assert_eq!(in_pages, list[..]);
        assert_eq!(streamed, list[..]);
    }
}

async fn pages_are_cut_as_asked(monitor: &KktMonitor, expected: &Expected, list: &KktList) {
    for (limit, offset) in [(1, 0), (3, 0), (3, 1), (1000, 2), (2, 1_000_000)] {
        let page = monitor.page(Page::new(limit, offset).unwrap()).await;
        if expected.pages {
            let (limit, offset) = (usize::try_from(limit).unwrap(), usize::try_from(offset).unwrap());
            let part: Vec<_> = list.iter().skip(offset).take(limit.min(expected.page)).cloned().collect();
            assert_eq!(page.unwrap()[..], part, "limit {limit}, offset {offset}");
        }
    }
}

async fn registers_can_be_asked_for_one_by_one(monitor: &KktMonitor, expected: &Expected, list: &KktList) {
    let Some(first) = list.first() else { return };
    let one = monitor.get_one(&format!(" {} ", first.serial_number)).await.unwrap();
    assert_eq!(one.serial_number, first.serial_number);
    let asked: Vec<&str> =
        list.iter().take(5).map(|kkt| kkt.serial_number.as_str()).chain([NOBODY, NOBODY]).collect();
    let mut answers = monitor.get_many(asked.clone());
    let mut answered = HashSet::new();
    while let Some((serial, answer)) = answers.next().await {
        match answer {
            Ok(kkt) => assert_eq!(kkt.serial_number, serial),
            Err(error) => assert_eq!(serial, NOBODY, "{}", error.report()),
        }
        assert!(answered.insert(serial), "answered twice");
    }
    assert_eq!(answered.len(), asked.len() - 1, "a serial number without an answer");
    if expected.registers.is_some() {
        assert_eq!(&one, first);
    }
}

async fn an_unknown_register_is_an_error(monitor: &KktMonitor) {
    let error = monitor.get_one(NOBODY).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Decode), "{}", error.report());
    assert!(monitor.last_response().is_some());
}

async fn what_is_no_serial_number_is_not_sent(monitor: &KktMonitor) {
    for serial in ["", "../x", "a/b", "a?b", "a#b"] {
        assert_eq!(monitor.get_one(serial).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

fn registers_survive_the_way_through_json(list: &KktList) {
    for kkt in list {
        let again = Kkt::from_json(kkt.to_json().as_bytes()).unwrap();
        assert_eq!((&again, again.to_json()), (kkt, kkt.to_json()));
    }
}
