//! The limits that registers are judged by.

use std::cell::OnceCell;

use atol_monitor::health::Policy;
use jiff::Timestamp;
use jiff::tz::TimeZone;
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
    /// Without the zone of the machine.
    said: Policy,
    is_zone_said: bool,
    policy: OnceCell<Policy>,
}

impl Limits {
    /// Checks the limits.
    pub(crate) fn new(health: Table) -> Result<Limits, Failure> {
        let is_zone_said = health.contains_key("time_zone");
        let said = read(health).map_err(|error| {
            let why = error.to_string();
            let why = why.trim_end();
            Failure::usage(text!(
                "the registers cannot be judged like this: {why}",
                "так оценить ККТ нельзя: {why}"
            ))
        })?;
        Ok(Limits { said, is_zone_said, policy: OnceCell::new() })
    }

    /// The policy to judge by, for when there is something to judge.
    pub(crate) fn policy(&self) -> &Policy {
        self.policy.get_or_init(|| {
            let said = self.said.clone();
            match (!self.is_zone_said).then(|| zone_of_people(TimeZone::system())).flatten() {
                Some(zone) => said.in_time_zone(zone),
                None => said,
            }
        })
    }
}

fn read(health: Table) -> Result<Policy, toml::de::Error> {
    Policy::deserialize(toml::Value::Table(health))
}

/// The zone that the people at a machine live in, when the machine's zone tells.
///
/// A machine in UTC is a server and says nothing about its people; the registers' own zone is the better guess then.
fn zone_of_people(machine: TimeZone) -> Option<TimeZone> {
    const NOBODYS: [&str; 5] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT"];
    let is_nobodys = match machine.iana_name() {
        Some(name) => machine.is_unknown() || NOBODYS.contains(&name),
        // A rule in `TZ`, or a file that is no link into the database.
        None => {
            let start = Timestamp::UNIX_EPOCH;
            machine.to_offset(start).is_zero() && machine.following(start).next().is_none()
        }
    };
    (!is_nobodys).then_some(machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_without_a_name_is_somebodys_unless_it_is_utc() {
        let taken = |zone: TimeZone| zone_of_people(zone).is_some();
        assert!(taken(TimeZone::posix("YEKT-5").unwrap()));
        assert!(taken(TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap()));
        assert!(taken(TimeZone::get("Asia/Yekaterinburg").unwrap()));
        assert!(!taken(TimeZone::posix("UTC0").unwrap()));
        assert!(!taken(TimeZone::UTC) && !taken(TimeZone::unknown()));
    }
}
