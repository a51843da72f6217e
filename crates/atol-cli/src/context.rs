//! What every command needs: the settings, a voice, the time, and from them a monitor and the limits.

use atol_transport::Environment;
use atol_transport::clock::{SharedClock, SystemClock};

use crate::args::{Args, ConnectionArgs, GeneralArgs, HealthArgs};
use crate::connection::{Connection, Look};
use crate::console::Console;
use crate::failure::Failure;
use crate::limits::Limits;
use crate::settings::{Choice, Settings, Variables};

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
    pub(crate) fn new(args: &Args) -> Result<Context, Failure> {
        let choice = if args.command.names_accounts() { Choice::ByName } else { Choice::BySettings };
        Context::resolve(&args.general, &args.connection, &Variables::of_process(), choice)
    }

    /// The same for another profile, with what flags and variables say for every account.
    pub(crate) fn of_profile(&self, name: &str) -> Result<Context, Failure> {
        let (general, connection) = &self.flags;
        let general = GeneralArgs { profile: Some(name.to_owned()), ..general.clone() };
        let read = |name: &str| std::env::var_os(name).filter(|_| !OF_ONE_ACCOUNT.contains(&name));
        Context::resolve(&general, connection, &Variables::new(&read), Choice::BySettings)
    }

    fn resolve(
        general: &GeneralArgs,
        connection: &ConnectionArgs,
        variables: &Variables<'_>,
        choice: Choice,
    ) -> Result<Context, Failure> {
        let settings = Settings::resolve(general, connection, variables, choice)?;
        let console = Console { language: settings.language.value, verbosity: general.verbosity() };
        let (demo, flags) = (connection.demo(), (general.clone(), connection.clone()));
        Ok(Context { settings, console, clock: SystemClock::shared(), demo, flags })
    }

    /// A monitor for the service of the settings, or for a stand-in in a demo.
    pub(crate) async fn connect(&self, look: Look) -> Result<Connection, Failure> {
        Connection::open(self, look, |client| client).await
    }

    /// The limits to judge by: those of the command line, then of the profile, then the defaults.
    pub(crate) fn limits(&self, args: &HealthArgs) -> Result<Limits, Failure> {
        let mut health = self.settings.health.clone();
        // By themselves first, so that each side is told of its own mistakes.
        Limits::new(health.clone()).map_err(|misfit| misfit.in_profile(&self.settings))?;
        // The registers of a demo carry test storages for want of real ones.
        let is_production = self.demo.is_none() && self.settings.environment.value == Environment::Production;
        health.entry("production").or_insert(is_production.into());
        args.write_to(&mut health);
        Limits::new(health).map_err(|misfit| misfit.on_command_line())
    }
}
