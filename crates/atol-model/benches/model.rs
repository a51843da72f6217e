//! Time, allocations and heap of reading and writing, beside the plainest serde derive on the same input.

#![expect(clippy::unwrap_used, reason = "the input is good, and a benchmark may stop when it is not")]

use std::hint::black_box;

use atol_bench::{PlainKkt, REGISTERS, list};
use atol_model::{Kkt, KktList, OffsetTimestamp};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    if std::env::var_os("ATOL_BENCH_QUICK").is_some() {
        divan::Divan::default().config_with_args().sample_count(1).sample_size(1).main();
    } else {
        divan::main();
    }
}

/// Every how many registers there are unknown members; 0 for never.
const UNKNOWN: [usize; 3] = [0, 100, 1];

#[divan::bench(args = UNKNOWN)]
fn read_list(bencher: Bencher<'_, '_>, unknown: usize) {
    let json = list(REGISTERS, unknown);
    bencher.counter(BytesCount::new(json.len())).bench(|| KktList::from_json(black_box(&json)).unwrap());
}

#[divan::bench(args = UNKNOWN)]
fn read_list_plain(bencher: Bencher<'_, '_>, unknown: usize) {
    let json = list(REGISTERS, unknown);
    bencher
        .counter(BytesCount::new(json.len()))
        .bench(|| serde_json::from_slice::<Vec<PlainKkt>>(black_box(&json)).unwrap());
}

/// What a broken element costs: the list is read twice.
#[divan::bench]
fn read_list_with_a_broken_element(bencher: Bencher<'_, '_>) {
    let json = String::from_utf8(list(REGISTERS, 0)).unwrap().replacen("213350", "-1", 1).into_bytes();
    bencher.counter(BytesCount::new(json.len())).bench(|| KktList::from_json(black_box(&json)).unwrap());
}

#[divan::bench]
fn read_one(bencher: Bencher<'_, '_>) {
    let json = list(1, 0);
    let json = &json[1..json.len() - 1];
    bencher.counter(BytesCount::new(json.len())).bench(|| Kkt::from_json(black_box(json)).unwrap());
}

#[divan::bench]
fn read_one_plain(bencher: Bencher<'_, '_>) {
    let json = list(1, 0);
    let json = &json[1..json.len() - 1];
    bencher
        .counter(BytesCount::new(json.len()))
        .bench(|| serde_json::from_slice::<PlainKkt>(black_box(json)).unwrap());
}

#[divan::bench]
fn write_list(bencher: Bencher<'_, '_>) {
    let json = list(REGISTERS, 0);
    let registers = KktList::from_json(&json).unwrap();
    bencher.counter(BytesCount::new(json.len())).bench(|| black_box(&registers).to_json());
}

#[divan::bench]
fn write_list_plain(bencher: Bencher<'_, '_>) {
    let json = list(REGISTERS, 0);
    let registers: Vec<PlainKkt> = serde_json::from_slice(&json).unwrap();
    bencher
        .counter(BytesCount::new(json.len()))
        .bench(|| serde_json::to_string(black_box(&registers)).unwrap());
}

#[divan::bench]
fn read_timestamp() -> OffsetTimestamp {
    black_box("2019-07-22T14:03:00+00:00").parse().unwrap()
}

#[divan::bench]
fn write_timestamp(bencher: Bencher<'_, '_>) {
    let timestamp: OffsetTimestamp = "2019-07-22T14:03:00+00:00".parse().unwrap();
    bencher.bench(|| black_box(timestamp).to_string());
}
