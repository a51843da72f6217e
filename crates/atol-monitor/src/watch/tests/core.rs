//! What the watcher tells of polls.

use super::*;
use crate::health::Severity;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_first_answer_is_told_as_a_whole_and_then_only_what_is_new() {
    let mut bench = Bench::new();
    let now = bench.now();
    let ill = healthy(2, now).fiscal_storage_percentage_use(85.0);
    let records = KktList::new(vec![healthy(1, now).build(), ill.clone().build()], vec![rejected(Some(3))]);
    assert_eq!(
        bench.poll(PollOutcome::List(records.clone())),
        [
            "snapshot 2+1",
            "opened 2 fiscal-storage-fill warning",
            "polled 1 ok, 1 unknown, 1 warning, 0 critical"
        ]
    );
    assert_eq!(
        bench.wait(MINUTE).poll(PollOutcome::List(records)),
        ["polled 1 ok, 1 unknown, 1 warning, 0 critical"]
    );

    let now = bench.wait(MINUTE).now();
    let changed = healthy(1, now).shift_number(127).is_shift_opened(true).build();
    let worse = ill.fiscal_storage_percentage_use(99.0).timestamp(OffsetTimestamp::from(now)).build();
    assert_eq!(
        bench.poll(list(vec![changed, worse, healthy(3, now).build(), healthy(4, now).build()])),
        [
            "changed 1 isShiftOpened,shiftNumber",
            "changed 2 fiscalStoragePercentageUse",
            "changed 2 fiscal-storage-fill critical was warning",
            "readable 3",
            "added 3",
            "added 4",
            "polled 3 ok, 0 unknown, 0 warning, 1 critical",
        ]
    );
    let now = bench.wait(MINUTE).now();
    assert_eq!(
        bench.poll(list(vec![
            healthy(1, now).shift_number(127).is_shift_opened(true).build(),
            healthy(2, now).build()
        ])),
        [
            "changed 2 fiscalStoragePercentageUse",
            "closed 2 fiscal-storage-fill critical Resolved",
            "removed 3",
            "removed 4",
            "polled 2 ok, 0 unknown, 0 warning, 0 critical",
        ]
    );
}

#[test]
fn a_removal_closes_what_was_open() {
    let mut bench = Bench::new();
    let now = bench.now();
    bench.poll(list(vec![
        healthy(1, now).fiscal_storage_percentage_use(85.0).build(),
        healthy(2, now).build(),
    ]));
    assert_eq!(
        bench.poll(list(vec![healthy(2, now).build()])),
        [
            "closed 1 fiscal-storage-fill warning Removed",
            "removed 1",
            "polled 1 ok, 0 unknown, 0 warning, 0 critical"
        ]
    );
}

#[test]
fn a_register_whose_record_cannot_be_read_is_neither_gone_nor_fine() {
    let mut bench = Bench::new();
    let now = bench.now();
    bench.poll(list(vec![
        healthy(1, now).fiscal_storage_percentage_use(85.0).build(),
        healthy(2, now).build(),
    ]));
    let spoilt = PollOutcome::List(KktList::new(vec![], vec![rejected(Some(1)), rejected(None)]));
    assert_eq!(
        bench.wait(MINUTE).poll(spoilt.clone()),
        [
            "unreadable 1 rejected",
            "unreadable ? rejected",
            "unreadable 2 unidentified",
            "polled 0 ok, 2 unknown, 1 warning, 0 critical"
        ]
    );
    assert_eq!(bench.wait(MINUTE).poll(spoilt), ["polled 0 ok, 2 unknown, 1 warning, 0 critical"]);

    let fleet = bench.watcher.fleet(bench.moment());
    let register = fleet.register(&serial(1)).unwrap();
    assert!(
        matches!(register.state(), RegisterState::Unknown { since, error }
            if *since == start() + SignedDuration::from_secs(60) && error.summary.contains("fields missing")),
        "{:?}",
        register.state()
    );
    assert_eq!((register.severity(), register.findings().len()), (Severity::Warning, 1));
    assert_eq!(fleet.register(&serial(2)).unwrap().severity(), Severity::Unknown);
    let snapshot = fleet.snapshot();
    assert_eq!(
        (snapshot.counts().unknown, snapshot.counts().warning, snapshot.unreadable().len()),
        (2, 1, 3)
    );
    assert_eq!(snapshot.deadlines().len(), 2, "the dates of the last records still hold");
}

