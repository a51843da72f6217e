//! A monitor as the settings ask for it.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atol_mock::{Fleet, MockAtol};
use atol_monitor::watch::{WatchOptions, WatchOptionsBuilder};
use atol_monitor::{KktMonitor, KktMonitorBuilder};
use atol_transport::clock::SharedClock;
use atol_transport::tls::RootCertificates;
use atol_transport::token::FileTokenStore;
use atol_transport::{Environment, Proxy, Timeouts};

use crate::context::Context;
use crate::failure::Failure;
use crate::fast;
use crate::password::{self, Account};
use crate::progress::Progress;
use crate::text::text;
use crate::token_cache::TokenCache;

/// The made fleet is the same on every machine and in every run.
const DEMO_SEED: u64 = 20_261_124;

/// From one poll to the next, unless told otherwise.
pub(crate) const INTERVAL: Duration = Duration::from_secs(60);

/// The same in a demo: an hour of the fleet.
const DEMO_INTERVAL: Duration = Duration::from_secs(1);

/// How long a poll of a demo may take, and the longest pause after a failed one.
const DEMO_PATIENCE: Duration = Duration::from_secs(60);

/// Longer than any demo.
const DEMO_TOKEN_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

/// How long a command looks at the registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Once: a token of today will do, and the fleet of a demo stands still.
    Once,
    /// Until it is stopped: it has to be able to log in, and an hour of a demo passes in a second.
    Lasting,
}

/// A monitor and the clock to judge registers by.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) monitor: KktMonitor,
    /// The time of day where the registers are: in a demo that lives, that of the made fleet.
    pub(crate) clock: SharedClock,
    /// How much was read through the monitor.
    pub(crate) progress: Progress,
    /// Must live as long as the monitor.
    stand_in: Option<MockAtol>,
}

impl Connection {
    /// `finish` has the last word on the client.
    pub(crate) async fn open(
        context: &Context,
        look: Look,
        finish: impl FnOnce(KktMonitorBuilder) -> KktMonitorBuilder,
    ) -> Result<Connection, Failure> {
        let progress = Progress::default();
        let builder = KktMonitor::builder()
            .layer(progress.layer())
            .timeouts(Timeouts::default().with_call(context.settings.timeout.value))
            .user_agent(concat!("atol/", env!("CARGO_PKG_VERSION")));
        match context.demo {
            Some(size) => Connection::to_stand_in(context, builder, progress, size, look, finish).await,
            None => Connection::to_service(context, builder, progress, look, finish),
        }
    }

    /// One that is there already, for tests.
    #[cfg(test)]
    pub(crate) fn of(monitor: KktMonitor, clock: SharedClock) -> Connection {
        Connection { monitor, clock, progress: Progress::default(), stand_in: None }
    }

    /// Options for a watch, which goes by the clock of the registers: in a demo the times are those of the person who
    /// looks, so that one poll a second is one poll an hour of the fleet.
    pub(crate) fn watch_options(&self, interval: Option<Duration>, no_news: Duration) -> WatchOptionsBuilder {
        let options = WatchOptions::builder();
        if self.stand_in.is_none() {
            return options
                .clock(Arc::clone(&self.clock))
                .interval(interval.unwrap_or(INTERVAL))
                .no_news(no_news);
        }
        let fleet_time = |time: Duration| time.saturating_mul(fast::SPEED);
        options
            .clock(fast::everything(&self.clock))
            .interval(fleet_time(interval.unwrap_or(DEMO_INTERVAL)))
            .longest_backoff(fleet_time(DEMO_PATIENCE))
            .poll_limit(fleet_time(DEMO_PATIENCE))
            .no_news(fleet_time(no_news))
    }

