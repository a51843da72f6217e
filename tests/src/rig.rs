//! A client in front of a scripted peer.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use atol_transport::clock::{Clock, SharedClock};
use atol_transport::retry::Random;
use atol_transport::token::{StoredToken, TokenKey, TokenStore};
use atol_transport::{
    BoxError, Client, ClientBuilder, Credentials, Environment, Proxy, Response, Result, RetryPolicy, Token,
};
use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use tower::service_fn;

use crate::clock::LoggedClock;
use crate::events::{Event, EventLog};
use crate::peer::{Peer, Script};

/// The token that clients of a [`Rig`] have from the start, so that the only requests are those of the test.
pub const TOKEN: &str = "token-canary-5e1f0c";

/// The time of day at the beginning of each test.
const START: &str = "2026-11-24T10:00:00Z";

/// A peer, a clock and a log for one test.
///
/// ```
/// use atol_tests::{Rig, Script, answer, get};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let rig = Rig::new([Script::new().exchange(answer(200, "[]"))]);
/// let client = rig.in_memory().build().unwrap();
/// assert_eq!(get(&client).await.unwrap().value(), "[]");
/// assert_eq!(
///     rig.log().to_string(),
///     "connect 1\nrequest 1 GET /api/kkt/v1/cash-registers\nresponse 1 200\n",
/// );
/// # }
/// ```
#[derive(Debug)]
pub struct Rig {
    peer: Peer,
    clock: Arc<LoggedClock>,
    log: EventLog,
    address: OnceLock<SocketAddr>,
}

impl Rig {
    /// A peer with a script for each connection; the last one serves all further ones.
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Rig {
        let log = EventLog::default();
        let start: Timestamp = START.parse().expect("the start is a time");
        Rig {
            peer: Peer::new(scripts, log.clone()),
            clock: Arc::new(LoggedClock::new(start, log.clone())),
            log,
            address: OnceLock::new(),
        }
    }

    /// The log of everything.
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// The client's clock.
    pub fn clock(&self) -> &Arc<LoggedClock> {
        &self.clock
    }

    /// The server.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Where the peer listens, once it does.
    pub async fn address(&self) -> SocketAddr {
        if let Some(address) = self.address.get() {
            return *address;
        }
        let address = self.peer.listen().await;
        *self.address.get_or_init(|| address)
    }

    /// A client that reaches the peer in memory, without TLS.
    pub fn in_memory(&self) -> ClientBuilder {
        self.to("http://localhost").connector(self.peer.connector())
    }

    /// A client that reaches the peer in memory, as `https://kkt.test`.
    pub fn in_memory_tls(&self) -> ClientBuilder {
        self.to("https://kkt.test").connector(self.peer.connector())
    }

    /// A client that reaches the peer over sockets, without TLS, after asking for the address of `localhost`.
    pub async fn over_sockets(&self) -> ClientBuilder {
        let address = self.address().await;
        self.to(&format!("http://localhost:{}", address.port())).resolver(self.resolver([address]))
    }

    /// A client that reaches the peer over sockets, as `https://kkt.test`.
    pub async fn over_sockets_tls(&self) -> ClientBuilder {
        let address = self.address().await;
        self.to(&format!("https://kkt.test:{}", address.port())).resolver(self.resolver([address]))
    }

    /// A client of that address: no proxy, the token at hand, waits of full length.
    pub fn to(&self, base: &str) -> ClientBuilder {
        let environment: Environment = base.parse().expect("the base is an address");
        let clock: SharedClock = Arc::clone(&self.clock) as SharedClock;
        Client::builder(environment, Credentials::test())
            .token_store(AtHand(self.clock.wall()))
            .proxy(Proxy::none())
            .retry(RetryPolicy::default().with_random(Longest))
            .clock(clock)
    }

    /// A resolver that notes what it is asked and always answers the same.
    pub fn resolver<const N: usize>(
        &self,
        addresses: [SocketAddr; N],
    ) -> impl tower::Service<String, Response = [SocketAddr; N], Error = BoxError, Future: Send>
    + Clone
    + Send
    + Sync
    + use<N> {
        let log = self.log.clone();
        service_fn(move |host: String| {
            log.note(Event::Dns(host));
            std::future::ready(Ok(addresses))
        })
    }
}

/// Asks for the list of registers.
///
/// # Errors
///
/// As [`Client::send`].
pub async fn get(client: &Client) -> Result<Response<Bytes>> {
    client
        .send(Request::get("/cash-registers").body(atol_transport::Body::empty()).expect("it is legal"))
        .await
}

/// A store that has a token already.
#[derive(Debug)]
struct AtHand(Timestamp);

impl TokenStore for AtHand {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(Some(StoredToken::new(Token::new(TOKEN)?, self.0)))
    }

    fn save(&self, _: &TokenKey, _: &StoredToken) -> Result<(), BoxError> {
        Ok(())
    }

    fn remove(&self, _: &TokenKey) -> Result<(), BoxError> {
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

/// Waits are as long as the backoff allows, so that a test knows them.
#[derive(Debug)]
struct Longest;

impl Random for Longest {
    fn next_u64(&self) -> u64 {
        u64::MAX
    }
}
