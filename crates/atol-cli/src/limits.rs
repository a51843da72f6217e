//! The limits that registers are judged by.

use std::cell::OnceCell;

use atol_monitor::health::Policy;
use atol_transport::error::Excerpt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Table;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::text::text;

/// The longest reason that is shown whole.
const LONGEST_WHY: usize = 400;

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
    pub(crate) fn new(health: Table) -> Result<Limits, Misfit> {
        let is_zone_said = health.contains_key("time_zone");
        let said = read(health).map_err(|error| Misfit::new(&error))?;
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

/// A limit that cannot be.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// Where it stands under `health`, if that is known.
    key: Option<String>,
    why: String,
}

impl Misfit {
    fn new(error: &toml::de::Error) -> Misfit {
        let told = error.to_string();
        let told = told.trim_end();
        // What has the wrong type is told with its place behind it, what cannot be with the key before it.
        let (key, why) = match (told.strip_prefix("health policy, "), told.split_once("\nin `")) {
            (Some(told), _) => told.split_once(": ").map_or((None, told), |(key, why)| (Some(key), why)),
            (None, Some((why, key))) => (Some(key.trim_end_matches('`')), why),
            (None, None) => (None, told),
        };
        Misfit {
            key: key.map(|key| Excerpt::of(key, 60).to_string()),
            why: Excerpt::of(why, LONGEST_WHY).to_string(),
        }
    }

    /// The failure, when it stands in a profile.
    pub(crate) fn in_profile(&self, settings: &Settings) -> Failure {
        let profile = settings.profile.as_ref().map(|profile| Excerpt::of(&profile.value, 40).to_string());
        let profile = profile.unwrap_or_default();
        let file = settings.file.as_ref().map(|file| file.value.display().to_string()).unwrap_or_default();
        let key = self.key.as_ref().map(|key| format!(".{key}")).unwrap_or_default();
        let why = &self.why;
        Failure::usage(text!(
            "the limits of profile `{profile}` in {file} cannot be used: `health{key}`: {why}",
            "пороги профиля `{profile}` в файле {file} не годятся: `health{key}`: {why}"
        ))
    }

    /// The failure, when it comes of the command line, be it only together with the profile.
    pub(crate) fn on_command_line(&self) -> Failure {
        let flag = match self.key.as_deref() {
            None => "-".to_owned(),
            Some("time_zone") => "--time-zone".to_owned(),
            Some("disabled") => "--disable".to_owned(),
            Some(rule) => format!("--{}-…", rule.replace('_', "-")),
        };
        let why = &self.why;
        Failure::usage(text!(
            "the limits of the command line cannot be used: {flag}: {why}",
            "пороги командной строки не годятся: {flag}: {why}"
        ))
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
    let is_nobodys = if let Some(name) = machine.iana_name() {
        machine.is_unknown() || NOBODYS.contains(&name)
    } else {
        // A rule in `TZ`, or a file that is no link into the database.
        let start = Timestamp::UNIX_EPOCH;
        machine.to_offset(start).is_zero() && machine.following(start).next().is_none()
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
