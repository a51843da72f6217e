//! What every command needs: the settings, a voice, the time, and from them a monitor and a policy.

use atol_monitor::health::Policy;
use atol_transport::Environment;
use atol_transport::clock::{SharedClock, SystemClock};
use serde::Deserialize;

use crate::args::{ConnectionArgs, GeneralArgs, HealthArgs};
use crate::connection::{Connection, DemoTime};
use crate::console::Console;
use crate::failure::Failure;
use crate::settings::{Settings, Variables};
use crate::text::text;

/// The settings in force and what comes with them.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) console: Console,
    /// The machine's clock. Registers are judged by that of their [`Connection`].
    pub(crate) clock: SharedClock,
    /// How many registers the demo has, if this is one.
    pub(crate) demo: Option<u32>,
    /// The flags that the settings were made from.
    flags: (GeneralArgs, ConnectionArgs),
}

/// Variables that tell of one account, and so of none when there are several.
const OF_ONE_ACCOUNT: [&str; 5] =
    ["ATOL_PROFILE", "ATOL_ENVIRONMENT", "ATOL_LOGIN", "ATOL_PASSWORD", "ATOL_PASSWORD_FILE"];

impl Context {
    /// Reads the settings.
    pub(crate) fn new(general: &GeneralArgs, connection: &ConnectionArgs) -> Result<Context, Failure> {
        Context::resolve(general, connection, &Variables::of_process())
    }

    /// The same for another profile, with what flags and variables say for every account.
    pub(crate) fn of_profile(&self, name: &str) -> Result<Context, Failure> {
        let (general, connection) = &self.flags;
        let general = GeneralArgs { profile: Some(name.to_owned()), ..general.clone() };
        let read = |name: &str| std::env::var_os(name).filter(|_| !OF_ONE_ACCOUNT.contains(&name));
        Context::resolve(&general, connection, &Variables::new(&read))
    }

    fn resolve(
        general: &GeneralArgs,
        connection: &ConnectionArgs,
        variables: &Variables<'_>,
    ) -> Result<Context, Failure> {
        let settings = Settings::resolve(general, connection, variables)?;
        let console = Console { language: settings.language.value, verbosity: general.verbosity() };
        let (demo, flags) = (connection.demo(), (general.clone(), connection.clone()));
        Ok(Context { settings, console, clock: SystemClock::shared(), demo, flags })
    }

    /// A monitor for the service of the settings, or for a stand-in in a demo.
    pub(crate) async fn connect(&self, time: DemoTime) -> Result<Connection, Failure> {
        Connection::open(self, time, |client| client).await
    }

    /// The limits to judge by: those of the command line, then of the profile, then the defaults.
    pub(crate) fn policy(&self, args: &HealthArgs) -> Result<Policy, Failure> {
        let mut health = self.settings.health.clone();
        // The registers of a demo carry test storages for want of real ones.
        let is_production = self.demo.is_none() && self.settings.environment.value == Environment::Production;
        health.entry("production").or_insert(is_production.into());
        if let (toml::map::Entry::Vacant(zone), Some(name)) = (health.entry("time_zone"), zone_of_machine()) {
            zone.insert(name.into());
        }
        args.write_to(&mut health);
        Policy::deserialize(toml::Value::Table(health)).map_err(|error| {
            let why = error.to_string();
            let why = why.trim_end();
            Failure::usage(text!(
                "the registers cannot be judged like this: {why}",
                "так оценить ККТ нельзя: {why}"
            ))
        })
    }
}

/// The zone that the people at this machine live in, when it tells.
///
/// A machine in UTC is a server and says nothing about its people; the registers' own zone is the better guess then.
fn zone_of_machine() -> Option<String> {
    const NOBODYS: [&str; 5] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT"];
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().filter(|name| !NOBODYS.contains(name)).map(str::to_owned)
}
