//! The watcher against a slow and obvious model of it.
//!
//! The model keeps every poll and nothing else. What is known after a poll it works out from the whole past, and what is to
//! be told is the difference between what is known after two polls.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::health::{Finding, History, Severity};
use crate::snapshot;

const REGISTERS: usize = 4;

/// A poll in the past.
#[derive(Clone, Debug)]
struct Past {
    elapsed: Duration,
    poll: Poll,
}

#[derive(Clone, Debug)]
enum Poll {
    /// What each register's record was like, how many records had no name, and whether each was asked for by itself.
    Answer {
        records: Vec<Record>,
        nameless: usize,
    },
    Failed(FailureKind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Record {
    Absent,
    Spoilt,
    /// How full the ФН is, where that is told, and how old the data is.
    Good {
        percent: Option<u32>,
        age_minutes: u32,
    },
}

impl Past {
    fn now(&self) -> Timestamp {
        start() + SignedDuration::try_from(self.elapsed).unwrap()
    }

    fn kkt(&self, number: usize) -> Option<Kkt> {
        let Poll::Answer { records, .. } = &self.poll else { return None };
        let Record::Good { percent, age_minutes } = records[number] else { return None };
        let formed = self.now() - SignedDuration::from_mins(age_minutes.into());
        let percent = percent.map(f64::from);
        Some(healthy(number, formed).fiscal_storage_percentage_use(percent).build())
    }

    fn outcome(&self) -> PollOutcome {
        match &self.poll {
            Poll::Failed(kind) => failed(*kind),
            Poll::Answer { records, nameless } => {
                let good = (0..REGISTERS).filter_map(|number| self.kkt(number)).collect();
                let spoilt = (0..REGISTERS).filter(|&number| records[number] == Record::Spoilt);
                let nameless = (0..*nameless).map(|_| rejected(None));
                PollOutcome::List(KktList::new(
                    good,
                    spoilt.map(|number| rejected(Some(number))).chain(nameless).collect(),
                ))
            }
        }
    }
}

/// What is known of a register.
#[derive(Clone, Debug)]
struct Known {
    last: Option<Kkt>,
    findings: BTreeMap<FindingKind, Severity>,
    trouble: Option<(FailureKind, Timestamp)>,
    is_silent: bool,
}

/// What is known of the fleet.
#[derive(Clone, Debug, Default)]
struct View {
    is_begun: bool,
    registers: BTreeMap<usize, Known>,
    nameless: usize,
    failures: Vec<FailureKind>,
    is_silent: bool,
}

impl View {
    fn after(past: &[Past]) -> Self {
        let answers: Vec<&Past> =
            past.iter().filter(|past| matches!(past.poll, Poll::Answer { .. })).collect();
        let elapsed = past.last().map_or(Duration::ZERO, |past| past.elapsed);
        let failures = past.iter().rev().map_while(|past| match past.poll {
            Poll::Failed(kind) => Some(kind),
            Poll::Answer { .. } => None,
        });
        let mut failures: Vec<_> = failures.collect();
        failures.reverse();
        let registers: BTreeMap<_, _> = (0..REGISTERS)
            .filter_map(|number| Some((number, Known::after(&answers, number, elapsed)?)))
            .collect();
        let heard = answers.last().map_or(Duration::ZERO, |past| past.elapsed);
        Self {
            is_begun: !answers.is_empty(),
            is_silent: registers.is_empty() && elapsed >= heard + HOUR,
            registers,
            nameless: answers.last().map_or(0, |past| nameless(past)),
            failures,
        }
    }
}

fn nameless(past: &Past) -> usize {
    match past.poll {
        Poll::Answer { nameless, .. } => nameless,
        Poll::Failed(_) => 0,
    }
}

fn record(past: &Past, number: usize) -> Record {
    match &past.poll {
        Poll::Answer { records, .. } => records[number],
        Poll::Failed(_) => Record::Absent,
    }
}

impl Known {
    fn after(answers: &[&Past], number: usize, elapsed: Duration) -> Option<Self> {
        // The answers since the register came, from the last time that it was not there.
        let is_there = |past: &&Past| record(past, number) != Record::Absent;
        let gone = answers.iter().rposition(|past| !is_there(past) && nameless(past) == 0);
        let life = &answers[gone.map_or(0, |gone| gone + 1)..];
        let life = &life[life.iter().position(is_there)?..];

        let mut history = History::default();
        let mut known = None;
        for past in life {
            if let Some(kkt) = past.kkt(number) {
                history.observe(&kkt, past.now());
                let assessment = policy().assess_with(&kkt, &history, past.now());
                let severity = |finding: &Finding| (finding.kind(), finding.severity());
                known = Some((kkt, past, assessment.findings.iter().map(severity).collect()));
            }
        }
        let read = life.iter().rposition(|past| past.kkt(number).is_some());
        let trouble = life.get(read.map_or(0, |read| read + 1)).map(|first| {
            let kind = match record(life[life.len() - 1], number) {
                Record::Spoilt => FailureKind::Rejected,
                _ => FailureKind::Unidentified,
            };
            (kind, first.now())
        });
        let heard = read.map_or(life[0].elapsed, |read| life[read].elapsed);
        let (last, findings) = match known {
            Some((kkt, _, findings)) => (Some(kkt), findings),
            None => (None, BTreeMap::new()),
        };
        Some(Self { last, findings, trouble, is_silent: elapsed >= heard + HOUR })
    }

    fn severity(&self) -> Severity {
        let worst = self.findings.values().copied().max().unwrap_or_default();
        if self.trouble.is_some() { worst.max(Severity::Unknown) } else { worst }
    }
}

/// What is to be told when what is known goes from one view to the other.
fn difference(before: &View, after: &View) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(kind) = after.failures.last() {
        let count = after.failures.len();
        let is_first = !after.failures[..count - 1].contains(kind);
        if is_first || count.is_power_of_two() {
            told.push(format!("failed {count} {kind}"));
        }
    } else if !before.failures.is_empty() {
        told.push(format!("recovered after {}", before.failures.len()));
    }
    let is_first = after.is_begun && !before.is_begun;
    if is_first {
        let readable = after.registers.values().filter(|known| known.last.is_some()).count();
        told.push(format!("snapshot {readable}+{}", after.registers.len() - readable + after.nameless));
    }
    if !is_first && after.failures.is_empty() {
        for _ in before.nameless..after.nameless {
            told.push("unreadable ? rejected".to_owned());
        }
    }
    let numbers: BTreeSet<_> = before.registers.keys().chain(after.registers.keys()).collect();
    for &number in numbers {
        let none = BTreeMap::new();
        let (old, new) = (before.registers.get(&number), after.registers.get(&number));
        if let Some(new) = new
            && !is_first
        {
            let was_troubled = old.is_some_and(|old| old.trouble.is_some());
            match &new.trouble {
                Some((kind, _)) if !was_troubled => told.push(format!("unreadable {number} {kind}")),
                None if was_troubled => told.push(format!("readable {number}")),
                _ => {}
            }
            match (old.and_then(|old| old.last.as_ref()), &new.last) {
                (None, Some(_)) => told.push(format!("added {number}")),
                (Some(old), Some(new)) => {
                    let changes = snapshot::changes(old, new);
                    let news = changes.iter().map(|change| &*change.name).filter(|&name| name != "timestamp");
                    let news: Vec<_> = news.collect();
                    if !news.is_empty() {
                        told.push(format!("changed {number} {}", news.join(",")));
                    }
                }
                _ => {}
            }
        }
        let found = |known: Option<&Known>| known.map_or(none.clone(), |known| known.findings.clone());
        let (found_before, found_after) = (found(old), found(new));
        for (kind, severity) in &found_after {
            match found_before.get(kind) {
                None => told.push(format!("opened {number} {} {severity}", kind.as_str())),
                Some(was) if was != severity => {
                    told.push(format!("changed {number} {} {severity} was {was}", kind.as_str()));
                }
                Some(_) => {}
            }
        }
        let why = if new.is_some() { "Resolved" } else { "Removed" };
        for (kind, severity) in found_before.iter().filter(|(kind, _)| !found_after.contains_key(kind)) {
            told.push(format!("closed {number} {} {severity} {why}", kind.as_str()));
        }
        if new.is_none() {
            told.push(format!("removed {number}"));
        }
    }
    let silent = |view: &View| -> BTreeSet<usize> {
        view.registers.iter().filter(|(_, known)| known.is_silent).map(|(&number, _)| number).collect()
    };
    let (silent_before, silent_after) = (silent(before), silent(after));
    let newly = silent_after.difference(&silent_before).count();
    if newly > 0 || after.is_silent && !before.is_silent {
        told.push(format!("no news of {newly}"));
    }
    let again = silent_before
        .iter()
        .filter(|number| after.registers.get(number).is_some_and(|known| !known.is_silent));
    let again = again.count();
    if again > 0 || before.is_silent && after.failures.is_empty() {
        told.push(format!("news of {again}"));
    }
    if after.failures.is_empty() {
        let count = |severity| {
            let registers = after.registers.values().filter(|known| known.severity() == severity).count();
            if severity == Severity::Unknown { registers + after.nameless } else { registers }
        };
        told.push(format!(
            "polled {} ok, {} unknown, {} warning, {} critical",
            count(Severity::Ok),
            count(Severity::Unknown),
            count(Severity::Warning),
            count(Severity::Critical)
        ));
    }
    told
}

fn records() -> impl Strategy<Value = Record> {
    prop_oneof![
        2 => Just(Record::Absent),
        2 => Just(Record::Spoilt),
        8 => (
            prop::option::weighted(0.9, prop::sample::select(vec![20, 85, 99])),
            prop::sample::select(vec![0, 0, 90, 1500]),
        )
            .prop_map(|(percent, age_minutes)| Record::Good { percent, age_minutes }),
    ]
}

fn polls() -> impl Strategy<Value = Vec<Past>> {
    let poll = prop_oneof![
        4 => (prop::collection::vec(records(), REGISTERS), prop::sample::select(vec![0, 0, 0, 1, 2]))
            .prop_map(|(records, nameless)| Poll::Answer { records, nameless }),
        1 => prop::sample::select(vec![FailureKind::Connect, FailureKind::Timeout]).prop_map(Poll::Failed),
    ];
    let wait = prop::sample::select(vec![60, 60, 60, 1200, 3599, 3600, 90_000]);
    prop::collection::vec((wait, poll), 1..14).prop_map(|polls| {
        let mut elapsed = Duration::ZERO;
        polls
            .into_iter()
            .map(|(wait, poll)| {
                elapsed += Duration::from_secs(wait);
                Past { elapsed, poll }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_watcher_tells_what_the_model_tells(past in polls(), saved_after in 0_usize..14) {
        let mut watcher = Watcher::new(policy(), HOUR);
        watcher.tick(Moment::new(start(), Duration::ZERO));
        for count in 1..=past.len() {
            let last = &past[count - 1];
            let mut told = words(&watcher.observe(last.outcome(), Moment::new(last.now(), last.elapsed)));
            let mut expected = difference(&View::after(&past[..count - 1]), &View::after(&past[..count]));
            told.sort();
            expected.sort();
            prop_assert_eq!(told, expected, "poll {}", count);

            let view = View::after(&past[..count]);
            let fleet = watcher.fleet(Moment::new(last.now(), last.elapsed));
            prop_assert_eq!(fleet.len(), view.registers.len());
            for (&number, known) in &view.registers {
                let register = fleet.register(&serial(number)).unwrap();
                let is_known = known.trouble.is_none() && view.failures.is_empty();
                prop_assert_eq!(!matches!(register.state(), RegisterState::Unknown { .. }), is_known);
                prop_assert_eq!(register.last().map(|kkt| &**kkt), known.last.as_ref());
                if let (RegisterState::Unknown { since, .. }, Some((_, first))) = (register.state(), known.trouble) {
                    prop_assert_eq!(*since, first);
                }
            }
            if count == saved_after {
                // A restart makes no difference.
                let state = WatchState::new(watcher.memory().clone(), vec![]);
                let json = serde_json::to_string(&state).unwrap();
                let state: WatchState = serde_json::from_str(&json).unwrap();
                watcher = Watcher::with_memory(policy(), HOUR, state.memory);
            }
        }
    }
}
