//! What stops and when: a picture of the next thirty days, and the nearest of them in words.

use std::collections::{BTreeMap, HashSet};

use atol_monitor::health::FindingKind;
use atol_monitor::snapshot::Deadline;
use jiff::ToSpan;
use maud::{Markup, html};

use super::Context;
use super::format::{foreign, machine, number};
use crate::serve::state::Register;

/// How far it looks ahead.
const DAYS: i64 = 30;
/// How many of the nearest are named.
const NAMED: usize = 6;

/// What makes registers stop, from the bottom of a column to its top.
const CAUSES: [FindingKind; 4] = [
    FindingKind::UnsentDocuments,
    FindingKind::LongShift,
    FindingKind::FiscalStorageForecast,
    FindingKind::FiscalStorageExpiry,
];

const HEIGHT: f64 = 200.0;
/// Where the columns stand.
const GROUND: f64 = 168.0;
/// How high a column may be, and how high one register is when there are few.
const TALLEST: f64 = 136.0;
const BLOCK: f64 = 22.0;
/// In per cent of the width: the column of what has stopped already, and the gap behind it.
const ALREADY: f64 = 7.0;
const GAP: f64 = 2.0;

/// The picture and the list.
pub(super) fn timeline(context: &Context<'_>) -> Markup {
    let words = context.words();
    let mut due: Vec<(&str, &Deadline)> = context
        .view
        .fleets()
        .flat_map(|(account, fleet)| {
            fleet.snapshot().deadlines().iter().map(move |deadline| (&*account.name, deadline))
        })
        .filter(|(_, deadline)| context.days_until(deadline.at) <= DAYS)
        .collect();
    due.sort_by(|one, other| one.1.cmp(other.1));
    // A register stops once, whatever else is the matter with it.
    let mut seen = HashSet::new();
    due.retain(|(account, deadline)| seen.insert((*account, deadline.serial_number.as_str())));
    html! {
        h2 #timeline-title { (words.timeline) }
        @if due.is_empty() {
            p.quiet { (words.nothing_due) }
        } @else {
            div.timeline {
                figure {
                    (picture(context, &Columns::of(context, &due)))
                    figcaption {
                        @for cause in CAUSES {
                            span.key { svg width="10" height="10" aria-hidden="true" { rect.(cause) width="10" height="10" rx="2" {} } (words.kind(cause)) }
                        }
                    }
                }
                (nearest(context, &due))
            }
        }
    }
}

/// How many registers stop on each day, by cause; day -1 is everything that has stopped.
struct Columns(BTreeMap<i64, [usize; CAUSES.len()]>);

impl Columns {
    fn of(context: &Context<'_>, due: &[(&str, &Deadline)]) -> Columns {
        let mut columns: BTreeMap<i64, [usize; CAUSES.len()]> = BTreeMap::new();
        for (_, deadline) in due {
            let day = if deadline.at <= context.now { -1 } else { context.days_until(deadline.at) };
            let counts = columns.entry(day).or_default();
            if let Some((_, count)) = CAUSES.iter().zip(counts).find(|(cause, _)| **cause == deadline.kind) {
                *count += 1;
            }
        }
        Columns(columns)
    }

    fn tallest(&self) -> usize {
        self.0.values().map(|counts| counts.iter().sum()).max().unwrap_or(0)
    }
}

/// Widths are per cent, so that the picture stretches while its letters keep their size.
fn picture(context: &Context<'_>, columns: &Columns) -> Markup {
    let words = context.words();
    let block = (TALLEST / real(columns.tallest().max(1))).min(BLOCK);
    let today = context.date(context.now);
    html! {
        svg.days role="img" aria-labelledby="timeline-note" width="100%" height=(HEIGHT) {
            title #timeline-note { (words.timeline_note) }
            rect.already x="0" y="8" width={ (ALREADY) "%" } height=(GROUND - 8.0) rx="4" {}
            line.ground x1="0" x2="100%" y1=(GROUND) y2=(GROUND) {}
            text x={ (ALREADY / 2.0) "%" } y=(GROUND + 18.0) text-anchor="middle" { (words.already) }
            @for day in (0..=DAYS).step_by(7) {
                @let (left, width) = place(day);
                line.week x1={ (left) "%" } x2={ (left) "%" } y1="8" y2=(GROUND + 5.0) {}
                @let date = today.checked_add(day.days()).unwrap_or(today);
                text x={ (left + width * 0.2) "%" } y=(GROUND + 18.0) {
                    (if day == 0 { words.today.to_owned() } else { context.short_date(date) })
                }
            }
            @for (day, counts) in &columns.0 {
                (column(context, *day, *counts, block))
            }
        }
    }
}

