//! The table of registers, a page at a time.

use atol_monitor::OffsetTimestamp;
use maud::{Markup, html};

use super::format::{foreign, machine, number};
use super::outline::mark;
use super::words::capital;
use super::{Context, Words};
use crate::serve::filter::Filter;
use crate::serve::state::Register;

/// How many registers a page has: more than most shops own, and little enough for a telephone.
const ON_A_PAGE: usize = 50;

/// The number of the page that the query asks for, counted from 1.
pub(super) fn page_number(query: &str) -> usize {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page");
    asked.and_then(|(_, value)| value.parse().ok()).unwrap_or(1).max(1)
}

/// The registers that pass the filter, and the way to the rest of them.
pub(super) fn results(context: &Context<'_>, filter: &Filter, query: &str) -> Markup {
    let words = context.words();
    let registers = filter.apply(context.view);
    let pages = registers.len().div_ceil(ON_A_PAGE).max(1);
    let current = page_number(query).min(pages);
    let first = (current - 1) * ON_A_PAGE;
    let shown = registers.get(first..).unwrap_or_default();
    let shown = shown.get(..ON_A_PAGE).unwrap_or(shown);
    html! {
        @if shown.is_empty() {
            p.nobody { (words.nobody) }
        } @else {
            p.found {
                (words.range(
                    &number(first + 1),
                    &number(first + shown.len()),
                    &number(registers.len()),
                ))
            }
            (table(context, shown))
            @if pages > 1 { (pager(context, filter, current, pages)) }
        }
    }
}

// On a narrow screen the rows become cards; the roles keep it a table for those who listen to it.
fn table(context: &Context<'_>, registers: &[Register<'_>]) -> Markup {
    let words = context.words();
    let heads =
        [words.state, words.register, words.matter, words.storage, words.unsent, words.shift, words.news];
    html! {
        table.registers role="table" {
            thead role="rowgroup" {
                tr role="row" { @for head in heads { th role="columnheader" scope="col" { (head) } } }
            }
            tbody role="rowgroup" { @for register in registers { (row(context, words, register)) } }
        }
    }
}

fn row(context: &Context<'_>, words: &Words, register: &Register<'_>) -> Markup {
    let Register { account, kkt, assessment, outdated } = *register;
    let address = kkt.fiscal_storage_payment_address.as_deref();
    html! {
        tr.(assessment.severity) role="row" {
            td.state role="cell" { (mark(assessment.severity, context.language)) }
            th.who role="rowheader" scope="row" {
                a.serial href=(context.link_to(register)) { bdi { (foreign(&kkt.serial_number)) } }
                @if let Some(address) = address { span.address { bdi { (foreign(address)) } } }
                span.group {
                    @if let Some(group) = &kkt.group_code { bdi { (foreign(group)) } }
                    @if context.view.accounts().len() > 1 { " · " bdi { (foreign(account)) } }
                }
            }
            td.matter role="cell" data-label=(words.matter) {
                @if outdated.is_some() { span { (words.outdated) } }
                @match assessment.findings.as_slice() {
                    [] if outdated.is_some() => {}
                    [] => span.quiet { (words.fine) },
                    [first, rest @ ..] => {
                        (capital(&first.title(context.language)))
                        @if !rest.is_empty() { " " span.quiet { (words.more(rest.len())) } }
                    }
                }
            }
            td.storage role="cell" data-label=(words.storage) {
                @match kkt.fiscal_storage_expiration.map(OffsetTimestamp::timestamp) {
                    Some(at) => {
                        time datetime=(machine(at)) { (context.full_date(at)) }
                        span.quiet { (words.in_days(context.days_until(at))) }
                    }
                    None => span.quiet { (words.unknown) },
                }
                @if let Some(percent) = kkt.fiscal_storage_percentage_use { (fill(context, words, percent)) }
            }
            td.unsent.number role="cell" data-label=(words.unsent) {
                @match kkt.unsent_docs.unwrap_or(0) {
                    0 => span.quiet { "0" },
                    count => {
                        strong { (number(count)) }
                        @if let Some(oldest) = kkt.first_unsent_doc_timestamp {
                            span.quiet { (context.ago(oldest.timestamp())) }
                        }
                    }
                }
            }
            td.shift role="cell" data-label=(words.shift) {
                @match kkt.is_shift_opened {
                    Some(true) => (words.open),
                    Some(false) => span.quiet { (words.closed) },
                    None => span.quiet { (words.unknown) },
                }
                @if let Some(shift) = kkt.shift_number { span.quiet { "№\u{a0}" (shift) } }
            }
            td.news role="cell" data-label=(words.news) {
                @match kkt.timestamp.map(OffsetTimestamp::timestamp) {
                    Some(at) => time datetime=(machine(at)) { (context.ago(at)) },
                    None => span.quiet { (words.unknown) },
                }
            }
        }
    }
}

/// The fill of the memory as a bar; the limits are those at which the vendor acts.
pub(super) fn fill(context: &Context<'_>, words: &Words, percent: f64) -> Markup {
    html! {
        span.fill {
            meter min="0" max="100" low="80" high="99" optimum="0" value=(percent.clamp(0.0, 100.0))
                aria-label=(words.used) {}
            " " (context.percent(percent))
        }
    }
}

fn pager(context: &Context<'_>, filter: &Filter, current: usize, pages: usize) -> Markup {
    let words = context.words();
    let link = |page: usize| {
        let page = page.to_string();
        let pairs: Vec<_> = [("page", page.as_str())].into_iter().chain(context.language_pair()).collect();
        format!("/{}#registers", filter.to_query(&pairs))
    };
    html! {
        nav.pager aria-label=(words.pages) {
            @if current > 1 { a rel="prev" href=(link(current - 1)) { "← " (words.earlier) } }
            @for page in numbers(current, pages) {
                @match page {
                    None => span { "…" },
                    Some(page) if page == current => span aria-current="page" { (number(page)) },
                    Some(page) => a href=(link(page)) { (number(page)) },
                }
            }
            @if current < pages { a rel="next" href=(link(current + 1)) { (words.later) " →" } }
        }
    }
}

/// The first, the last and those around this one, with gaps between.
fn numbers(current: usize, pages: usize) -> Vec<Option<usize>> {
    let mut numbers = Vec::new();
    let mut last = 0;
    for page in (1..=pages).filter(|&page| page == 1 || page == pages || page.abs_diff(current) <= 2) {
        if page > last + 1 {
            numbers.push(None);
        }
        numbers.push(Some(page));
        last = page;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_pages_has_gaps() {
        let shown = |number, pages| {
            let text = |page: Option<usize>| page.map_or("…".to_owned(), |page| page.to_string());
            numbers(number, pages).into_iter().map(text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(1, 2), "1 2");
        assert_eq!(shown(1, 200), "1 2 3 … 200");
        assert_eq!(shown(100, 200), "1 … 98 99 100 101 102 … 200");
        assert_eq!(shown(4, 7), "1 2 3 4 5 6 7");
    }

    #[test]
    fn a_page_number_that_is_none_is_the_first() {
        assert_eq!(["page=0", "page=x", "", "page=7"].map(page_number), [1, 1, 1, 7]);
    }
}
