//! What is not known is never called fine: every member of a reply about a register with due alarms is taken away, renamed
//! or spoilt, in a list and in an answer about one register.

use serde_json::{Value, json};

use super::*;
use crate::health::{Finding, Severity};

/// A register in which everything is wrong that can be seen in one record.
fn ill() -> Kkt {
    healthy(1, start() - SignedDuration::from_hours(3))
        .device_number("KKT024219")
        .fiscal_storage_serial_number("9999078902004339")
        .fiscal_storage_payment_address("shop.example")
        .fiscal_storage_expiration(OffsetTimestamp::from(start() + SignedDuration::from_hours(48)))
        .fiscal_storage_percentage_use(99.5)
        .unsent_docs(3)
        .first_unsent_doc_timestamp(OffsetTimestamp::from(start() - SignedDuration::from_hours(25 * 24)))
        .network_error_code(NetworkErrorCode::NoConnection)
        .build()
}

/// What a broken service could do to a member; `None` for the whole member gone.
fn mutations(reply: &Value, member: &str) -> Vec<(&'static str, Value)> {
    let with = |value: Value| {
        let mut reply = reply.clone();
        reply[member] = value;
        reply
    };
    let without = |name: Option<String>| {
        let mut reply = reply.clone();
        let members = reply.as_object_mut().unwrap();
        let value = members.remove(member).unwrap();
        members.extend(name.map(|name| (name, value)));
        reply
    };
    let retyped = match &reply[member] {
        Value::String(text) => text.parse::<u64>().map_or(json!(1), |number| json!(number)),
        other => json!(other.to_string()),
    };
    vec![
        ("delete", without(None)),
        ("rename", without(Some(format!("{member}New")))),
        ("null", with(Value::Null)),
        ("retype", with(retyped)),
        ("list", with(json!([reply[member]]))),
        ("object", with(json!({ "value": reply[member] }))),
        ("negative", with(json!(-1))),
        ("impossible date", with(json!("2019-02-30T00:00:00+00:00"))),
    ]
}

/// The kinds that an alarm is due for.
fn due() -> Vec<FindingKind> {
    let findings = policy().assess(&ill(), start()).findings;
    findings.iter().filter(|finding| finding.severity() > Severity::Unknown).map(Finding::kind).collect()
}

/// Whether the alarm is still there, or something is said to be unknown.
fn is_told(watcher: &Watcher, kind: FindingKind) -> bool {
    let fleet = watcher.fleet(Moment::new(start(), Duration::ZERO));
    let is_told = |register: WatchedKkt<'_>| {
        let is_open = register.findings().iter().any(|finding| finding.kind() == kind);
        let is_unknown = register.findings().iter().any(|finding| finding.severity() == Severity::Unknown);
        is_open || is_unknown || matches!(register.state(), RegisterState::Unknown { .. })
    };
    !fleet.unnamed().is_empty() || fleet.registers().any(is_told)
}

#[test]
fn whatever_becomes_of_a_member_a_due_alarm_is_raised_or_something_is_unknown() {
    let reply = ill().to_value();
    let kinds = due();
    assert!(kinds.len() >= 5, "{kinds:?}");
    let mut tried = 0;
    for member in reply.as_object().unwrap().keys() {
        for (what, mutant) in mutations(&reply, member) {
            let list = KktList::from_json(format!("[{mutant}]").as_bytes()).unwrap();
            let one = match Kkt::from_json(mutant.to_string().as_bytes()) {
                Ok(kkt) if kkt.serial_number != serial(1) => {
                    Err(Failure::new(FailureKind::WrongRegister, "another"))
                }
                Ok(kkt) => Ok(kkt),
                Err(error) => Err(Failure::from(&crate::Error::from(error))),
            };
            let one = PollOutcome::Registers(vec![(serial(1), one)]);
            for outcome in [PollOutcome::List(list), one] {
                for is_known_before in [false, true] {
                    tried += 1;
                    let mut watcher = Watcher::new(policy(), HOUR);
                    let moment = Moment::new(start(), Duration::ZERO);
                    watcher.expect([serial(1).as_str()], moment);
                    if is_known_before {
                        watcher.observe(super::list(vec![ill()]), moment);
                    }
                    watcher.observe(outcome.clone(), moment);
                    for &kind in &kinds {
                        assert!(
                            is_told(&watcher, kind),
                            "{kind:?} is silent after {member}: {what} (known before: {is_known_before})\n{mutant}"
                        );
                    }
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn a_reply_cut_anywhere_hides_nothing() {
    let reply = format!("[{}]", ill().to_json());
    let mut watcher = Watcher::new(policy(), HOUR);
    let moment = Moment::new(start(), Duration::ZERO);
    watcher.observe(list(vec![ill()]), moment);
    for end in (0..reply.len()).filter(|&end| reply.is_char_boundary(end)) {
        let error = KktList::from_json(&reply.as_bytes()[..end]).expect_err("a list without its end");
        watcher.observe(PollOutcome::Failed(Failure::from(&crate::Error::from(error))), moment);
        for kind in due() {
            assert!(is_told(&watcher, kind), "{kind:?} at {end}");
        }
        assert!(matches!(
            watcher.fleet(moment).register(&serial(1)).unwrap().state(),
            RegisterState::Unknown { .. }
        ));
    }
}