#[test]
fn a_failed_poll_makes_every_register_unknown_and_an_outage_is_told_seldom() {
    let mut bench = Bench::new();
    let now = bench.now();
    let records = list(vec![healthy(1, now).build(), healthy(2, now).build()]);
    bench.poll(records.clone());
    let mut told = Vec::new();
    for number in 0..40 {
        let kind = if number == 4 { FailureKind::Timeout } else { FailureKind::Connect };
        told.extend(bench.wait(MINUTE).poll(failed(kind)));
    }
    assert_eq!(
        told,
        [
            "failed 1 connect",
            "failed 2 connect",
            "failed 4 connect",
            "failed 5 timeout",
            "failed 8 connect",
            "failed 16 connect",
            "failed 32 connect"
        ]
    );
    assert!(matches!(bench.state(1), RegisterState::Unknown { since, error }
        if since == start() + SignedDuration::from_secs(60) && error.kind == FailureKind::Connect));
    assert_eq!(bench.watcher.fleet(bench.moment()).snapshot().counts().unknown, 2);

    let records = records_at(bench.wait(MINUTE).now());
    assert_eq!(bench.poll(records), ["recovered after 40", "polled 2 ok, 0 unknown, 0 warning, 0 critical"]);
    assert_eq!(bench.state(1), RegisterState::Fresh { age: Duration::ZERO });
    let statistics = bench.watcher.statistics();
    assert_eq!((statistics.succeeded, statistics.failures()), (2, 40));
}

fn records_at(now: Timestamp) -> PollOutcome {
    list(vec![healthy(1, now).build(), healthy(2, now).build()])
}

#[test]
fn silence_is_an_alarm_though_every_poll_fails_or_hangs() {
    let mut bench = Bench::new();
    bench.poll(records_at(start()));
    bench.wait(MINUTE * 59);
    assert_eq!(bench.poll(failed(FailureKind::Throttled)), ["failed 1 throttled"]);
    let moment = bench.wait(MINUTE).moment();
    assert_eq!(words(&bench.watcher.tick(moment)), ["no news of 2"]);
    assert_eq!(words(&bench.watcher.tick(moment)), Vec::<String>::new());
    let now = bench.wait(HOUR).now();
    assert_eq!(
        bench.poll(records_at(now)),
        ["recovered after 1", "news of 2", "polled 2 ok, 0 unknown, 0 warning, 0 critical"]
    );
}

#[test]
fn silence_is_told_also_when_no_register_was_ever_known() {
    let mut bench = Bench::new();
    assert_eq!(bench.poll(failed(FailureKind::Auth)), ["failed 1 auth"]);
    assert_eq!(bench.wait(HOUR).poll(failed(FailureKind::Auth)), ["failed 2 auth", "no news of 0"]);
    assert_eq!(bench.wait(HOUR).poll(failed(FailureKind::Auth)), Vec::<String>::new());
    assert_eq!(bench.poll(list(vec![]))[..3], ["recovered after 3", "snapshot 0+0", "news of 0"]);
}

#[test]
fn data_that_stands_still_makes_a_register_stale() {
    let mut bench = Bench::new();
    bench.poll(records_at(start()));
    bench.wait(HOUR);
    assert_eq!(
        bench.poll(records_at(start())),
        [
            "opened 1 stale-data warning",
            "opened 2 stale-data warning",
            "polled 0 ok, 0 unknown, 2 warning, 0 critical"
        ]
    );
    assert_eq!(bench.state(1), RegisterState::Stale { age: HOUR });
}

#[test]
fn a_record_that_does_not_tell_its_age_is_unknown() {
    let mut bench = Bench::new();
    bench.poll(list(vec![healthy(1, start()).timestamp(None).build()]));
    assert!(
        matches!(bench.state(1), RegisterState::Unknown { error, .. } if error.kind == FailureKind::Undated)
    );
}

#[test]
fn a_record_of_the_future_is_not_fresh() {
    let mut bench = Bench::new();
    bench.poll(list(vec![healthy(1, start() + 400 * 24 * HOUR).build()]));
    assert!(
        matches!(bench.state(1), RegisterState::Unknown { error, .. } if error.kind == FailureKind::Undated)
    );
}

