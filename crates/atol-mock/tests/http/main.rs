//! What a client sees of the stand-in: whole exchanges on loopback.

mod client;
mod faults;
mod service;
