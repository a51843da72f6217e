//! The page of the whole fleet: is all well, what stops next, and which registers need somebody.

use std::collections::BTreeSet;

use atol_monitor::health::{FindingKind, Severity};
use atol_monitor::snapshot::Counts;
use http::StatusCode;
use maud::{Markup, html};

use super::format::{foreign, number};
use super::headline::{Tally, headline};
use super::outline::{outline, sign};
use super::{Context, page, table, timeline};
use crate::serve::answer::Answer;
use crate::serve::filter::{Filter, Sort, State};

/// More groups than this are typed, not chosen.
const MOST_CHOICES: usize = 200;

/// The page, with the registers that the query asks for.
pub(crate) fn answer(context: &Context<'_>, query: &str) -> Answer {
    let filter = match Filter::from_query(query) {
        Ok(filter) => filter,
        Err(error) => {
            let words = context.words();
            let body = html! {
                h1 { (words.bad_query) }
                p { (words.bad_parameter(&error)) }
                p { a.button href={ "/" (Filter::default().to_query(context.language_pair().as_slice())) } { (words.all) } }
            };
            return page(StatusCode::BAD_REQUEST, outline(context, words.bad_query, None, "/", &body));
        }
    };
    let words = context.words();
    let counts = Totals::new(context);
    let page_number = table::page_number(query).to_string();
    let page_pair = (page_number != "1").then_some(("page", page_number.as_str()));
    let here = format!("/{}", filter.to_query(page_pair.as_slice()));
    let title = match counts.worst() {
        None | Some(Severity::Ok) => words.title.to_owned(),
        Some(worst) => match counts.of(worst) {
            // An account is unknown, and no register that is known of.
            0 => format!("{} — {}", sign(worst), words.title),
            count => format!("{} {count} — {}", sign(worst), words.title),
        },
    };
    let body = html! {
        div #summary data-live { (summary(context, &counts)) }
        @if context.view.fleets().next().is_some() {
            section #timeline data-live aria-labelledby="timeline-title" { (timeline::timeline(context)) }
            section #registers aria-labelledby="registers-title" {
                h2 #registers-title { (words.registers) }
                (form(context, &filter))
                div #results data-live { (table::results(context, &filter, query)) }
            }
            div #rejected data-live { (rejected(context)) }
        } @else {
            // In their place comes what the first answer brings.
            @for id in ["timeline", "registers", "rejected"] { div id=(id) data-live {} }
        }
    };
    page(StatusCode::OK, outline(context, &title, counts.worst(), &here, &body))
}

/// The counts of all accounts.
struct Totals {
    counts: Vec<Counts>,
    /// How many accounts there may be more registers of, or other news.
    unread: usize,
}

impl Totals {
    fn new(context: &Context<'_>) -> Totals {
        let counts = context.view.fleets().map(|(_, fleet)| fleet.snapshot().counts()).collect();
        Totals { counts, unread: context.view.unread() }
    }

    fn of(&self, severity: Severity) -> usize {
        self.counts.iter().map(|counts| counts.of(severity)).sum()
    }

    fn tally(&self) -> Tally {
        Tally {
            total: self.counts.iter().map(Counts::total).sum(),
            critical: self.of(Severity::Critical),
            warning: self.of(Severity::Warning),
            unknown: self.of(Severity::Unknown),
            unread: self.unread,
        }
    }

    fn worst(&self) -> Option<Severity> {
        let unread = (self.unread > 0).then_some(Severity::Unknown);
        self.counts.iter().filter_map(Counts::worst).chain(unread).max()
    }
}

fn summary(context: &Context<'_>, counts: &Totals) -> Markup {
    let words = context.words();
    if context.view.accounts().len() == 0 {
        return html! { h1 { (words.no_accounts) } p { (words.no_accounts_here) } };
    }
    if context.view.fleets().next().is_none() {
        return html! { h1 { (words.no_data) } p { (words.no_data_yet) } };
    }
    html! {
        h1.headline.(counts.worst().unwrap_or_default()) {
            (headline(words, &counts.tally()))
        }
        ul.tiles aria-label=(words.summary) {
            @for severity in Severity::ALL.into_iter().rev() {
                @let filter = Filter { state: Some(State::Only(severity)), ..Filter::default() };
                li {
                    a.tile.(severity).none[counts.of(severity) == 0]
                        href={ "/" (filter.to_query(context.language_pair().as_slice())) "#registers" } {
                        span.count { (number(counts.of(severity))) }
                        span.label { span.sign aria-hidden="true" { (sign(severity)) } (severity.label(context.language)) }
                        span.meaning { (words.meaning(severity)) }
                    }
                }
            }
        }
    }
}

