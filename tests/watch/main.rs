//! A month of polling a hundred registers every minute, with faults of the service, restarts, and registers that fall ill.

#![expect(clippy::unwrap_used, reason = "a test may stop when its own story does not hold together")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atol_transport::clock::{Clock, SharedClock, VirtualClock};
use atol_transport::retry::{Random, SeededRandom};
use atol_transport::{Body, BoxError, Client, ErrorKind, ResponseBody};
use http::{Request, Response};

use atol_monitor::KktMonitor;
use atol_monitor::health::{Finding, FindingKind, Policy, Severity};
use atol_monitor::watch::{WatchEvent, WatchOptions, WatchState};
use jiff::{SignedDuration, Timestamp};

const REGISTERS: usize = 100;
const DAYS: i64 = 30;
const DAY: i64 = 24 * 3600;

fn start() -> Timestamp {
    "2019-12-05T10:46:00Z".parse().unwrap()
}

fn serial(number: usize) -> String {
    format!("001077{number:08}")
}

/// An illness of one register, in seconds since the start.
#[derive(Clone, Copy, Debug)]
struct Illness {
    kind: FindingKind,
    from: i64,
    until: i64,
}

impl Illness {
    /// When the finding is due.
    fn due(&self) -> i64 {
        self.from
            + match self.kind {
                FindingKind::UnsentDocuments => 2 * DAY,
                FindingKind::LongShift => 20 * 3600,
                FindingKind::StaleData => 3600,
                _ => 0,
            }
    }
}

/// The fleet's fate: the first half of the registers stays well, each of the others falls ill now and then.
struct Fate {
    illnesses: Vec<Vec<Illness>>,
    /// When the service is out of order, and how.
    outages: Vec<(i64, i64, Fault)>,
}

/// How the service fails.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Portal,
    ServerError,
    Torn,
    Hang,
}

const FAULTS: [Fault; 4] = [Fault::Portal, Fault::ServerError, Fault::Torn, Fault::Hang];

fn below(random: &SeededRandom, limit: i64) -> i64 {
    i64::try_from(random.next_u64() >> 1).unwrap() % limit
}

fn fault(random: &SeededRandom) -> Fault {
    FAULTS[usize::try_from(below(random, 4)).unwrap()]
}

impl Fate {
    fn new(random: &SeededRandom) -> Self {
        let illnesses = (0..REGISTERS)
            .map(|number| {
                let mut illnesses = Vec::new();
                let mut from = below(random, 2 * DAY);
                while number >= REGISTERS / 2 && from < DAYS * DAY {
                    let (kind, longest) = match below(random, 5) {
                        0 => (FindingKind::FiscalStorageFill, 2 * DAY),
                        1 => (FindingKind::UnsentDocuments, 6 * DAY),
                        2 => (FindingKind::LongShift, 2 * DAY),
                        3 => (FindingKind::NetworkError, DAY),
                        _ => (FindingKind::StaleData, DAY),
                    };
                    let until = from + 600 + below(random, longest);
                    illnesses.push(Illness { kind, from, until });
                    // Well for longer than any outage, so that one illness does not run into the next unseen.
                    from = until + 3 * 3600 + below(random, 5 * DAY);
                }
                illnesses
            })
            .collect();
        let outages = (1..DAYS * 3)
            .map(|third| {
                let from = third * DAY / 3;
                (from, from + 60 + below(random, 90 * 60), fault(random))
            })
            .collect();
        Self { illnesses, outages }
    }

    fn outage(&self, second: i64) -> Option<Fault> {
        let is_now = |(from, until, _): &&(i64, i64, Fault)| (*from..*until).contains(&second);
        self.outages.iter().find(is_now).map(|&(_, _, fault)| fault)
    }

    fn illness(&self, number: usize, second: i64) -> Option<Illness> {
        let is_now = |illness: &&Illness| (illness.from..illness.until).contains(&second);
        self.illnesses[number].iter().find(is_now).copied()
    }

