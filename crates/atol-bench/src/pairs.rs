//! Times that mean something on a busy machine: medians of interleaved pairs.

use std::time::Instant;

/// The median of `ours / yardstick`, each of which tells how many seconds it took.
///
/// A machine that is busy with something else slows the two halves of a pair alike.
pub fn ratio(pairs: usize, mut yardstick: impl FnMut() -> f64, mut ours: impl FnMut() -> f64) -> f64 {
    let ratios = (0..pairs).map(|pair| {
        let (yardstick, ours) = interleaved(pair, &mut yardstick, &mut ours);
        ours / yardstick
    });
    median(ratios.collect())
}

/// The shortest of `ours` / the shortest of `yardstick`, for work that takes about as long as what a busy machine does in
/// between: that is in every median, and in many runs not in the shortest.
pub fn ratio_of_shortest(
    pairs: usize,
    mut yardstick: impl FnMut() -> f64,
    mut ours: impl FnMut() -> f64,
) -> f64 {
    let pairs = (0..pairs).map(|pair| interleaved(pair, &mut yardstick, &mut ours));
    let shortest = pairs.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)));
    let (yardstick, ours) = shortest.unwrap();
    ours / yardstick
}

/// What the two halves of a pair tell. Whoever comes second finds a warmer machine, so they take turns.
pub(crate) fn interleaved(
    pair: usize,
    yardstick: impl FnOnce() -> f64,
    ours: impl FnOnce() -> f64,
) -> (f64, f64) {
    if pair.is_multiple_of(2) {
        let yardstick = yardstick();
        (yardstick, ours())
    } else {
        let ours = ours();
        (yardstick(), ours)
    }
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long it takes.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
pub fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// How long it takes the second time, when it does not pay for the memory that another one left behind.
pub fn warm_seconds(mut work: impl FnMut()) -> f64 {
    work();
    seconds(work)
}
