//! The page of one register: what is the matter with it, and everything that is known of it.

use atol_monitor::Kkt;
use atol_monitor::health::Finding;
use http::StatusCode;
use maud::{Markup, html};

use super::attributes::attributes;
use super::format::foreign;
use super::outline::{mark, outline};
use super::words::capital;
use super::{Context, page};
use crate::serve::answer::Answer;
use crate::serve::filter::Filter;
use crate::serve::state::Register;

/// The longest raw record that is shown whole.
const LONGEST_RAW: usize = 20_000;

/// The page; where accounts share a serial number, `account` in the query says whose.
pub(crate) fn answer(context: &Context<'_>, serial: &str, query: &str) -> Answer {
    let words = context.words();
    let account = Filter::from_query(query).ok().and_then(|filter| filter.account);
    let Some(register) = context.view.register(serial, account.as_deref()) else {
        let body = html! {
            div #register data-live {
                h1 { (words.not_found) }
                p { (words.not_found_hint) }
                p { a.button href="/" { (words.all) } }
            }
        };
        return page(StatusCode::NOT_FOUND, outline(context, words.not_found, None, "/", &body));
    };
    let Register { kkt, assessment, .. } = register;
    let here = Context { is_language_asked: false, ..*context }.link_to(&register);
    let back = Filter::default().to_query(context.language_pair().as_slice());
    let body = html! {
        p.back { a href={ "/" (back) } { "← " (words.all) } }
        article #register data-live {
            (title(context, &register))
            @if let Some(reason) = register.outdated {
                div.banner role="status" {
                    p { strong { (words.outdated) } ". " (words.outdated_note) }
                    p.cause { bdi { (foreign(reason)) } }
                }
            }
            section aria-labelledby="findings-title" {
                h2 #findings-title { (words.findings) }
                @if assessment.findings.is_empty() {
                    p.quiet { (words.fine) }
                } @else {
                    ul.findings { @for finding in &assessment.findings { (told(context, finding)) } }
                }
            }
            section aria-labelledby="attributes-title" {
                h2 #attributes-title { (words.attributes) }
                (attributes(context, kkt))
            }
            details #raw {
                summary { (words.raw) }
                pre tabindex="0" { code { (raw(kkt)) } }
            }
        }
    };
    let title = format!("{} — {}", foreign(&kkt.serial_number), words.title);
    page(StatusCode::OK, outline(context, &title, Some(assessment.severity), &here, &body))
}

fn title(context: &Context<'_>, register: &Register<'_>) -> Markup {
    let Register { account, kkt, assessment, .. } = *register;
    html! {
        div.register-title {
            h1 { span.quiet { (context.words().register) } " " bdi.serial { (foreign(&kkt.serial_number)) } }
            (mark(assessment.severity, context.language))
            p {
                @if let Some(address) = &kkt.fiscal_storage_payment_address { bdi { (foreign(address)) } }
                @if let Some(group) = &kkt.group_code { span.quiet { " · " bdi { (foreign(group)) } } }
                @if context.view.accounts().len() > 1 { span.quiet { " · " bdi { (foreign(account)) } } }
            }
        }
    }
}

fn told(context: &Context<'_>, finding: &Finding) -> Markup {
    html! {
        li.finding.(finding.severity()) {
            h3 { (mark(finding.severity(), context.language)) " " (capital(&finding.title(context.language))) }
            p { (finding.explain(context.language)) }
        }
    }
}

/// The record in lines that can be read.
fn raw(kkt: &Kkt) -> String {
    let lines = serde_json::to_string_pretty(kkt).unwrap_or_else(|_| kkt.to_json());
    // A JSON text has no control characters but line ends, and marks that turn text around are not legal to hide.
    let lines: Vec<_> =
        lines.lines().map(|line| atol_transport::error::Excerpt::of(line, LONGEST_RAW).to_string()).collect();
    lines.join("\n")
}