    fn text(&self, number: usize, second: i64) -> Text {
        let illness = self.illness(number, second);
        let is = |kind| illness.is_some_and(|illness| illness.kind == kind);
        let from = illness.map_or(0, |illness| illness.from);
        let before = format!(
            r#"{{"serialNumber":"{}","registrationNumber":null,"deviceNumber":null,"fiscalizationDate":"2019-07-22T14:03:00+00:00","fiscalStorageExpiration":"2020-11-02T21:00:00+00:00","signedDocuments":50000,"fiscalStoragePercentageUse":{},"fiscalStorageINN":null,"fiscalStorageSerialNumber":null,"fiscalStoragePaymentAddress":null,"groupCode":"shops","timestamp":""#,
            serial(number),
            if is(FindingKind::FiscalStorageFill) { 85 } else { 20 },
        );
        // The shifts of one register are numbered on, so an old one is never taken for a new one.
        let shift = self.illnesses[number].iter().filter(|illness| illness.from <= second).count();
        let mut after = format!(
            r#"","isShiftOpened":{},"shiftNumber":{shift},"shiftReceipt":0,"networkErrorCode":{}"#,
            is(FindingKind::LongShift),
            if is(FindingKind::NetworkError) { 2 } else { 0 },
        );
        if is(FindingKind::UnsentDocuments) || is(FindingKind::NetworkError) {
            let oldest = start() + SignedDuration::from_secs(from);
            write!(after, r#","unsentDocs":3,"firstUnsetDocTimestamp":"{oldest}""#).unwrap();
        }
        after.push('}');
        let (from, until) = illness.map_or_else(
            || {
                let next =
                    self.illnesses[number].iter().map(|illness| illness.from).find(|&from| from > second);
                (second, next.unwrap_or(i64::MAX))
            },
            |illness| (illness.from, illness.until),
        );
        let frozen = is(FindingKind::StaleData).then(|| start() + SignedDuration::from_secs(from));
        Text { holds: from..until, before, frozen, after }
    }
}

/// A register's text before and after its `timestamp`, which is the only thing in it that changes all the time.
struct Text {
    /// For how long it is as it is.
    holds: std::ops::Range<i64>,
    before: String,
    /// Where the `timestamp` stands still.
    frozen: Option<Timestamp>,
    after: String,
}

/// The service: tells of the fleet's fate, with faults now and then.
fn monitor(fate: &Arc<Fate>, clock: &SharedClock, random: &Arc<SeededRandom>) -> KktMonitor {
    let (fate, clock, random) = (Arc::clone(fate), Arc::clone(clock), Arc::clone(random));
    let texts: Vec<_> = (0..REGISTERS).map(|number| fate.text(number, 0)).collect();
    let texts = Arc::new(Mutex::new(texts));
    KktMonitor::from_client(Client::from_service(tower::service_fn(move |request: Request<Body>| {
        let (fate, clock, random) = (Arc::clone(&fate), Arc::clone(&clock), Arc::clone(&random));
        let texts = Arc::clone(&texts);
        async move {
            clock.sleep(Duration::from_millis(150)).await;
            let second = clock.wall().duration_since(start()).as_secs();
            let now_and_then = (below(&random, 100) == 0).then(|| fault(&random));
            let fault = fate.outage(second).or(now_and_then);
            let offset = request.uri().query().and_then(|query| query.split("offset=").nth(1)?.parse().ok());
            let spoilt = (below(&random, 50) == 0).then(|| below(&random, 100));
            let mut body = "[".to_owned();
            let formed = (start() + SignedDuration::from_secs(second)).to_string();
            for number in offset.unwrap_or(0)..REGISTERS {
                if body.len() > 1 {
                    body.push(',');
                }
                if spoilt.is_some_and(|spoilt| i64::try_from(number) == Ok(spoilt)) {
                    write!(body, r#"{{"serialNumber":"{}","groupCode":17}}"#, serial(number)).unwrap();
                    continue;
                }
                let mut texts = texts.lock().unwrap();
                let text = &mut texts[number];
                if !text.holds.contains(&second) {
                    *text = fate.text(number, second);
                }
                body.push_str(&text.before);
                match text.frozen {
                    Some(frozen) => write!(body, "{frozen}").unwrap(),
                    None => body.push_str(&formed),
                }
                body.push_str(&text.after);
            }
            body.push(']');
            let (status, body) = match fault {
                None => (200, body),
                Some(Fault::ServerError) => (500, String::new()),
                Some(Fault::Torn) => (200, body[..body.len() / 2].to_owned()),
                Some(Fault::Portal) => {
                    let error = atol_transport::Error::new(ErrorKind::NotJson, "a portal answered");
                    return Err::<_, BoxError>(error.into());
                }
                Some(Fault::Hang) => std::future::pending().await,
            };
            Ok(Response::builder().status(status).body(ResponseBody::full(body))?)
        }
    })))
}

/// What the operator has heard.
#[derive(Default)]
struct Heard {
    opened: Vec<(usize, FindingKind, i64)>,
    closed: Vec<(usize, FindingKind, i64)>,
    /// What is open, for noticing what is told twice.
    open: BTreeSet<String>,
    /// Of which there is no news.
    silent: BTreeSet<String>,
    no_news: u32,
    polls: u32,
}

impl Heard {
    fn take(&mut self, event: &WatchEvent, has_restarted: bool) {
        let second = event.at().duration_since(start()).as_secs();
        let number = |finding: &Finding| finding.id().as_str()[6..14].parse::<usize>().unwrap();
        match event {
            WatchEvent::FindingOpened { finding, .. } => {
                let is_news = self.open.insert(finding.id().to_string());
                assert!(is_news || has_restarted, "{} is told twice", finding.id());
                self.opened.push((number(finding), finding.kind(), second));
            }
            WatchEvent::FindingClosed { finding, .. } => {
                let was_open = self.open.remove(finding.id().as_str());
                assert!(was_open || has_restarted, "{} was not open", finding.id());
                self.closed.push((number(finding), finding.kind(), second));
            }
            WatchEvent::NoNews { serial_numbers, .. } => {
                self.no_news += 1;
                for serial_number in serial_numbers {
                    let is_news = self.silent.insert(serial_number.clone());
                    assert!(is_news || has_restarted, "{serial_number}: its silence is told twice");
                }
            }
            // Registers that fell silent together are heard again one by one.
            WatchEvent::NewsAgain { serial_numbers, .. } => {
                for serial_number in serial_numbers {
                    let was_silent = self.silent.remove(serial_number);
                    assert!(was_silent || has_restarted, "{serial_number} was not silent");
                }
            }
            WatchEvent::Polled { .. } => self.polls += 1,
            WatchEvent::Removed { .. } | WatchEvent::Added { .. } => {
                panic!("{event:?}: the fleet stays as it is")
            }
            _ => {}
        }
    }

    /// Every finding that was due was told, in time, and none that was not.
    fn check(&self, fate: &Fate) {
        const SLACK: i64 = 3 * 3600;
        for &(number, kind, at) in &self.opened {
            let is_due = fate.illnesses[number]
                .iter()
                .any(|illness| illness.kind == kind && (illness.due() - 1..=illness.until + 1).contains(&at));
            assert!(is_due, "register {number}: {kind:?} told at {at}: {:?}", fate.illnesses[number]);
        }
        let mut due = 0;
        for (number, illness) in fate
            .illnesses
            .iter()
            .enumerate()
            .flat_map(|(number, all)| all.iter().map(move |one| (number, one)))
        {
            let is_told = |told: &[(usize, FindingKind, i64)], from, until| {
                told.iter().any(|&(who, kind, at)| {
                    who == number && kind == illness.kind && (from..until).contains(&at)
                })
            };
            if illness.due() + SLACK < illness.until.min(DAYS * DAY) {
                due += 1;
                assert!(
                    is_told(&self.opened, illness.due(), illness.until + 1),
                    "register {number}: {illness:?}"
                );
                if illness.until + SLACK < DAYS * DAY {
                    let until = illness.until + SLACK;
                    assert!(is_told(&self.closed, illness.until, until), "register {number}: {illness:?}");
                }
            }
        }
        assert!(due > 100, "{due}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_of_faults_loses_no_finding_invents_none_and_takes_no_memory() {
    let random = Arc::new(SeededRandom::new(20_191_205));
    let fate = Arc::new(Fate::new(&random));
    let clock = Arc::new(VirtualClock::starting_at(start()));
    let shared: SharedClock = Arc::clone(&clock) as SharedClock;
    let rules = Policy::builder()
        .disable(FindingKind::Identifiers)
        .disable(FindingKind::FiscalStorageForecast)
        .build()
        .unwrap();
    let begin = |state: Option<WatchState>| {
        let options = WatchOptions::builder()
            .clock(Arc::clone(&shared))
            .policy(rules.clone())
            .random(SeededRandom::new(7))
            .state(state)
            .build()
            .unwrap();
        monitor(&fate, &shared, &random).watch(options)
    };

    let mut watch = begin(None);
    let (mut heard, mut saved, mut restarts) = (Heard::default(), None, 0);
    let mut sizes = BTreeMap::new();
    loop {
        let event = watch.next_event().await;
        let second = clock.wall().duration_since(start()).as_secs();
        if second >= DAYS * DAY {
            break;
        }
        heard.take(&event, restarts > 0);
        match &event {
            WatchEvent::Polled { .. } => {
                sizes
                    .entry(second / DAY)
                    .or_insert_with(|| serde_json::to_vec(&watch.state()).unwrap().len());
            }
            WatchEvent::PollFailed { .. } => {
                assert!(watch.fleet().registers().all(|register| register.severity() >= Severity::Unknown));
            }
            _ => {}
        }
        if watch.is_caught_up() && below(&random, 10) == 0 {
            saved = Some(watch.state());
        }
        // Twice a day the process dies, at whatever point it is.
        if below(&random, 700) == 0 {
            restarts += 1;
            let json = saved.take().map(|state| serde_json::to_string(&state).unwrap());
            saved = json.as_ref().map(|json| serde_json::from_str(json).unwrap());
            watch = begin(saved.clone());
        }
    }

    heard.check(&fate);
    assert!(heard.polls > 30_000, "{}", heard.polls);
    assert!(restarts > 40, "{restarts}");
    assert!(heard.no_news > 0 && heard.silent.is_empty(), "{}: {:?}", heard.no_news, heard.silent);
    #[expect(clippy::cast_precision_loss, reason = "sizes of some kilobytes")]
    let growth = sizes[&(DAYS - 1)] as f64 / sizes[&1] as f64;
    assert!((0.95..=1.05).contains(&growth), "{growth}: {sizes:?}");
}
