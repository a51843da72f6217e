//! Asks the vendor's test stand: the cases that say `live`, through the public API, reading only.
//!
//! Its registers are its own, so the shape of its answers is compared and not their content. Run by
//! `cargo xtask contract --live`, which looks first whether the network is there.

use std::env;

use atol_monitor::{Kkt, KktMonitor, NetworkErrorCode};

use crate::call::{self, Found};
use crate::case::{Call, Outcome};
use crate::{case_files, is_chosen, read};

#[tokio::test]
#[ignore = "asks the vendor's test stand over the internet: `cargo xtask contract --live`"]
async fn the_vendors_test_stand_answers_as_the_live_cases_say() {
    let builder = match (env::var("ATOL_LOGIN"), env::var("ATOL_PASSWORD")) {
        (Ok(login), Ok(password)) => KktMonitor::builder().credentials(login, password),
        (Err(_), Err(_)) => KktMonitor::builder(),
        _ => panic!("set both ATOL_LOGIN and ATOL_PASSWORD, or neither for the vendor's public account"),
    };
    let monitor = builder.build().unwrap();
    // Stands in for the serial numbers of the cases, which the test stand does not know.
    let known = match monitor.get_all().await {
        Ok(list) => list.first().map(|kkt| kkt.serial_number.clone()),
        Err(error) => panic!("the test stand cannot be read: {}", error.report()),
    };

    let (mut table, mut complaints) = (Vec::new(), Vec::new());
    for file in case_files() {
        let Ok(case) = read(&file.path) else { continue };
        if !case.live || !is_chosen(&file.name, &case.title) {
            continue;
        }
        let call = match (case.call, &known) {
            (Call::GetOne(_), Some(serial)) => Call::GetOne(serial.clone()),
            (Call::GetOne(_), None) => {
                table.push(format!("{:<34} not tried: the account has no registers", file.name));
                continue;
            }
            (call, _) => call,
        };
        let found = call::ask(&monitor, &call).await;
        let problems = judge(&case.expect, &found);
        let verdict = if problems.is_empty() { "ok" } else { "FAILED" };
        table.push(format!("{:<34} {verdict:<6}  {}", file.name, case.title));
        table.extend(news(&found).into_iter().map(|news| format!("{:<34} news: {news}", "")));
        complaints.extend(problems.into_iter().map(|problem| format!("{}: {problem}", file.name)));
    }
    crate::show("case                               the vendor's test stand", &table);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn judge(expected: &Outcome, found: &Found) -> Vec<String> {
    match (expected, found) {
        (Outcome::Authenticated, Found::Authenticated) | (Outcome::Register(_), Found::Register(_)) => {
            Vec::new()
        }
        (Outcome::List(_), Found::List(list)) => list
            .rejected()
            .iter()
            .map(|rejected| format!("a register is rejected: {}", rejected.error))
            .collect(),
        (_, Found::Error(error)) => vec![error.report()],
        _ => vec!["brought something else than the case says".to_owned()],
    }
}

/// What the service says that we do not know yet: worth a case.
fn news(found: &Found) -> Vec<String> {
    let registers: &[Kkt] = match found {
        Found::Register(kkt) => std::slice::from_ref(kkt),
        Found::List(list) => list,
        _ => &[],
    };
    let mut news: Vec<String> = registers.iter().flat_map(of_register).collect();
    news.sort();
    news.dedup();
    news
}

fn of_register(kkt: &Kkt) -> Vec<String> {
    let members =
        kkt.extra.iter().map(|(name, _)| format!("registers have a member `{}`", name.escape_debug()));
    let code = kkt.network_error_code.filter(|code| matches!(code, NetworkErrorCode::Unknown(_)));
    members.chain(code.map(|code| format!("there is a network error code {}", code.code()))).collect()
}
