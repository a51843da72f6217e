//! That streaming, comparing and judging cost no more a register in a long list than in a short one.

#![expect(clippy::unwrap_used, reason = "the input is good")]

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::rc::Rc;

use atol_bench::{PlainKkt, Table, Work, list};
use atol_monitor::health::Policy;
use atol_monitor::{Kkt, KktList, KktMonitor, snapshot};
use atol_transport::{Body, BoxError, Client, ResponseBody};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use http::{Request, Response};
use jiff::Timestamp;
use tower::service_fn;

fn main() -> ExitCode {
    let mut table = Table::from_env();
    table.curve("stream", stream);
    table.curve("differences", differences);
    table.curve("health", health);
    table.finish()
}

/// From memory, so that it is not the wire that is measured; beside reading one register after the other.
fn stream<'a>(registers: usize) -> Work<'a> {
    let json = Bytes::from(list(registers, 0));
    let (whole, bytes) = (json.clone(), json.len());
    // From one element to the next: as far as to the comma, or to the bracket at the end, for all are of one length.
    let step = (json.len() - 1) / registers;
    let service = service_fn(move |request: Request<Body>| {
        let answer = match offset(&request) {
            0 => whole.clone(),
            offset if offset < registers => [b"[", &whole[1 + offset * step..]].concat().into(),
            _ => Bytes::from_static(b"[]"),
        };
        async move { Ok::<_, BoxError>(Response::new(ResponseBody::full(answer))) }
    });
    let monitor = KktMonitor::from_client(Client::from_service(service));
    let ours = move || {
        let count = monitor.stream().map(Result::unwrap).count().now_or_never();
        assert_eq!(count, Some(registers), "nothing here has to be waited for");
    };
    let plain = move || {
        for element in json[1..].chunks(step) {
            black_box(serde_json::from_slice::<PlainKkt>(&element[..element.len() - 1]).unwrap());
        }
    };
    // What is kept shall be compared with the list that is not.
    Work::new((peak(&ours), ours), (bytes as u64, plain))
}

/// How many registers the request passes over.
fn offset(request: &Request<Body>) -> usize {
    let (_, offset) = request.uri().query().unwrap_or_default().split_once("offset=").unwrap_or_default();
    offset.split('&').next().unwrap_or_default().parse().unwrap_or_default()
}

/// One register in a hundred has sold something; beside looking each up in a map and asking whether it is equal.
fn differences<'a>(registers: usize) -> Work<'a> {
    let before = KktList::from_json(&list(registers, 0)).unwrap();
    let after: KktList = before
        .iter()
        .cloned()
        .enumerate()
        .map(|(number, mut kkt)| {
            kkt.shift_receipt = if number % 100 == 0 { Some(2279) } else { kkt.shift_receipt };
            kkt
        })
        .collect();
    let lists = Rc::new((before, after));
    let same = Rc::clone(&lists);
    let ours = move || drop(black_box(snapshot::diff(black_box(&lists.0), black_box(&lists.1))));
    let plain = move || {
        let (before, after) = &*same;
        let known: HashMap<&str, &Kkt> = before.iter().map(|kkt| (kkt.serial_number.as_str(), kkt)).collect();
        let is_changed = |kkt: &&Kkt| known.get(kkt.serial_number.as_str()) != Some(kkt);
        drop(black_box(after.iter().filter(is_changed).collect::<Vec<_>>()));
    };
    Work::new((peak(&ours), ours), (peak(&plain), plain))
}

/// Beside making a copy of each register; neither keeps what it makes while it is timed.
fn health<'a>(registers: usize) -> Work<'a> {
    let now: Timestamp = "2019-12-05T10:46:30Z".parse().unwrap();
    let policy = Policy::default();
    let list = Rc::new(KktList::from_json(&list(registers, 0)).unwrap());
    let same = Rc::clone(&list);
    let verdicts = peak(|| drop(list.iter().map(|kkt| policy.assess(kkt, now)).collect::<Vec<_>>()));
    let copies = peak(|| drop(list.to_vec()));
    let ours = move || list.iter().for_each(|kkt| drop(black_box(policy.assess(black_box(kkt), now))));
    let plain = move || same.iter().for_each(|kkt| drop(black_box(black_box(kkt).clone())));
    Work::new((verdicts, ours), (copies, plain))
}

/// The most bytes of the heap that it has at once.
fn peak(work: impl Fn()) -> u64 {
    allocation_counter::measure(work).bytes_max
}
