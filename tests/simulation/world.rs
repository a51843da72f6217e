//! The hosts of one simulation and what happens between them.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_tests::{Authority, Backend};
use atol_transport::clock::SharedClock;
use atol_transport::retry::SeededRandom;
use atol_transport::tls::RootCertificates;
use atol_transport::{Client, Credentials, Proxy, RetryPolicy, Timeouts};
use fastrand::Rng;
use tower::service_fn;
use turmoil::{Builder, Sim};

use crate::clock::SimulatedClock;
use crate::plan::{CALM, END, Fault, Plan};
use crate::{office, shop};

pub(crate) const SERIALS: [&str; 3] = ["00107703864827", "00107703864828", "00107703864829"];

/// The register that falls due.
pub(crate) const DUE: &str = SERIALS[1];

/// Nothing is encrypted here.
static ROOTS: LazyLock<RootCertificates> = LazyLock::new(|| Authority::new("nobody").roots());

const SERVICE: &str = "service";
const PORT: u16 = 80;
const CLIENTS: [&str; 2] = ["shop", "office"];

/// The fineness of simulated time. Each tick costs as much as a request.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// What became of a simulation.
pub(crate) struct Told {
    /// What must not be.
    pub(crate) complaints: Vec<String>,
    /// What happened, a line each.
    pub(crate) story: String,
    pub(crate) logins: usize,
    /// The longest that a call of the shop took.
    pub(crate) slowest: Duration,
}

/// What the hosts write to.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Pages>>);

#[derive(Clone, Default)]
struct Pages {
    complaints: Vec<String>,
    story: String,
    slowest: Duration,
}

impl Diary {
    /// Something must not be.
    pub(crate) fn complain(&self, what: impl Into<String>) {
        let what = what.into();
        self.tell(&format!("WRONG: {what}"));
        self.0.lock().unwrap().complaints.push(format!("{:.2} s: {what}", now().as_secs_f64()));
    }

    /// Something happened.
    pub(crate) fn tell(&self, what: &str) {
        self.tell_at(now(), what);
    }

    /// A call took so long.
    pub(crate) fn time(&self, took: Duration) {
        let slowest = &mut self.0.lock().unwrap().slowest;
        *slowest = took.max(*slowest);
    }

    fn tell_at(&self, at: Duration, what: &str) {
        writeln!(self.0.lock().unwrap().story, "{:6.2} {what}", at.as_secs_f64()).unwrap();
    }
}

/// The time since the beginning, on a host or outside.
pub(crate) fn now() -> Duration {
    turmoil::sim_elapsed().unwrap_or_default()
}

/// One simulation.
pub(crate) struct World {
    seed: u64,
    plan: Plan,
    backend: Backend,
    diary: Diary,
}

impl World {
    /// The simulation of that seed.
    pub(crate) fn new(seed: u64) -> World {
        let plan = Plan::random(&mut Rng::with_seed(seed));
        let clock: SharedClock = Arc::new(SimulatedClock);
        let backend = Backend::new(registers(10.0), Duration::from_millis(50), clock);
        World { seed, plan, backend, diary: Diary::default() }
    }

    /// The same with other faults.
    pub(crate) fn with(mut self, plan: Plan) -> World {
        self.plan = plan;
        self
    }

    /// A monitor on the host that calls this.
    pub(crate) fn monitor(seed: u64) -> KktMonitor {
        let seconds = Duration::from_secs;
        let timeouts =
            Timeouts::default().with_connect(seconds(2)).with_head(seconds(4)).with_body_idle(seconds(4));
        let client = Client::builder("http://localhost".parse().unwrap(), Credentials::test())
            .proxy(Proxy::none())
            // Reading the machine's certificates would take longer than the rest.
            .only_root_certificates(ROOTS.clone())
            .timeouts(timeouts.with_call(shop::CALL_LIMIT))
            .retry(RetryPolicy::default().with_random(SeededRandom::new(seed)))
            .clock(Arc::new(SimulatedClock))
            .connector(service_fn(|_| turmoil::net::TcpStream::connect((SERVICE, PORT))))
            .build()
            .unwrap();
        KktMonitor::from_client(client)
    }

