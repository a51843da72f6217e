//! What happened, in order.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One thing that happened, seen from whichever side can see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The client asked for the addresses of a host.
    Dns(String),
    /// Connection number so-and-so, counted from 1, was made.
    Connect(usize),
    /// A request came over a connection: method and path.
    Request(usize, String),
    /// The peer began an answer on a connection: its status.
    Response(usize, String),
    /// The client closed a connection that the peer had left open.
    Closed(usize),
    /// The client waited so long and nothing else came first.
    Sleep(Duration),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Dns(host) => write!(f, "dns {host}"),
            Event::Connect(number) => write!(f, "connect {number}"),
            Event::Request(number, what) => write!(f, "request {number} {what}"),
            Event::Response(number, status) => write!(f, "response {number} {status}"),
            Event::Closed(number) => write!(f, "closed {number}"),
            Event::Sleep(duration) => write!(f, "sleep {duration:?}"),
        }
    }
}

/// A log that everybody in a test writes to. `Display` gives one event a line.
#[derive(Debug, Clone, Default)]
pub struct EventLog(Arc<Mutex<Vec<Event>>>);

impl EventLog {
    /// Adds an event.
    pub fn note(&self, event: Event) {
        self.lock().push(event);
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    /// How many requests the peer has read.
    pub fn requests(&self) -> usize {
        self.lock().iter().filter(|event| matches!(event, Event::Request(..))).count()
    }

    /// How many connections the peer has taken.
    pub fn connections(&self) -> usize {
        self.lock().iter().filter(|event| matches!(event, Event::Connect(..))).count()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}
