//! What is saved can be read back, whatever the service answered with and whenever it was saved.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// Members as a service may send them some day: new ones, and known ones with what is hardly ever in them.
fn odd_members() -> Vec<(String, String)> {
    let mut members: Vec<(String, String)> = [
        ("", "0"),
        ("event", r#""snapshot""#),
        ("at", "null"),
        ("kkt", r#"{"serialNumber":"1","event":"added"}"#),
        ("$serde_json::private::RawValue", r#""[""#),
        ("модель", r#"{"имя":"АТОЛ «42ФС» 🧾","части":[{"б":1,"а":null},[],{}]}"#),
        ("date", r#""2019-02-30T25:61:61+99:99""#),
        ("text", r#""\u0000\u001f \"\\ </script> \u2028""#),
        ("numbers", "[0,-1,9223372036854775807,18446744073709551615,5e-324,1.7976931348623157e308,0.1]"),
        ("same", r#"{"b":1,"a":2,"b":3}"#),
        ("token", r#"{"a":2,"$serde_json::private::RawValue":"x"}"#),
        ("token", r#"{"$serde_json::private::Number":"x"}"#),
        ("serialNumber", r#""касса №1 \"\\\n \u0000""#),
        ("serialNumber", r#"" ""#),
        ("serialNumber", "12345"),
        ("fiscalStorageINN", r#""٣٠٢٦""#),
        ("fiscalStorageSerialNumber", r#""9999078902004339""#),
        ("fiscalStoragePercentageUse", "-1"),
        ("fiscalStoragePercentageUse", "4294967295.0"),
        ("fiscalStoragePercentageUse", "85.34000000000001"),
        ("fiscalStoragePercentageUse", "1e999"),
        ("signedDocuments", "18446744073709551615"),
        ("shiftNumber", "18446744073709551615"),
        ("unsentDocs", "18446744073709551615"),
        ("networkErrorCode", "-9223372036854775808"),
    ]
    .map(|(name, json)| (name.to_owned(), json.to_owned()))
    .into();
    let attributes = ill(1, start()).build().to_value();
    let attributes = attributes.as_object().unwrap();
    assert_eq!(attributes.len(), 18);
    let others = attributes.keys().filter(|name| *name != "serialNumber");
    members.extend(others.map(|name| (name.clone(), "null".to_owned())));
    for name in ["fiscalizationDate", "fiscalStorageExpiration", "timestamp", "firstUnsetDocTimestamp"] {
        for date in [
            // What .NET writes for a date that was never set, in several zones.
            "0001-01-01T00:00:00+00:00",
            "0001-01-01T00:00:00+03:00",
            "0001-01-01T00:00:00.000000001+25:59",
            "9999-12-30T22:00:00Z",
            "9999-12-31T23:59:59.999999999+25:59",
            "2019-12-05 10:46:00.5+0300",
            "2019-12-05T10:46:00",
            "2019-02-30T00:00:00+00:00",
        ] {
            members.push((name.to_owned(), format!("\"{date}\"")));
        }
    }
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let is_let_in = |depth: &usize| healthy(1, start()).extra("deep", deep(*depth)).is_ok();
    let deepest = (1..1000).take_while(is_let_in).last().unwrap();
    members.push(("deep".to_owned(), deep(deepest)));
    members
}

/// A register in which every rule finds something.
fn ill(number: usize, now: Timestamp) -> KktBuilder {
    let before = |hours| OffsetTimestamp::from(now - SignedDuration::from_hours(hours));
    healthy(number, now - SignedDuration::from_hours(3))
        .fiscal_storage_serial_number("9999078902004339")
        .fiscal_storage_expiration(OffsetTimestamp::from(now + SignedDuration::from_hours(48)))
        .fiscalization_date(before(24 * 300))
        .fiscal_storage_percentage_use(99.5)
        .is_shift_opened(true)
        .unsent_docs(3)
        .first_unsent_doc_timestamp(before(25 * 24))
        .network_error_code(NetworkErrorCode::NoConnection)
}

/// A register with a member replaced or added, as text: what cannot be read is a record that cannot be read.
fn record(kkt: &Kkt, (name, json): &(String, String)) -> Result<Kkt, RejectedKkt> {
    let members = kkt.to_value();
    let others = members.as_object().unwrap().iter().filter(|(member, _)| *member != name);
    let mut all: Vec<String> = others.map(|(member, value)| format!("{}:{value}", json!(member))).collect();
    all.push(format!("{}:{json}", json!(name)));
    let text = format!("{{{}}}", all.join(","));
    Kkt::from_element(text.as_bytes()).map_err(|error| RejectedKkt::new(0, text, error))
}

/// The zone that is furthest behind, in which the year 1 begins last.
fn western_policy() -> Policy {
    Policy::builder().time_zone("-25:59").production(true).build().unwrap()
}

/// Polls whose registers have an odd member in every other record of theirs, so that it comes, goes and stays.
fn polls(odd: &(String, String)) -> Vec<PollOutcome> {
    let hours = |hours| start() + SignedDuration::from_hours(hours);
    let list = |records: Vec<Result<Kkt, RejectedKkt>>| {
        let (mut registers, mut broken) = (Vec::new(), Vec::new());
        for record in records {
            match record {
                Ok(kkt) => registers.push(kkt),
                Err(record) => broken.push(record),
            }
        }
        PollOutcome::List(KktList::new(registers, broken))
    };
    let with = |kkt: KktBuilder| record(&kkt.build(), odd);
    let without = |kkt: KktBuilder| Ok(kkt.build());
    // One for every 30 hours.
    vec![
        list(vec![with(ill(1, hours(0))), without(ill(2, hours(0)))]),
        list(vec![without(ill(1, hours(30))), with(ill(2, hours(30))), with(healthy(3, hours(30)))]),
        list(vec![with(healthy(1, hours(60))), with(ill(2, hours(60))), Err(rejected(None))]),
        failed(FailureKind::Connect),
        failed(FailureKind::Timeout),
        list(vec![without(ill(1, hours(150))), without(healthy(2, hours(150))), Err(rejected(Some(3)))]),
        list(vec![]),
    ]
}

/// Plays the story, and shows the watcher and what it told after each poll.
fn play(odd: &(String, String), mut look: impl FnMut(&Watcher, Vec<WatchEvent>)) {
    let mut bench = Bench { watcher: Watcher::new(western_policy(), HOUR), passed: Duration::ZERO };
    for (poll, outcome) in polls(odd).into_iter().enumerate() {
        // The service's clock is an hour ahead in every other answer.
        let ahead = SignedDuration::from_hours(i64::from(poll % 2 == 1));
        let moment = bench.moment().with_server_time(Some(bench.now() + ahead));
        let events = bench.watcher.observe(outcome, moment);
        look(&bench.watcher, events);
        bench.wait(HOUR * 30);
    }
}

#[test]
fn events_are_plain_json_and_survive_it() {
    let model =
        ("model".to_owned(), r#"{"name":"АТОЛ 42ФС","parts":[{"volts":12.5,"at":null},[]]}"#.to_owned());
    let member = format!("\"model\":{}", model.1);
    let (mut told, mut with_model) = (Vec::new(), BTreeSet::new());
    play(&model, |_, events| told.extend(events));
    for event in &told {
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<WatchEvent>(&json).unwrap(), event, "{json}");
        with_model.extend(json.contains(&member).then(|| json.split('"').nth(3).unwrap().to_owned()));
    }
    assert_eq!(Vec::from_iter(with_model), ["added", "changed", "removed", "snapshot"]);
    let failed = told.iter().find(|event| matches!(event, WatchEvent::PollFailed { .. })).unwrap();
    insta::assert_json_snapshot!(failed, @r#"
    {
      "event": "poll-failed",
      "at": "2019-12-09T05:46:00Z",
      "since": "2019-12-09T05:46:00Z",
      "failures": 1,
      "error": {
        "kind": "connect",
        "summary": "connect"
      }
    }
    "#);
}

#[test]
fn a_state_can_be_read_back_whatever_the_registers_hold_and_whenever_it_was_saved() {
    let (mut told, mut observed) = (BTreeSet::new(), BTreeSet::new());
    for odd in odd_members() {
        play(&odd, |watcher, events| {
            for event in &events {
                let event = serde_json::to_value(event).unwrap();
                told.insert(event["event"].to_string());
                observed.extend(event.pointer("/finding/observed/type").map(Value::to_string));
            }
            // Events are read back one by one: what holds for all of them holds for those that are left.
            let json = serde_json::to_string(&WatchState::new(watcher.memory().clone(), events)).unwrap();
            let restored: WatchState =
                serde_json::from_str(&json).unwrap_or_else(|error| panic!("{odd:?}: {error}\n{json}"));
            let again = serde_json::to_string(&restored).unwrap();
            assert_eq!(again.parse::<Value>().unwrap(), json.parse::<Value>().unwrap(), "{odd:?}");
        });
    }
    // Every kind of event, and everything that a rule can see.
    assert_eq!((told.len(), observed.len()), (15, 12), "{told:?} {observed:?}");
}
