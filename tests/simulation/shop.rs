//! A shop: asks for registers one after the other, and for the list now and then.

use std::sync::Arc;
use std::time::Duration;

use atol_monitor::{Error, ErrorKind};
use atol_transport::clock::SharedClock;
use fastrand::Rng;

use crate::clock::SimulatedClock;
use crate::plan::{CALM, END};
use crate::world::{Diary, SERIALS, TICK, World, now};

/// The limit on each call.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(15);

/// Opens and closes in time; complains of what it must not see.
pub(crate) async fn open(seed: u64, diary: &Diary) {
    let clock: SharedClock = Arc::new(SimulatedClock);
    let mut rng = Rng::with_seed(seed ^ 0x0005_40b5);
    let monitor = World::monitor(seed);
    let mut failures_in_the_calm = 0;
    while now() < END {
        let began = now();
        // A list takes up to three calls.
        let (what, most, failure) = if rng.u8(0..5) == 0 {
            let failure = match monitor.get_all().await {
                Ok(list) if list.len() == SERIALS.len() => None,
                Ok(list) => {
                    diary.complain(format!("the shop got a list of {}", list.len()));
                    None
                }
                Err(error) => Some(error),
            };
            ("list", 3 * CALL_LIMIT, failure)
        } else {
            let serial = SERIALS[rng.usize(..SERIALS.len())];
            let failure = match monitor.get_one(serial).await {
                Ok(kkt) if kkt.serial_number == serial => None,
                Ok(kkt) => {
                    diary.complain(format!("the shop asked for {serial} and got {}", kkt.serial_number));
                    None
                }
                Err(error) => Some(error),
            };
            (serial, CALL_LIMIT, failure)
        };
        let took = now().saturating_sub(began);
        diary.time(took);
        if took > most + 2 * TICK {
            diary.complain(format!("a call took {took:?}"));
        }
        match failure {
            None => diary.tell(&format!("shop: {what}")),
            Some(error) => {
                diary.tell(&format!("shop: {what} failed: {error}"));
                if !is_of_the_network(&error) {
                    diary.complain(format!("the network cannot cause this: {}", error.report()));
                }
                failures_in_the_calm += u32::from(began > CALM);
            }
        }
        clock.sleep(Duration::from_millis(rng.u64(100..1_500))).await;
    }
    // A call that meets what is left of the storm may fail: a connection that leads nowhere, with nothing left to
    // repeat it from. The next one works.
    if failures_in_the_calm > 1 {
        diary.complain(format!("{failures_in_the_calm} calls failed after everything was well again"));
    }
}

/// Whether a network or a crash can cause a failure.
fn is_of_the_network(error: &Error) -> bool {
    use atol_transport::ErrorKind as Transport;
    let kind = error.transport().map(atol_transport::Error::kind);
    error.kind() == ErrorKind::Transport
        && matches!(
            kind,
            Some(
                Transport::Connect(_)
                    | Transport::Timeout(_)
                    | Transport::Interrupted
                    | Transport::Truncated
                    | Transport::Service
                    | Transport::Throttled
            )
        )
}
