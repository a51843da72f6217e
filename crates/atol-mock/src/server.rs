//! The stand-in: a builder that starts it, a handle that watches and steers it.

use std::fmt;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use crate::clock::{Clock, ScaledClock, SystemClock};
use crate::fault::FaultRule;
use crate::fleet::Fleet;
use crate::request_log::RecordedRequest;
use crate::running::Running;
use crate::service::{Responder, Service, lock};
use crate::tokens::Tokens;

/// A running stand-in of the service on a port of this machine; it stops when it is dropped.
///
/// ```
/// use atol_mock::MockAtol;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mock = MockAtol::start().await;
/// assert!(mock.uri().starts_with("http://127.0.0.1:"));
/// assert_eq!(mock.fleet().len(), 20);
/// assert!(mock.requests().is_empty());
/// # }
/// ```
///
/// It answers what is known of the service, and where nothing is known it makes a choice; the [crate page](crate) lists
/// which is which. It serves HTTP only: no TLS.
pub struct MockAtol {
    uri: String,
    _server: Running,
    service: Arc<Service>,
}

impl MockAtol {
    /// The login of the vendor's public test account, which is accepted unless the builder is told otherwise.
    pub const LOGIN: &str = "v4-online-atol-ru";
    /// The password of the vendor's public test account. It is published; it is no secret.
    pub const PASSWORD: &str = "iGFFuihss";

    /// Starts a stand-in with a made fleet of 20 registers that shows every [`Trouble`](crate::Trouble).
    ///
    /// # Panics
    ///
    /// When no port of `127.0.0.1` is free.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Says what the stand-in should be like.
    pub fn builder() -> MockAtolBuilder {
        MockAtolBuilder::default()
    }

    /// The address, such as `http://127.0.0.1:40123`: the base of the client's environment.
    pub fn uri(&self) -> String {
        self.uri.clone()
    }

    /// The requests that were answered so far, oldest first.
    ///
    /// They are kept until [`clear_requests`](Self::clear_requests), without their secrets. wiremock keeps copies of its
    /// own until the stand-in is dropped, so one that answers for days grows by about a kilobyte a request.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.service.requests).clone()
    }

    /// Forgets the requests of [`requests`](Self::requests).
    pub fn clear_requests(&self) {
        lock(&self.service.requests).clear();
    }

    /// The registers that are answered.
    pub fn fleet(&self) -> Arc<Fleet> {
        self.service.fleet()
    }

    /// Answers other registers from now on.
    pub fn set_fleet(&self, fleet: Fleet) {
        *lock(&self.service.fleet) = Arc::new(fleet);
    }

    /// The time that an [evolving](Fleet::evolving) fleet is at: that of the clock, or faster by the time scale.
    pub fn fleet_time(&self) -> Timestamp {
        self.service.fleet_clock.now()
    }

    /// Makes every token that was issued so far an expired one.
    pub fn revoke_tokens(&self) {
        lock(&self.service.tokens).revoke();
    }

    /// Blocks the user, or unblocks them: every call but one with a wrong password or token is answered 403, code 14.
    pub fn set_blocked(&self, blocked: bool) {
        self.service.blocked.store(blocked, Ordering::Relaxed);
    }

    /// Puts this fault in the place of all there were.
    pub fn set_fault(&self, fault: impl Into<FaultRule>) {
        *lock(&self.service.rules) = vec![fault.into()];
    }

    /// Adds a fault behind those there are.
    pub fn add_fault(&self, fault: impl Into<FaultRule>) {
        lock(&self.service.rules).push(fault.into());
    }

    /// From now on nothing goes wrong.
    pub fn clear_faults(&self) {
        lock(&self.service.rules).clear();
    }
}

impl fmt::Debug for MockAtol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockAtol")
            .field("uri", &self.uri())
            .field("fleet", &self.fleet())
            .field("requests", &lock(&self.service.requests).len())
            .finish_non_exhaustive()
    }
}

/// Says what a [`MockAtol`] should be like.
///
/// ```
/// use std::time::Duration;
/// use atol_mock::{Call, Fault, Fleet, MockAtol};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jiff::Error> {
/// let mock = MockAtol::builder()
///     .fleet(Fleet::generate(7, 1_000, "2025-06-02T12:00:00Z".parse()?))
///     .credentials("shop", "s3cret")
///     .page_cap(100)
///     .token_ttl(Duration::from_secs(60))
///     .fault(Fault::Html(502).on(Call::List).once())
///     .start()
///     .await;
/// # let _ = mock;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing listens before `start` is called"]
pub struct MockAtolBuilder {
    fleet: Option<Fleet>,
    account: Option<(String, String)>,
    page_cap: Option<usize>,
    default_limit: Option<usize>,
    token_ttl: Duration,
    clock: Arc<dyn Clock>,
    time_scale: Option<f64>,
    rules: Vec<FaultRule>,
    listener: Option<TcpListener>,
}