    /// Lets it happen.
    pub(crate) fn run(self) -> Told {
        let mut sim = Builder::new()
            .rng_seed(self.seed)
            .tick_duration(TICK)
            .simulation_duration(END + Duration::from_secs(60))
            .min_message_latency(Duration::from_millis(5))
            .max_message_latency(Duration::from_millis(80))
            .build();
        let backend = self.backend.clone();
        sim.host(SERVICE, move || {
            let backend = backend.clone();
            // Its memory ends with it.
            backend.lose_token();
            async move {
                let listener = turmoil::net::TcpListener::bind(("0.0.0.0", PORT)).await?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    let backend = backend.clone();
                    tokio::spawn(async move { backend.serve(stream).await });
                }
            }
        });
        let (seed, diary) = (self.seed, self.diary.clone());
        sim.client("shop", async move {
            shop::open(seed, &diary).await;
            Ok(())
        });
        let (seed, diary, restart) = (self.seed, self.diary.clone(), self.plan.restart);
        sim.client("office", async move {
            office::open(seed, &diary, restart).await;
            Ok(())
        });
        if let Err(error) = self.drive(&mut sim) {
            self.diary.complain(format!("the simulation ended early: {error}"));
        }
        self.judge()
    }

    fn drive(&self, sim: &mut Sim<'_>) -> turmoil::Result {
        let mut events: Vec<(Duration, Fault, bool)> = Vec::new();
        for planned in &self.plan.faults {
            events.push((planned.from, planned.fault, true));
            events.push((planned.until, planned.fault, false));
        }
        events.sort_by_key(|(at, _, begins)| (*at, *begins));
        let (mut events, mut is_due, mut is_calm) = (events.into_iter().peekable(), false, false);
        loop {
            let now = sim.elapsed();
            while let Some((_, fault, begins)) = events.next_if(|(at, ..)| *at <= now) {
                self.happen(sim, fault, begins);
            }
            if !is_due && now >= self.plan.alarm {
                is_due = true;
                self.backend.set_registers(registers(99.9));
            }
            if !is_calm && now >= CALM {
                is_calm = true;
                // Of overlapping faults the first to end may have left something of the others.
                for client in CLIENTS {
                    sim.release(client, SERVICE);
                    sim.repair(client, SERVICE);
                }
            }
            if sim.step()? {
                return Ok(());
            }
        }
    }

    fn happen(&self, sim: &mut Sim<'_>, fault: Fault, begins: bool) {
        let what = if begins { "begins" } else { "ends" };
        self.diary.tell_at(sim.elapsed(), &format!("{fault:?} {what}"));
        for client in CLIENTS {
            match (fault, begins) {
                (Fault::Partition, true) => sim.partition(client, SERVICE),
                (Fault::LostQuestions, true) => sim.partition_oneway(client, SERVICE),
                (Fault::LostAnswers, true) => sim.partition_oneway(SERVICE, client),
                (Fault::Partition | Fault::LostQuestions | Fault::LostAnswers, false) => {
                    sim.repair(client, SERVICE);
                }
                (Fault::Hold, true) => sim.hold(client, SERVICE),
                (Fault::Hold, false) => sim.release(client, SERVICE),
                _ => {}
            }
        }
        match (fault, begins) {
            (Fault::Crash, true) => sim.crash(SERVICE),
            (Fault::Crash, false) => sim.bounce(SERVICE),
            (Fault::Overload, true) => (0..3).for_each(|_| self.backend.refuse_next(503)),
            _ => {}
        }
    }

    /// What can be told only when it is over.
    fn judge(self) -> Told {
        let mut told = self.diary.0.lock().unwrap().clone();
        for serial in SERIALS {
            let asked = self.backend.asked();
            let times: Vec<Duration> =
                asked.iter().filter(|asked| asked.what.ends_with(serial)).map(|asked| asked.at).collect();
            // A packet that is held may arrive together with the next one; without that a second lies between them.
            let is_held = self.plan.faults.iter().any(|planned| planned.fault == Fault::Hold);
            for two in times.windows(2).filter(|_| !is_held) {
                if two[1].saturating_sub(two[0]) < Duration::from_secs(1) {
                    told.complaints.push(format!("two questions for {serial} within a second, at {two:?}"));
                }
            }
        }
        let crashes = self.plan.faults.iter().filter(|planned| planned.fault == Fault::Crash).count();
        // Each of two clients logs in at first and after each crash, and again when the answer got lost on its way.
        let most = 2 * (1 + crashes) + 1 + 8 * self.plan.faults.len();
        if self.backend.logins() > most {
            told.complaints.push(format!("{} logins, at most {most} were due", self.backend.logins()));
        }
        let Pages { complaints, story, slowest } = told;
        Told { complaints, story, slowest, logins: self.backend.logins() }
    }
}

/// The registers; of the one that falls due the storage is so full.
fn registers(fill: f64) -> Vec<Kkt> {
    let of = |serial| if serial == DUE { fill } else { 10.0 };
    SERIALS.map(|serial| Kkt::builder(serial).fiscal_storage_percentage_use(of(serial)).build()).into()
}