#[test]
fn registers_that_are_asked_for_one_by_one_fail_one_by_one() {
    let mut bench = Bench::new();
    let serials = [serial(1), serial(2)];
    bench.watcher.expect(serials.iter().map(String::as_str), bench.moment());
    assert!(
        matches!(bench.state(1), RegisterState::Unknown { error, .. } if error.kind == FailureKind::NotAsked)
    );

    let ask = |first: Option<FailureKind>, second: Option<FailureKind>, now| {
        let answer = |number, failure: Option<FailureKind>| match failure {
            Some(kind) => Err(Failure::new(kind, "no")),
            None => Ok(healthy(number, now).build()),
        };
        PollOutcome::Registers(vec![(serial(1), answer(1, first)), (serial(2), answer(2, second))])
    };
    let broken = Some(FailureKind::Interrupted);
    assert_eq!(bench.poll(ask(broken, broken, start())), ["failed 1 interrupted"]);
    assert_eq!(
        bench.poll(ask(None, broken, start())),
        ["recovered after 1", "snapshot 1+1", "polled 1 ok, 1 unknown, 0 warning, 0 critical"]
    );
    let now = bench.wait(HOUR).now();
    assert_eq!(
        bench.poll(ask(Some(FailureKind::NotFound), Some(FailureKind::NotFound), now)),
        ["unreadable 1 not-found", "no news of 2", "polled 0 ok, 2 unknown, 0 warning, 0 critical"]
    );
    assert_eq!(
        bench.poll(ask(None, None, now)),
        ["readable 1", "readable 2", "added 2", "news of 2", "polled 2 ok, 0 unknown, 0 warning, 0 critical"]
    );
}

#[test]
fn a_wrong_clock_of_ours_neither_hides_nor_invents_a_finding() {
    for days in [-400, -1, 1, 400] {
        let wrong = |now: Timestamp| now + SignedDuration::from_hours(24 * days);
        let mut watcher = Watcher::new(policy(), HOUR);
        let mut told = Vec::new();
        // The ФН expires at 21:00Z on 2 November 2020, so it is 30 days from 21:00Z on 3 October.
        for minute in 0..240_i32 {
            let now = at("2020-10-03T19:00:00Z") + SignedDuration::from_mins(minute.into());
            let moment = Moment::new(wrong(now), MINUTE * minute.unsigned_abs()).with_server_time(Some(now));
            let kkt = healthy(1, now).fiscal_storage_percentage_use(5.0).build();
            for event in watcher.observe(list(vec![kkt]), moment) {
                if !matches!(event, WatchEvent::Polled { .. }) {
                    told.push(format!("{} {}", event.at(), word(&event)));
                }
            }
        }
        assert_eq!(
            told,
            [
                format!("2020-10-03T19:00:00Z clock {}", -days * 86_400),
                "2020-10-03T19:00:00Z snapshot 1+0".to_owned(),
                "2020-10-03T21:00:00Z opened 1 fiscal-storage-expiry warning".to_owned(),
            ],
            "{days}"
        );
    }
}

#[test]
fn k01_time_that_jumps_breaks_nothing() {
    let mut watcher = Watcher::new(policy(), HOUR);
    let ends = [Timestamp::MIN, Timestamp::MAX, start(), Timestamp::UNIX_EPOCH, at("2038-01-19T03:14:08Z")];
    for (wall, monotonic) in ends.into_iter().cycle().take(50).zip([0, u64::MAX, 5].into_iter().cycle()) {
        let moment = Moment::new(wall, Duration::from_secs(monotonic));
        watcher.observe(records_at(start()), moment);
        watcher.observe(failed(FailureKind::Other), moment.with_server_time(ends.into_iter().max()));
        watcher.tick(moment);
        watcher.fleet(moment).snapshot();
    }
}

#[test]
fn a_register_that_stands_twice_in_a_list_counts_once() {
    let mut bench = Bench::new();
    let now = bench.now();
    let twice = || {
        let second = healthy(1, now).shift_number(9).build();
        PollOutcome::List(KktList::new(vec![healthy(1, now).build(), second], vec![rejected(Some(1))]))
    };
    assert_eq!(bench.poll(twice())[1..], ["polled 1 ok, 0 unknown, 0 warning, 0 critical"]);
    assert_eq!(bench.poll(twice()), ["polled 1 ok, 0 unknown, 0 warning, 0 critical"]);
}

#[test]
fn a_state_of_another_version_is_refused_with_both_numbers() {
    let state = WatchState::new(Bench::new().watcher.memory().clone(), vec![]);
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<WatchState>(&json).unwrap(), state);
    let newer = json.replacen(r#""version":1"#, r#""version":2"#, 1);
    insta::assert_snapshot!(
        serde_json::from_str::<WatchState>(&newer).unwrap_err(),
        @"the saved state has version 2, this program reads version 1: delete it to begin anew at line 1 column 12"
    );
}
