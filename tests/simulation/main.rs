//! Networks that fail at random, in simulated time: a service that crashes, packets that are cut off, held or slow.
//!
//! Each seed is one story of 45 s of faults and 20 s of calm, for three at once: a shop that asks for
//! registers, the token it needs, and an office that watches the fleet and is restarted in between. The same seed is
//! the same story. 200 seeds run here; `cargo xtask simulate --seeds N` runs more, `--seed S` repeats one.

#![expect(clippy::unwrap_used, reason = "a broken set-up of a test ends it")]

mod clock;
mod office;
mod plan;
mod shop;
mod world;

use std::ops::Range;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::World;

/// How many seeds run unless told otherwise.
const SEEDS: u64 = 200;

/// What `cargo xtask simulate` says.
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

fn seeds() -> Range<u64> {
    match number("ATOL_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("ATOL_SIMULATION_SEEDS").unwrap_or(SEEDS),
    }
}

/// Runs them on all processors; gives back those that failed and why.
fn run(seeds: Range<u64>) -> Vec<(u64, String)> {
    let (next, failed) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let complaints = catch_unwind(|| World::new(seed).run().complaints)
                        .unwrap_or_else(|_| vec!["it panicked, see above".to_owned()]);
                    if !complaints.is_empty() {
                        failed.lock().unwrap().push((seed, complaints.join("\n    ")));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    failed
}

#[test]
fn n19_whatever_the_network_does_calls_end_in_time_and_work_again_when_it_does() {
    let failed = run(seeds());
    for (seed, why) in &failed {
        println!("seed {seed} fails; repeat it with `cargo xtask simulate --seed {seed}`\n    {why}");
    }
    if let Some(seed) = number("ATOL_SIMULATION_SEED") {
        println!("{}", World::new(seed).run().story);
    }
    assert!(failed.is_empty(), "{} seeds fail", failed.len());
}

#[test]
fn the_same_seed_is_the_same_story() {
    let [first, again, other] = [7, 7, 8].map(|seed| World::new(seed).run().story);
    assert_eq!(first, again);
    assert_ne!(first, other);
}

/// The faults that rows of the catalogue ask for, each alone, with what it costs.
#[test]
fn n20_an_answer_that_is_lost_on_its_way_costs_one_time_out() {
    let told = World::new(1).with(plan::Plan::lost_answers()).run();
    assert_eq!(told.complaints, Vec::<String>::new());
    assert!(!told.story.contains("failed"), "{}", told.story);
    // 4 s until it is given up, at most 1 s and a way of 1.1 s for the register's turn, and the next question.
    assert!((4..7).contains(&told.slowest.as_secs()), "{:?}\n{}", told.slowest, told.story);
}

#[test]
fn n21_packets_that_are_held_for_3_s_arrive_once() {
    let told = World::new(1).with(plan::Plan::held_packets()).run();
    assert_eq!(told.complaints, Vec::<String>::new());
    assert!(!told.story.contains("failed"), "{}", told.story);
    assert!(told.slowest.as_secs() < 4, "{:?}\n{}", told.slowest, told.story);
}

#[test]
fn n22_a_service_that_crashed_and_forgot_the_token_is_logged_in_to_again() {
    let told = World::new(1).with(plan::Plan::crash()).run();
    assert_eq!(told.complaints, Vec::<String>::new());
    assert_eq!(told.logins, 2 + 2 + 1, "both before and after, the office when restarted:\n{}", told.story);
}
