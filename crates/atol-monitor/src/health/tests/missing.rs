//! What is not known is never called healthy: every field of a register with a due alarm is taken away or spoiled.

use atol_model::KktList;
use serde_json::{Value, json};

use super::*;
use crate::snapshot::Snapshot;

/// What a broken service could do to a member.
fn spoilt(kkt: &Value, field: &str) -> Vec<(&'static str, Value)> {
    let with = |value: Value| {
        let mut kkt = kkt.clone();
        kkt[field] = value;
        kkt
    };
    let without = |name: Option<String>| {
        let mut kkt = kkt.clone();
        let members = kkt.as_object_mut().unwrap();
        let value = members.remove(field).unwrap();
        members.extend(name.map(|name| (name, value)));
        kkt
    };
    let text = kkt[field].as_str().map_or_else(|| kkt[field].to_string(), str::to_owned);
    vec![
        ("delete", without(None)),
        ("rename", without(Some(format!("{field}2")))),
        ("null", with(Value::Null)),
        ("text", with(json!(text))),
        ("empty text", with(json!(""))),
        ("list", with(json!([kkt[field]]))),
        ("object", with(json!({ "value": kkt[field] }))),
        ("negative", with(json!(-1))),
        ("fraction", with(json!(0.5))),
        ("huge", with(json!(1e30))),
        ("wrong date", with(json!("2019-02-31T00:00:00+00:00"))),
        ("far date", with(json!("9999-12-31T23:59:59+00:00"))),
    ]
}

/// Fields whose *other valid value* would be a statement of the service, not a gap: what it states is believed.
fn is_a_statement(field: &str, what: &str) -> bool {
    matches!(
        (field, what),
        // Half a per cent, more than full, another code, another ФН are news; a text is a text.
        ("fiscalStoragePercentageUse", "fraction" | "huge")
            | ("networkErrorCode", "negative")
            | ("fiscalStorageSerialNumber", "text" | "empty text" | "wrong date" | "far date")
    )
}

#[test]
fn a_due_alarm_is_raised_or_reported_unknown_whatever_field_is_spoilt() {
    let policy = Policy::builder().production(true).build().unwrap();
    let mut tried = 0;
    for (name, kkt, history) in texts::sick() {
        let due = policy.assess_with(&kkt, &history, now());
        for finding in due.findings.iter().filter(|finding| finding.severity() > Severity::Unknown) {
            let value = kkt.to_value();
            for field in value.as_object().unwrap().keys() {
                // This record has lost the count already; without the date too, it says that nothing waits.
                if name == "unsent, not counted" && field == "firstUnsetDocTimestamp" {
                    continue;
                }
                for (what, spoilt) in spoilt(&value, field) {
                    tried += 1;
                    let list = KktList::from_json(format!("[{spoilt}]").as_bytes()).unwrap();
                    let Some(kkt) = list.first() else {
                        let fleet = Snapshot::of(&list, &policy, now());
                        assert_eq!(fleet.worst(), Some(Severity::Unknown), "{name}: {field} {what}");
                        continue;
                    };
                    if is_a_statement(field, what) {
                        continue;
                    }
                    let assessment = policy.assess_with(kkt, &history, now());
                    let is_raised = assessment.finding(finding.kind()).is_some();
                    let is_unknown =
                        assessment.findings.iter().any(|other| other.severity() == Severity::Unknown);
                    assert!(
                        is_raised || is_unknown,
                        "{name}: {} is silent after {field}: {what}\n{spoilt}",
                        finding.kind()
                    );
                }
            }
        }
    }
    assert!(tried > 2000, "{tried}");
}

#[test]
fn a_finding_names_the_field_that_is_missing() {
    let policy = Policy::builder().production(true).build().unwrap();
    let kkt = Kkt::builder(SERIAL).unsent_docs(1).is_shift_opened(true).build();
    let named: Vec<_> = policy.assess(&kkt, now()).findings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(named.join("\n"), @r#"
    expiry of the fiscal storage unknown: no fiscalStorageExpiration
    fill of the fiscal storage unknown: no fiscalStoragePercentageUse
    fill forecast of the fiscal storage unknown: no fiscalStoragePercentageUse
    age of unsent documents unknown: no firstUnsetDocTimestamp
    exchange with the OFD unknown: no networkErrorCode
    age of the data unknown: no timestamp
    length of the shift unknown: no shiftNumber
    validity of the registration data unknown: no registrationNumber
    kind of the fiscal storage unknown: no fiscalStorageSerialNumber
    "#);
}