/// A plain form: it works without a script, and its result has an address that can be sent to somebody.
fn form(context: &Context<'_>, filter: &Filter) -> Markup {
    let words = context.words();
    let groups = context.view.registers().filter_map(|register| register.kkt.group_code.as_deref());
    // A form cannot ask for the one without a name: there an empty choice is none.
    let groups: BTreeSet<&str> = groups.filter(|group| !group.is_empty()).collect();
    html! {
        form.filter action="/#registers" method="get" role="search" {
            label.wide {
                span { (words.search) }
                input type="search" name="q" value=(filter.text) placeholder=(words.search_hint) maxlength="100";
            }
            label {
                span { (words.state) }
                select name="state" {
                    option value="" { (words.any) }
                    @for state in State::ALL {
                        option value=(state.as_str()) selected[filter.state == Some(state)] { (words.state_option(state)) }
                    }
                }
            }
            label {
                span { (words.problem) }
                select name="kind" {
                    option value="" { (words.any) }
                    @for kind in FindingKind::ALL {
                        option value=(kind) selected[filter.kind == Some(*kind)] { (words.kind(*kind)) }
                    }
                }
            }
            @if groups.len() > 1 || filter.group.is_some() {
                label {
                    span { (words.group) }
                    @if groups.len() <= MOST_CHOICES {
                        select name="group" {
                            option value="" { (words.any) }
                            @for group in &groups {
                                option value=(group) selected[filter.group.as_deref() == Some(group)] { (foreign(group)) }
                            }
                        }
                    } @else {
                        input name="group" value=(filter.group.as_deref().unwrap_or_default()) maxlength="100";
                    }
                }
            }
            @if context.view.accounts().len() > 1 {
                label {
                    span { (words.account) }
                    select name="account" {
                        option value="" { (words.any) }
                        @for account in context.view.accounts() {
                            option value=(account.name) selected[filter.account.as_deref() == Some(&*account.name)] {
                                (foreign(&account.name))
                            }
                        }
                    }
                }
            }
            label {
                span { (words.sort) }
                select name="sort" {
                    @for sort in Sort::ALL {
                        option value=(sort.as_str()) selected[filter.sort == sort] { (words.sort_option(sort)) }
                    }
                }
            }
            @if let Some((name, value)) = context.language_pair() {
                input type="hidden" name=(name) value=(value);
            }
            div.actions {
                button.button type="submit" { (words.show) }
                @if !filter.is_open() {
                    a href={ "/" (Filter::default().to_query(context.language_pair().as_slice())) "#registers" } { (words.reset) }
                }
            }
        }
    }
}

/// Registers of which nothing is known must not be missed among those of which something is.
fn rejected(context: &Context<'_>) -> Markup {
    let words = context.words();
    let records: Vec<_> = context
        .view
        .fleets()
        .flat_map(|(account, fleet)| {
            fleet.snapshot().unreadable().iter().map(move |record| (account, record))
        })
        .collect();
    html! {
        @if !records.is_empty() {
            details.rejected open[records.len() <= 5] {
                summary { (words.rejected) ": " (number(records.len())) }
                ul {
                    @for (account, record) in records.iter().take(100) {
                        li {
                            @match &record.serial_number {
                                Some(serial) => { bdi.serial { (foreign(serial)) } }
                                None => (words.nameless),
                            }
                            @if context.view.accounts().len() > 1 { " · " bdi { (foreign(&account.name)) } }
                            ": " bdi { (foreign(&record.reason)) }
                        }
                    }
                    @if records.len() > 100 { li { (words.more(records.len() - 100)) } }
                }
            }
        }
    }
}
