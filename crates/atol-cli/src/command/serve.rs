//! `atol serve`: metrics for Prometheus and a page for people.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use atol_monitor::watch::WatchOptions;
use atol_transport::TokenStore;
use atol_transport::clock::SharedClock;
use atol_transport::token::MemoryTokenStore;
use tokio::net::TcpListener;

use crate::args::ServeArgs;
use crate::connection::{self, Connection, INTERVAL, Look};
use crate::context::Context;
use crate::failure::Failure;
use crate::serve::{Account, Hosts, Poller, Reporter, Router, Slot, Store, serve};
use crate::signals;
use crate::text::text;

/// How often the service is asked, for a fleet for which two seconds are two hours.
const DEMO_INTERVAL: Duration = Duration::from_secs(2);
/// What the account is called when there is no profile to name it.
const ONLY_ACCOUNT: &str = "default";

pub(crate) async fn run(context: &Context, args: &ServeArgs) -> Result<ExitCode, Failure> {
    let accounts = accounts(context, args)?;
    let interval = args.interval.unwrap_or(if context.demo.is_some() { DEMO_INTERVAL } else { INTERVAL });
    let schedule = WatchOptions::builder().interval(interval).build()?;
    let (listener, hosts) = listen(context, args).await?;

    let mut slots = Vec::new();
    let mut pollers = Vec::new();
    let mut clock: SharedClock = Arc::clone(&context.clock);
    let mut policy = None;
    let is_only = accounts.len() == 1;
    for (name, context) in &accounts {
        let account = Account::new(name, interval);
        let meter = account.meter.clone();
        // In a demo that stands still nobody has to log in again.
        let look = if args.demo_still && context.demo.is_some() { Look::Once } else { Look::Lasting };
        let connection = Connection::open(context, look, |client| {
            let store: Box<dyn TokenStore> = match connection::token_cache(context) {
                Some(cache) => Box::new(cache),
                None => Box::<MemoryTokenStore>::default(),
            };
            client.layer(meter.calls()).attempt_layer(meter.attempts()).token_store(meter.token_store(store))
        })
        .await?;
        let slot = Slot::new(account);
        let limits = context.limits(&args.health)?.policy().clone();
        clock = Arc::clone(&connection.clock);
        let reporter = Reporter::new(context.console, Some(name.as_str()).filter(|_| !is_only));
        pollers.push(Poller::new(connection, limits.clone(), schedule.clone(), slot.clone(), reporter));
        slots.push(slot);
        policy.get_or_insert(limits);
    }
    let policy = policy.unwrap_or_default();
    let router = Router::new(Arc::new(Store::new(slots)), Arc::clone(&clock), policy, hosts);
    for poller in pollers {
        tokio::spawn(poller.run());
    }
    let code = serve(listener, Arc::new(router), Arc::clone(&context.clock), signals::stop()).await?;
    context.console.notice(&text!("stopped", "остановлено"));
    Ok(ExitCode::from(code))
}

/// The accounts to serve, by name and in the order of their names.
fn accounts(context: &Context, args: &ServeArgs) -> Result<Vec<(String, Context)>, Failure> {
    let mut names = if args.all_accounts { context.settings.profiles.clone() } else { args.accounts.clone() };
    names.sort_unstable();
    names.dedup();
    let accounts = if names.is_empty() {
        if args.all_accounts {
            return Err(Failure::usage(text!(
                "there is no profile in the configuration file",
                "в файле настроек нет ни одного профиля"
            ))
            .with_advice(text!(
                "`atol config show` tells where it is",
                "где он, покажет `atol config show`"
            )));
        }
        let name = match &context.settings.profile {
            Some(profile) if context.demo.is_none() => profile.value.clone(),
            _ => ONLY_ACCOUNT.to_owned(),
        };
        vec![(name, context.clone())]
    } else {
        let of = |name: String| Ok((name.clone(), context.of_profile(&name)?));
        names.into_iter().map(of).collect::<Result<_, Failure>>()?
    };
    let Some(shard) = args.shard else { return Ok(accounts) };
    let part = shard.take(accounts);
    if part.is_empty() {
        context.console.warn(&text!(
            "there are fewer accounts than shards: this process has none to serve",
            "учётных записей меньше, чем частей: этому процессу ничего не досталось"
        ));
    }
    Ok(part)
}

/// Where it listens, and by which names it may be asked for.
async fn listen(context: &Context, args: &ServeArgs) -> Result<(TcpListener, Hosts), Failure> {
    let wanted = args.listen;
    let failed = |error: std::io::Error| {
        Failure::failed(text!(
            "it is not possible to listen at {wanted}: {error}",
            "не удалось занять адрес {wanted}: {error}"
        ))
        .with_advice(text!(
            "choose another one with --listen, or stop the program that has it",
            "выберите другой: --listen, или остановите программу, которая его занимает"
        ))
    };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    context.console.notice(&text!(
        "serving the page at http://{address}/ and metrics at http://{address}/metrics; stop with Ctrl-C",
        "страница: http://{address}/, метрики: http://{address}/metrics; остановить: Ctrl-C"
    ));
    if !address.ip().to_canonical().is_loopback() {
        context.console.warn(&text!(
            "{address} can be reached from other machines: there is no login and no TLS here, so put a reverse proxy with both in front of it",
            "к {address} можно подключиться с других машин, а входа и TLS здесь нет: поставьте перед ним обратный прокси с тем и другим"
        ));
    }
    Ok((listener, Hosts::new(address.ip(), args.hosts.clone())))
}
