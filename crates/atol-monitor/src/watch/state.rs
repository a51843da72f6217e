//! What a watch writes down, so that another can go on.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::event::WatchEvent;
use super::memory::Memory;

/// Everything a restarted watch needs to go on as if nothing had happened: [`Watch::state`](super::Watch::state) makes it,
/// [`WatchOptionsBuilder::state`](super::WatchOptionsBuilder::state) takes it.
///
/// ```no_run
/// use atol_monitor::KktMonitor;
/// use atol_monitor::watch::{WatchOptions, WatchState};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let saved = match std::fs::read("watch.json") {
///     Ok(json) => Some(serde_json::from_slice::<WatchState>(&json)?),
///     Err(_) => None,
/// };
/// let options = WatchOptions::builder().state(saved).build()?;
/// let mut watch = KktMonitor::new()?.watch(options);
/// loop {
///     let event = watch.next_event().await;
///     println!("{}", serde_json::to_string(&event)?);
///     if watch.is_caught_up() {
///         // Write another file and rename it where half a file must never be seen.
///         std::fs::write("watch.json", serde_json::to_vec(&watch.state())?)?;
///     }
/// }
/// # }
/// ```
///
/// What was told after the state was saved is told once more by the watch that is restored from it, if it still holds,
/// findings with the same ids; what was not yet told is told then. So save when the watch is
/// [caught up](super::Watch::is_caught_up), after the events were acted upon: an alarm that was acted upon, not saved, and
/// over before the restart would never be called off. The size is that of the fleet's records and open findings.
///
/// As JSON it is versioned: one of another version than this crate's is refused, with both numbers in the error. Its members
/// are not for others to read; [`Watcher::fleet`](super::Watcher::fleet) is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WatchState {
    version: Version,
    pub(super) memory: Memory,
    /// What has not been told yet.
    pub(super) pending: Vec<WatchEvent>,
}

impl WatchState {
    pub(super) fn new(memory: Memory, pending: Vec<WatchEvent>) -> Self {
        Self { version: Version, memory, pending }
    }
}

/// The version of the form that the state is written in.
const VERSION: u32 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version;

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(D::Error::custom(format_args!(
                "the saved state has version {other}, this program reads version {VERSION}: delete it to begin anew"
            ))),
        }
    }
}
