//! What every command needs: the settings, a voice, the time, and from them a monitor and a policy.

use std::time::Duration;

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
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) console: Console,
    /// The machine's clock. Registers are judged by that of their [`Connection`].
    pub(crate) clock: SharedClock,
    /// How many registers the demo has, if this is one.
    pub(crate) demo: Option<u32>,
}

impl Context {
    /// Reads the settings.
    pub(crate) fn new(general: &GeneralArgs, connection: &ConnectionArgs) -> Result<Context, Failure> {
        let settings = Settings::resolve(general, connection, &Variables::of_process())?;
        let console = Console { language: settings.language.value, verbosity: general.verbosity() };
        Ok(Context { settings, console, clock: SystemClock::shared(), demo: connection.demo() })
    }

    /// A monitor for the service of the settings, or for a stand-in in a demo.
    pub(crate) async fn connect(&self, time: DemoTime) -> Result<Connection, Failure> {
        Connection::open(self, time).await
    }

    /// The longest that a call may take in all.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings.timeout.value
    }

    /// The limits to judge by: those of the command line, then of the profile, then the defaults.
    pub(crate) fn policy(&self, args: &HealthArgs) -> Result<Policy, Failure> {
        let mut health = self.settings.health.clone();
        // The registers of a demo carry test storages for want of real ones.
        let is_production = self.demo.is_none() && self.settings.environment.value == Environment::Production;
        health.entry("production").or_insert(is_production.into());
        args.write_to(&mut health);
        Policy::deserialize(toml::Value::Table(health)).map_err(|error| {
            let why = error.to_string();
            let why = why.trim_end();
            Failure::usage(text!("these limits cannot be used: {why}", "такие пороги не годятся: {why}"))
        })
    }
}
