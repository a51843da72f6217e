//! Turns: requests with equal keys go one after the other, with a pause between them.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::call::SpacingKey;
use crate::clock::SharedClock;

/// The monotonic time at which a key is free again. Tokio's mutex is the queue: first come, first served, and a
/// waiter that is dropped leaves it.
type Lane = AsyncMutex<Duration>;

/// One lane for each key in use.
pub(super) struct Spacing {
    pause: Duration,
    clock: SharedClock,
    lanes: Mutex<Lanes>,
}

struct Lanes {
    by_key: HashMap<SpacingKey, Arc<Lane>>,
    /// How many lanes there may be before the idle ones are looked for.
    room: usize,
}

/// Below this many lanes nobody looks for idle ones.
const LEAST_ROOM: usize = 64;

impl Spacing {
    pub(super) fn new(pause: Duration, clock: SharedClock) -> Spacing {
        let lanes = Mutex::new(Lanes { by_key: HashMap::new(), room: LEAST_ROOM });
        Spacing { pause, clock, lanes }
    }

    /// Waits until it is the caller's turn. `None` when there is no spacing.
    pub(super) async fn turn(&self, key: &SpacingKey) -> Option<Turn> {
        if self.pause.is_zero() {
            return None;
        }
        let free_at = self.lane(key).lock_owned().await;
        loop {
            let wait = free_at.saturating_sub(self.clock.monotonic());
            if wait.is_zero() {
                break;
            }
            self.clock.sleep(wait).await;
        }
        Some(Turn { free_at, pause: self.pause, clock: self.clock.clone(), is_started: false })
    }

    fn lane(&self, key: &SpacingKey) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.by_key.entry(key.clone()).or_default().clone();
        if lanes.by_key.len() > lanes.room {
            lanes.remove_idle(self.clock.monotonic());
        }
        lane
    }

    /// The number of keys that are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).by_key.len()
    }
}

impl Lanes {
    /// Forgets the keys that are free and have no waiters. The room grows with what is in use, so that the
    /// cost of looking is spread over the keys that were added since.
    fn remove_idle(&mut self, now: Duration) {
        self.by_key.retain(|_, lane| match Arc::get_mut(lane) {
            Some(lane) => *lane.get_mut() > now,
            None => true,
        });
        self.room = LEAST_ROOM.max(2 * self.by_key.len());
    }
}

/// The right to send one request. The next one's pause begins when it is dropped, if the request was started.
pub(super) struct Turn {
    free_at: OwnedMutexGuard<Duration>,
    pause: Duration,
    clock: SharedClock,
    is_started: bool,
}

impl Turn {
    /// From now on the service may see the request.
    pub(super) fn start(&mut self) {
        self.is_started = true;
    }

    /// The service never saw the request after all.
    pub(super) fn undo(&mut self) {
        self.is_started = false;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_started {
            return;
        }
        // A user's clock that panics here, while another panic of its own unwinds, would end the process.
        if let Ok(now) = catch_unwind(AssertUnwindSafe(|| self.clock.monotonic())) {
            *self.free_at = now.saturating_add(self.pause);
        }
    }
}
