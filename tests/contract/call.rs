//! Makes the call of a case through the public API.

use std::sync::Arc;

use atol_monitor::{Error, Kkt, KktList, KktMonitor, Page};
use atol_transport::{Credentials, Environment, RetryPolicy};
use tower::util::MapFutureLayer;

use crate::case::{Call, Client};
use crate::clock::SkippingClock;

/// What a call brought.
pub(crate) enum Found {
    Authenticated,
    Register(Box<Kkt>),
    List(KktList),
    Error(Error),
}

/// Sets a client up as the case says and calls.
pub(crate) async fn make(call: &Call, client: &Client, address: &str, clock: Arc<SkippingClock>) -> Found {
    match monitor(client, address, clock) {
        Ok(monitor) => ask(&monitor, call).await,
        Err(error) => Found::Error(error),
    }
}

/// Calls a monitor.
pub(crate) async fn ask(monitor: &KktMonitor, call: &Call) -> Found {
    let found = match call {
        Call::Authenticate => monitor.authenticate().await.map(|()| Found::Authenticated),
        Call::GetAll => monitor.get_all().await.map(Found::List),
        Call::GetOne(serial) => monitor.get_one(serial).await.map(Box::new).map(Found::Register),
        Call::Page(page) => match Page::new(page.limit, page.offset) {
            Ok(page) => monitor.page(page).await.map(Found::List),
            Err(error) => Err(error),
        },
    };
    found.unwrap_or_else(Found::Error)
}

fn monitor(client: &Client, address: &str, clock: Arc<SkippingClock>) -> Result<KktMonitor, Error> {
    let environment = Environment::custom(address.parse().unwrap())?;
    let credentials = Credentials::new(client.login.as_str(), client.password.as_str())?;
    let attempts = clock.attempts();
    let mut builder = atol_transport::Client::builder(environment, credentials)
        .attempt_layer(MapFutureLayer::new(move |attempt| attempts.clone().count(attempt)))
        .clock(clock)
        .timeouts(SkippingClock::limits())
        .retry(if client.retries { RetryPolicy::default() } else { RetryPolicy::never() });
    if let Some(source) = &client.source {
        builder = builder.source(source.as_str());
    }
    Ok(KktMonitor::from_client(builder.build()?))
}