fn column(context: &Context<'_>, day: i64, counts: [usize; CAUSES.len()], block: f64) -> Markup {
    let words = context.words();
    let (left, width) = place(day);
    let total: usize = counts.iter().sum();
    let date = context.date(context.now).checked_add(day.max(0).days()).ok();
    let when = if day < 0 {
        words.already.to_owned()
    } else {
        date.map_or(String::new(), |date| context.short_date(date))
    };
    let parts: Vec<_> = CAUSES
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .scan(GROUND, |top, (cause, count)| {
            let height = real(count) * block;
            *top -= height;
            Some((cause, count, *top, height))
        })
        .collect();
    let causes: Vec<_> =
        parts.iter().map(|(cause, count, ..)| format!("{}: {count}", words.kind(*cause))).collect();
    html! {
        g {
            title { (when) " — " (causes.join(", ")) }
            @for (cause, _, top, height) in &parts {
                // A line of background keeps blocks apart.
                rect.(cause) x={ (left + width * 0.1) "%" } y=(format!("{:.1}", top + 1.0))
                    width={ (width * 0.8) "%" } height=(format!("{:.1}", (height - 1.0).max(1.0))) rx="2" {}
            }
            text.count x={ (left + width / 2.0) "%" } y=(format!("{:.1}", GROUND - real(total) * block - 4.0))
                text-anchor="middle" { (number(total)) }
        }
    }
}

/// Where a day begins and how wide it is, in per cent.
fn place(day: i64) -> (f64, f64) {
    if day < 0 {
        return (0.0, ALREADY);
    }
    let width = (100.0 - ALREADY - GAP) / real(usize::try_from(DAYS).unwrap_or(0) + 1);
    let left = ALREADY + GAP + real(usize::try_from(day).unwrap_or(0)) * width;
    ((left * 1000.0).round() / 1000.0, (width * 1000.0).round() / 1000.0)
}

#[expect(clippy::cast_precision_loss, reason = "what is drawn is small")]
fn real(count: usize) -> f64 {
    count as f64
}

fn nearest(context: &Context<'_>, due: &[(&str, &Deadline)]) -> Markup {
    let words = context.words();
    // Those that have stopped are in the table, on top.
    let ahead = due.iter().filter(|(_, deadline)| deadline.at > context.now);
    let stopped = due.len() - ahead.clone().count();
    html! {
        div.nearest {
            h3 { (words.next) }
            ol {
                @for (account, deadline) in ahead.clone().take(NAMED) {
                    @let register = context.view.register(&deadline.serial_number, Some(account));
                    li.(deadline.kind) {
                        time datetime=(machine(deadline.at)) {
                            b { (words.in_days(context.days_until(deadline.at))) }
                            span.quiet { " · " (context.short_date(context.date(deadline.at))) ", " (context.time(deadline.at)) }
                        }
                        span {
                            @match &register {
                                Some(register) => (link(context, register)),
                                None => bdi { (foreign(&deadline.serial_number)) },
                            }
                            ": " (words.kind(deadline.kind))
                        }
                        // People know their registers by the place.
                        @if let Some(address) = register.and_then(|register| register.kkt.fiscal_storage_payment_address.as_deref()) {
                            span.address { bdi { (foreign(address)) } }
                        }
                    }
                }
            }
            @if ahead.clone().count() > NAMED { p.quiet { (words.more(due.len() - stopped - NAMED)) } }
        }
    }
}

fn link(context: &Context<'_>, register: &Register<'_>) -> Markup {
    html! { a href=(context.link_to(register)) { bdi { (foreign(&register.kkt.serial_number)) } } }
}
