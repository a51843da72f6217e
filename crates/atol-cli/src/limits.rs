//! The limits that registers are judged by.

use std::cell::OnceCell;

use atol_monitor::health::Policy;
use serde::Deserialize;
use toml::Table;

use crate::failure::Failure;
use crate::text::text;

/// What somebody has said of the limits, checked; and the machine's time zone where nobody named one.
///
/// That zone is looked up when the first register is judged: the system's database of zones is searched for it, which
/// takes longer than all else that has to be done before the first request.
#[derive(Debug)]
pub(crate) struct Limits {
    health: Table,
    /// Without the zone of the machine.
    said: Policy,
    policy: OnceCell<Policy>,
}

impl Limits {
    /// Checks the limits.
    pub(crate) fn new(health: Table) -> Result<Limits, Failure> {
        let said = read(health.clone()).map_err(|error| {
            let why = error.to_string();
            let why = why.trim_end();
            Failure::usage(text!(
                "the registers cannot be judged like this: {why}",
                "так оценить ККТ нельзя: {why}"
            ))
        })?;
        Ok(Limits { health, said, policy: OnceCell::new() })
    }

    /// The policy to judge by, for when there is something to judge.
    pub(crate) fn policy(&self) -> &Policy {
        self.policy.get_or_init(|| self.in_zone_of_machine().unwrap_or_else(|| self.said.clone()))
    }

    fn in_zone_of_machine(&self) -> Option<Policy> {
        if self.health.contains_key("time_zone") {
            return None;
        }
        let mut health = self.health.clone();
        health.insert("time_zone".to_owned(), zone_of_machine()?.into());
        read(health).ok()
    }
}

fn read(health: Table) -> Result<Policy, toml::de::Error> {
    Policy::deserialize(toml::Value::Table(health))
}

/// The zone that the people at this machine live in, when it tells.
///
/// A machine in UTC is a server and says nothing about its people; the registers' own zone is the better guess then.
fn zone_of_machine() -> Option<String> {
    const NOBODYS: [&str; 5] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT"];
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().filter(|name| !NOBODYS.contains(name)).map(str::to_owned)
}
