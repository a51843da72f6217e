//! Plays a case on `MockAtol`, which nobody told what will come: it must answer as the case says by itself.

use std::sync::Arc;

use atol_mock::{Fleet, ManualClock, MockAtol, MockAtolBuilder};
use atol_model::ServiceErrorCode;
use serde_json::Value;

use crate::call;
use crate::case::{AnswerBody, Case, Exchange, Fault, FaultRule, MockCall, MockSetup};
use crate::clock::SkippingClock;
use crate::judge::judge;
use crate::script::Script;
use crate::sent::Sent;

/// Plays a case; what is wrong comes back.
pub(crate) async fn play(case: &Case, setup: &MockSetup) -> Vec<String> {
    let mut fleet = Fleet::new();
    for register in setup.fleet.clone().unwrap_or_else(|| registers(&case.exchanges)) {
        fleet.push_raw(register.to_string());
    }
    let mut mock = MockAtol::builder()
        .fleet(fleet)
        .clock(ManualClock::new(SkippingClock::START))
        .credentials(case.client.login.as_str(), setup.password.as_ref().unwrap_or(&case.client.password));
    if let Some(cap) = setup.page_cap {
        mock = mock.page_cap(cap);
    }
    let mock = setup.faults.iter().fold(mock, MockAtolBuilder::fault).start().await;
    mock.set_blocked(setup.blocked);

    let found = call::make(&case.call, &case.client, &mock.uri(), Arc::default()).await;
    let mut script = Script::new(case.exchanges.clone());
    for request in mock.requests() {
        let sent = Sent::unveiled(&request, &case.client.password);
        let status = script.next(&sent).map_or(request.status(), |(exchange, _)| exchange.answer.status);
        if request.status() != status {
            script.complain(format!("{}: answered {} instead of {status}", sent.line(), request.status()));
        }
    }
    let mut complaints = script.complaints();
    complaints.extend(judge(&case.expect, &found));
    complaints
}

/// The registers that are in any of the answers.
fn registers(exchanges: &[Exchange]) -> Vec<Value> {
    let mut registers = Vec::new();
    for exchange in exchanges {
        let found = match &exchange.answer.body {
            Some(AnswerBody::Pages(all) | AnswerBody::Json(Value::Array(all))) => all.as_slice(),
            Some(AnswerBody::Json(Value::Object(members))) => {
                members.get("data").map_or(&[][..], std::slice::from_ref)
            }
            _ => &[],
        };
        for register in found {
            if !registers.contains(register) {
                registers.push(register.clone());
            }
        }
    }
    registers
}

impl From<&FaultRule> for atol_mock::FaultRule {
    fn from(FaultRule { fault, on, times }: &FaultRule) -> Self {
        let rule = atol_mock::Fault::from(fault.clone()).on((*on).into());
        match times {
            Some(times) => rule.times(*times),
            None => rule,
        }
    }
}

impl From<MockCall> for atol_mock::Call {
    fn from(call: MockCall) -> Self {
        match call {
            MockCall::Login => Self::Login,
            MockCall::List => Self::List,
            MockCall::One => Self::One,
        }
    }
}

impl From<Fault> for atol_mock::Fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Html(status) => Self::Html(status),
            Fault::Empty(status) => Self::Empty(status),
            Fault::ErrorObject { status, code } => {
                Self::ErrorObject { status, code: ServiceErrorCode::from_code(code) }
            }
            Fault::RetryAfter { status, value } => Self::RetryAfter { status, value },
            Fault::Redirect { status, location } => Self::Redirect { status, location },
            Fault::TruncatedJson => Self::TruncatedJson,
            Fault::MalformedElement => Self::MalformedElement,
            Fault::IgnorePaging => Self::IgnorePaging,
            Fault::WrongRegister => Self::WrongRegister,
            Fault::Token(text) => Self::Token(text),
            Fault::DeadToken => Self::DeadToken,
            Fault::TokenWithError(code) => Self::TokenWithError(ServiceErrorCode::from_code(code)),
        }
    }
}