    fn to_service(
        context: &Context,
        mut builder: KktMonitorBuilder,
        progress: Progress,
        look: Look,
        finish: impl FnOnce(KktMonitorBuilder) -> KktMonitorBuilder,
    ) -> Result<Connection, Failure> {
        let settings = &context.settings;
        builder = builder.environment(settings.environment.value.clone());
        builder = match password::account(context, look)? {
            Account::Public => builder,
            Account::LoggedIn { login } => builder.login_without_password(login),
            Account::Own { login, password } => builder.credentials(login, password),
        };
        if let Some(path) = &settings.ca_file {
            builder = builder.root_certificates(roots(context, &path.value)?);
        }
        if let Some(store) = token_cache(context) {
            // The login of a command that looks once would be lost with it.
            builder = builder.configure_client(|client| client.early_refresh(look == Look::Lasting));
            builder = builder.token_store(store.suited_to(look));
        }
        let monitor = finish(builder).build()?;
        Ok(Connection { monitor, clock: Arc::clone(&context.clock), progress, stand_in: None })
    }

    /// The stand-in takes the public login and never sees a real password, whatever the settings say.
    async fn to_stand_in(
        context: &Context,
        builder: KktMonitorBuilder,
        progress: Progress,
        size: u32,
        look: Look,
        finish: impl FnOnce(KktMonitorBuilder) -> KktMonitorBuilder,
    ) -> Result<Connection, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| {
            Failure::failed(text!(
                "the demo got no port on 127.0.0.1: {error}",
                "для демонстрации не нашлось порта на 127.0.0.1: {error}"
            ))
        })?;
        let fleet =
            Fleet::generate(DEMO_SEED, usize::try_from(size).unwrap_or_default(), context.clock.wall());
        let clock = match look {
            Look::Once => Arc::clone(&context.clock),
            Look::Lasting => fast::time_of_day(&context.clock),
        };
        let stamps = Arc::clone(&clock);
        let stand_in = MockAtol::builder()
            .listener(listener)
            .fleet(if look == Look::Lasting { fleet.evolving() } else { fleet })
            .clock(move || stamps.wall())
            // A day of the fleet is over in seconds; nobody wants to see the logins.
            .token_ttl(DEMO_TOKEN_LIFE)
            .start()
            .await;
        let uri = stand_in.uri();
        context.console.notice(&text!(
            "demo: {size} made registers on an embedded stand-in at {uri}",
            "демонстрация: вымышленные ККТ ({size}) на встроенном имитаторе сервиса {uri}"
        ));
        if look == Look::Lasting {
            context
                .console
                .notice(&text!("demo: an hour passes in a second", "демонстрация: час проходит за секунду"));
        }
        let environment: Environment = uri.parse()?;
        // It is on this machine, wherever the way out leads.
        let monitor = finish(builder.environment(environment).proxy(Proxy::none())).build()?;
        Ok(Connection { monitor, clock, progress, stand_in: Some(stand_in) })
    }
}

/// Where commands hand their token on to the next; `None` in a demo, where it is not wanted, and without a home directory.
pub(crate) fn token_store(context: &Context) -> Option<FileTokenStore> {
    if context.demo.is_some() || !context.settings.token_cache.value {
        return None;
    }
    let store = FileTokenStore::in_cache_directory().ok()?;
    Some(match password::changed_at(context) {
        Some(time) => store.with_credentials_changed_at(time),
        None => store,
    })
}

/// The same, with a word to the person when it cannot be used.
pub(crate) fn token_cache(context: &Context) -> Option<TokenCache> {
    Some(TokenCache::new(token_store(context)?, context.console))
}

fn roots(context: &Context, path: &Path) -> Result<RootCertificates, Failure> {
    let shown = path.display();
    let pem = std::fs::read(path).map_err(|error| {
        Failure::usage(text!(
            "the certificate file {shown} cannot be read: {error}",
            "не удалось прочитать файл сертификатов {shown}: {error}"
        ))
    })?;
    let roots = RootCertificates::from_pem(&pem).map_err(|error| {
        Failure::usage(text!(
            "the certificate file {shown} cannot be used: {error}",
            "файл сертификатов {shown} не годится: {error}"
        ))
    })?;
    for skipped in roots.skipped() {
        let (number, reason) = (skipped.index + 1, &skipped.reason);
        context.console.warn(&text!(
            "certificate {number} of {shown} is left out: {reason}",
            "сертификат {number} из {shown} пропущен: {reason}"
        ));
    }
    Ok(roots)
}
