//! A monitor as the command line asks for it.

use std::net::TcpListener;
use std::time::Duration;

use atol_mock::{Fleet, MockAtol};
use atol_monitor::KktMonitor;
use atol_transport::clock::SharedClock;
use atol_transport::tls::RootCertificates;
use atol_transport::{Environment, Timeouts};

use crate::args::ConnectionArgs;
use crate::failure::{Failure, complain};
use crate::password;

/// The made fleet is the same on every machine and in every run.
const DEMO_SEED: u64 = 20_261_124;

/// How many registers a demo has unless told otherwise: every trouble is among them, and they fit a screen.
const DEMO_SIZE: u32 = 24;

/// A monitor, and the stand-in that must live as long as it does.
pub(crate) struct Connection {
    pub(crate) monitor: KktMonitor,
    _stand_in: Option<MockAtol>,
}

impl Connection {
    pub(crate) async fn open(args: &ConnectionArgs, clock: &SharedClock) -> Result<Connection, Failure> {
        let stand_in = match (args.demo, args.demo_size) {
            (false, None) => None,
            (_, size) => Some(stand_in(size.unwrap_or(DEMO_SIZE), clock).await?),
        };
        let environment: Environment = match &stand_in {
            Some(stand_in) => stand_in.uri().parse()?,
            None => args.environment.parse()?,
        };
        let call = Duration::from_secs(args.timeout);
        let mut builder = KktMonitor::builder()
            .timeouts(Timeouts::default().with_call(call))
            .user_agent(concat!("atol/", env!("CARGO_PKG_VERSION")))
            .environment(environment.clone());
        // The stand-in takes the public login; it never sees a real password.
        if stand_in.is_none()
            && let Some((login, password)) = credentials(args, &environment)?
        {
            builder = builder.credentials(login, password);
        }
        if let Some(path) = &args.ca_file {
            builder = builder.root_certificates(roots(path)?);
        }
        Ok(Connection { monitor: builder.build()?, _stand_in: stand_in })
    }
}

async fn stand_in(size: u32, clock: &SharedClock) -> Result<MockAtol, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .map_err(|error| Failure::failed(format!("the demo got no port on 127.0.0.1: {error}")))?;
    let fleet = Fleet::generate(DEMO_SEED, usize::try_from(size).unwrap_or_default(), clock.wall());
    let stand_in = MockAtol::builder().fleet(fleet).listener(listener).start().await;
    complain(&format!("demo: {size} made registers on an embedded stand-in at {}", stand_in.uri()));
    Ok(stand_in)
}

/// Login and password; `None` for the public ones of the test environment.
fn credentials(
    args: &ConnectionArgs,
    environment: &Environment,
) -> Result<Option<(String, String)>, Failure> {
    let password = password::find(args.password_file.as_deref())?;
    match (&args.login, password) {
        (Some(login), Some(password)) => Ok(Some((login.clone(), password))),
        (Some(_), None) => Err(Failure::usage(
            "there is a login but no password: set ATOL_PASSWORD, or name a file with --password-file",
        )),
        (None, Some(_)) => {
            Err(Failure::usage("there is a password but no login: set ATOL_LOGIN or give --login"))
        }
        (None, None) if *environment == Environment::Production => Err(Failure::usage(
            "production needs your login: set ATOL_LOGIN and ATOL_PASSWORD (or --login and --password-file); \
             they are in the settings file that your ATOL Online account offers for download",
        )),
        (None, None) => Ok(None),
    }
}

fn roots(path: &std::path::Path) -> Result<RootCertificates, Failure> {
    let shown = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("the certificate file {shown} cannot be read: {error}")))?;
    let roots = RootCertificates::from_pem(&pem)
        .map_err(|error| Failure::usage(format!("the certificate file {shown} cannot be used: {error}")))?;
    for skipped in roots.skipped() {
        complain(&format!("certificate {} of {shown} is left out: {}", skipped.index + 1, skipped.reason));
    }
    Ok(roots)
}
