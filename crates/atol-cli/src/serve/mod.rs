//! A small web server over what is known of the registers: metrics, a page, JSON. Nothing can be changed through it.
//!
//! Pollers write, requests read: a request never waits for the service, and a slow client never holds up a poll.

mod answer;
mod api;
mod connection;
mod filter;
mod hosts;
mod metrics;
mod negotiation;
mod page;
mod poller;
mod readiness;
mod reporter;
mod router;
mod server;
mod state;
#[cfg(test)]
mod test_kit;

pub(crate) use self::hosts::Hosts;
pub(crate) use self::poller::Poller;
pub(crate) use self::reporter::Reporter;
pub(crate) use self::router::Router;
pub(crate) use self::server::serve;
pub(crate) use self::state::{Account, Slot, Store};
