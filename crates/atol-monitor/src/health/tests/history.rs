//! What is remembered between polls, and what it says about the next.

use super::*;

const OK: Option<Severity> = None;
const WARNING: Option<Severity> = Some(Severity::Warning);
const CRITICAL: Option<Severity> = Some(Severity::Critical);

#[test]
fn a_network_error_that_was_seen_a_day_ago_is_critical_without_a_date() {
    let kkt = healthy().network_error_code(NetworkErrorCode::NoConnection).unsent_docs(3).build();
    let judge = |age: i64| {
        let mut history = History::default();
        let seen = healthy()
            .network_error_code(NetworkErrorCode::NoConnection)
            .unsent_docs(3)
            .timestamp(stamp(now() - seconds(age)))
            .build();
        history.observe(&seen, now() - seconds(age));
        history.observe(&kkt, now());
        found(&Policy::default().assess_with(&kkt, &history, now()), FindingKind::NetworkError)
    };
    assert_eq!(judge(DAY - 1), WARNING);
    assert_eq!(judge(DAY), CRITICAL);
}

#[test]
fn a_network_error_lets_documents_through_as_long_as_the_first_that_waits_is_young() {
    let failing = |oldest: i64| {
        healthy()
            .network_error_code(NetworkErrorCode::NoConnection)
            .unsent_docs(3)
            .first_unsent_doc_timestamp(stamp(now() - seconds(oldest)))
            .build()
    };
    let mut history = History::default();
    history.observe(&failing(HOUR), now() - seconds(31 * DAY));
    let assessment = Policy::default().assess_with(&failing(HOUR), &history, now());
    let finding = assessment.finding(FindingKind::NetworkError).unwrap();
    assert_eq!(finding.severity(), Severity::Warning);
    assert!(finding.deadline().unwrap() > now());
    let explained = finding.explain(crate::Language::En);
    assert!(explained.contains("nothing has got through for 1 h"), "{explained}");
}

#[test]
fn a_record_of_an_impossible_time_makes_nothing_last_longer_than_it_was_watched() {
    for formed in ["1970-01-01T00:00:00Z", "2016-11-20T00:00:00Z", "0001-01-01T03:00:00Z"] {
        let kkt = |formed| {
            healthy()
                .is_shift_opened(true)
                .network_error_code(NetworkErrorCode::NoConnection)
                .unsent_docs(3)
                .timestamp(stamp(formed))
                .build()
        };
        let mut history = History::default();
        history.observe(&kkt(at(formed)), now());
        assert_eq!(history.open_shift().unwrap().1, now(), "{formed}");
        assert_eq!(history.network_error_since(), Some(now()));
        // Data of yesterday is believed: the shift has been open that long.
        let (mut history, yesterday) = (History::default(), now() - seconds(DAY));
        history.observe(&kkt(yesterday), now());
        assert_eq!(history.open_shift().unwrap().1, yesterday);
    }
}

#[test]
fn data_is_believed_from_the_activation_on_or_for_as_long_as_a_storage_lives() {
    let opened = |kkt: KktBuilder, formed: Timestamp| {
        let mut history = History::default();
        history.observe(&kkt.timestamp(stamp(formed)).build(), now());
        history.open_shift().unwrap().1
    };
    let activated = at("2019-07-22T14:03:00Z");
    assert_eq!(opened(healthy(), activated), activated);
    assert_eq!(opened(healthy(), activated - seconds(1)), now());
    for (days, is_believed) in [(7, true), (1110, true), (1111, false)] {
        let formed = now() - seconds(days * DAY);
        let expected = if is_believed { formed } else { now() };
        assert_eq!(opened(healthy().fiscalization_date(None), formed), expected, "{days} days");
    }
}

#[test]
fn old_data_does_not_prove_that_a_shift_is_still_open() {
    let stopped = healthy().timestamp(stamp(now() - seconds(10 * HOUR))).build();
    let assessment = Policy::default().assess_with(&stopped, &open_for(25 * HOUR), now());
    assert_eq!(found(&assessment, FindingKind::LongShift), OK);
    assert_eq!(found(&assessment, FindingKind::StaleData), WARNING);
}

#[test]
fn a_history_remembers_the_first_sight_and_forgets_what_has_ended() {
    let mut history = History::default();
    let mut observe = |kkt: KktBuilder, at: Timestamp| {
        history.observe(&kkt.timestamp(stamp(at)).build(), at);
        history.open_shift()
    };
    let hour = |count: i64| now() + seconds(count * HOUR);
    assert_eq!(observe(healthy(), hour(0)), Some((126, hour(0))));
    assert_eq!(observe(healthy(), hour(1)), Some((126, hour(0))));
    assert_eq!(observe(healthy().is_shift_opened(None), hour(2)), Some((126, hour(0))));
    assert_eq!(observe(healthy().shift_number(None), hour(3)), Some((126, hour(0))));
    assert_eq!(observe(healthy().shift_number(127), hour(4)), Some((127, hour(4))));
    assert_eq!(observe(healthy().is_shift_opened(false), hour(5)), None);
    assert_eq!(observe(healthy().shift_number(128), hour(6)), Some((128, hour(6))));
}

#[test]
fn a_history_remembers_an_error_for_as_long_as_documents_wait() {
    let mut history = History::default();
    let mut observe = |code: Option<i64>, waiting: u64, hour: i64| {
        let at = now() + seconds(hour * HOUR);
        let code = code.map(NetworkErrorCode::from_code);
        let kkt = healthy().network_error_code(code).unsent_docs(waiting).timestamp(stamp(at)).build();
        history.observe(&kkt, at);
        history.network_error_since()
    };
    let hour = |count: i64| Some(now() + seconds(count * HOUR));
    assert_eq!(observe(Some(0), 3, 0), None);
    assert_eq!(observe(Some(2), 0, 1), None);
    assert_eq!(observe(Some(2), 3, 2), hour(2));
    assert_eq!(observe(Some(4), 3, 3), hour(2)); // another error, no better
    assert_eq!(observe(None, 3, 4), hour(2));
    assert_eq!(observe(Some(0), 3, 5), None);
    assert_eq!(observe(Some(2), 3, 6), hour(6));
    assert_eq!(observe(Some(2), 0, 7), None);
}
