//! Shared support of the tests that span crates; its doctests are the examples of the guides.
//!
//! A [`Rig`] puts a client in front of a [`Peer`], a server that does byte for byte what its [`Script`]s say: over a
//! pipe in memory, over sockets of this machine, through TLS. What happens is kept in an [`EventLog`], which a
//! test compares as a whole. Time is paused and goes on by itself, so nothing sleeps for real.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a broken set-up of a test ends it")]

mod backend;
mod certificates;
mod clock;
mod events;
mod guide;
mod peer;
mod rig;

pub use self::backend::{Asked, Backend};
pub use self::certificates::Authority;
pub use self::clock::LoggedClock;
pub use self::events::{Event, EventLog};
pub use self::peer::{Peer, Script, answer};
pub use self::rig::{Rig, TOKEN, get};