impl MockAtolBuilder {
    /// The registers to answer.
    ///
    /// Default: [`Fleet::generate`] with seed 1, 20 registers and the present time.
    pub fn fleet(mut self, fleet: Fleet) -> Self {
        self.fleet = Some(fleet);
        self
    }

    /// The one login and password that are accepted.
    ///
    /// Default: the vendor's two public test accounts, [`MockAtol::LOGIN`] among them.
    pub fn credentials(mut self, login: impl Into<String>, password: impl Into<String>) -> Self {
        self.account = Some((login.into(), password.into()));
        self
    }

    /// How many registers a page has at most, whatever `limit` says.
    ///
    /// Default: no cap. That the service caps silently is a guess (C); that it caps at all is one too.
    pub fn page_cap(mut self, registers: usize) -> Self {
        self.page_cap = Some(registers);
        self
    }

    /// How many registers a page has when the query says no `limit`.
    ///
    /// Default: all of them, up to the cap. What the service does is not known (C).
    pub fn default_limit(mut self, registers: usize) -> Self {
        self.default_limit = Some(registers);
        self
    }

    /// How long a token is good. Default: 24 hours, as the vendor documents (B).
    pub fn token_ttl(mut self, life: Duration) -> Self {
        self.token_ttl = life;
        self
    }

    /// The clock that tokens expire by, that answers are stamped with, and that an [evolving](Fleet::evolving) fleet
    /// follows. Default: that of the operating system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Lets the time of an [evolving](Fleet::evolving) fleet pass faster: 3600 is an hour in a second. Default: 1.
    ///
    /// Tokens and the stamps of the answers keep to the clock; [`MockAtol::fleet_time`] tells how far the fleet is.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.time_scale = Some(scale);
        self
    }

    /// Lets something go wrong; may be called several times. Default: nothing does.
    pub fn fault(mut self, fault: impl Into<FaultRule>) -> Self {
        self.rules.push(fault.into());
        self
    }

    /// Where to listen. Default: a free port of `127.0.0.1`.
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Starts the stand-in; it runs on a thread of its own.
    ///
    /// # Panics
    ///
    /// When there is no [`listener`](Self::listener) and no port of `127.0.0.1` is free.
    pub async fn start(self) -> MockAtol {
        let clock = self.clock;
        let fleet_clock: Arc<dyn Clock> = match self.time_scale {
            Some(scale) => Arc::new(ScaledClock::new(Arc::clone(&clock), scale)),
            None => Arc::clone(&clock),
        };
        let fleet = self.fleet.unwrap_or_else(|| Fleet::generate(1, 20, clock.now()));
        let test_account = (MockAtol::LOGIN.to_owned(), MockAtol::PASSWORD.to_owned());
        let second_test_account = ("v5-online-atol-ru".to_owned(), "zUr0OxfI".to_owned());
        let service = Arc::new(Service {
            accounts: self
                .account
                .map_or_else(|| vec![test_account, second_test_account], |account| vec![account]),
            page_cap: self.page_cap,
            default_limit: self.default_limit,
            token_ttl: self.token_ttl,
            clock,
            fleet_clock,
            fleet: Mutex::new(Arc::new(fleet)),
            rules: Mutex::new(self.rules),
            tokens: Mutex::new(Tokens::default()),
            requests: Mutex::new(Vec::new()),
            blocked: AtomicBool::new(false),
            errors: AtomicU64::new(0),
        });

        // wiremock's own record would hold the secrets of the requests.
        let server = MockServer::builder().disable_request_recording();
        let server = match self.listener {
            Some(listener) => server.listener(listener),
            None => server,
        };
        let server = server.start().await;
        Mock::given(any()).respond_with(Responder(Arc::clone(&service))).mount(&server).await;
        MockAtol { uri: server.uri(), _server: Running::new(server), service }
    }
}

impl Default for MockAtolBuilder {
    fn default() -> Self {
        Self {
            fleet: None,
            account: None,
            page_cap: None,
            default_limit: None,
            token_ttl: Duration::from_secs(24 * 60 * 60),
            clock: Arc::new(SystemClock),
            time_scale: None,
            rules: Vec::new(),
            listener: None,
        }
    }
}

/// Without the password.
impl fmt::Debug for MockAtolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockAtolBuilder")
            .field("fleet", &self.fleet)
            .field("login", &self.account.as_ref().map(|(login, _)| login))
            .field("page_cap", &self.page_cap)
            .field("default_limit", &self.default_limit)
            .field("token_ttl", &self.token_ttl)
            .field("time_scale", &self.time_scale)
            .field("rules", &self.rules)
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}
