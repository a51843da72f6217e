//! What stands around the content of every page.

use atol_monitor::Language;
use atol_monitor::health::Severity;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Context;
use super::format::{foreign, machine};
use super::security::{SCRIPT, STYLE};
use crate::serve::state::Account;

/// How often a page fetches itself, at most and at least, in seconds.
const REFRESH: std::ops::RangeInclusive<u64> = 2..=60;

/// A whole page. `here` is its address without the language.
pub(super) fn outline(
    context: &Context<'_>,
    title: &str,
    worst: Option<Severity>,
    here: &str,
    body: &Markup,
) -> Markup {
    let words = context.words();
    // Whatever a page shows, it is not all well while there is more that nobody can see.
    let worst = if context.view.unread() > 0 { worst.max(Some(Severity::Unknown)) } else { worst };
    let intervals = context.view.accounts().map(|account| account.interval.as_secs());
    let refresh = intervals.min().unwrap_or(*REFRESH.end()).clamp(*REFRESH.start(), *REFRESH.end());
    html! {
        (DOCTYPE)
        html lang=(context.language) data-refresh=(refresh) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link id="icon" rel="icon" href=(icon(worst));
                noscript { meta http-equiv="refresh" content=(refresh); }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { (words.skip) }
                (header(context, here))
                p #offline .banner hidden role="alert" { (words.offline) }
                div #banners data-live {
                    @for account in context.view.accounts().filter(|account| account.failure().is_some()) {
                        (banner(context, account))
                    }
                }
                main #content tabindex="-1" { (body) }
                (footer(context))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn header(context: &Context<'_>, here: &str) -> Markup {
    let words = context.words();
    let home = context.language_pair().map_or("/".to_owned(), |(name, value)| format!("/?{name}={value}"));
    let mark = if here.contains('?') { if here.ends_with('?') { "" } else { "&" } } else { "?" };
    let other = words.other();
    html! {
        header.top {
            a.brand href=(home) { span.logo aria-hidden="true" { "₽" } (words.title) }
            p.as-of #as-of data-live {
                @match context.view.as_of() {
                    Some(at) => {
                        (words.as_of) " "
                        time datetime=(machine(at)) { (context.date_time(at)) }
                        span.ago { " · " (context.ago(at)) }
                    }
                    None => (words.no_data),
                }
            }
            nav aria-label=(words.one("Language", "Язык")) {
                a href={ (here) (mark) "lang=" (other) } hreflang=(other) lang=(other) rel="alternate" {
                    (words.other_language)
                }
            }
        }
    }
}

/// Says that an account cannot be read, since when, and how old what is shown is.
fn banner(context: &Context<'_>, account: &Account) -> Markup {
    let words = context.words();
    html! {
        @if let Some(failure) = account.failure() {
            div.banner role="alert" {
                p {
                    strong { (words.failing) }
                    @if context.view.accounts().len() > 1 { " · " bdi { (foreign(&account.name)) } }
                    " " (words.failing_since) " "
                    time datetime=(machine(failure.since)) { (context.date_time(failure.since)) } ". "
                    @match account.last_success() {
                        Some(at) => { (words.shown_as_of) " " (context.date_time(at)) "." }
                        None => (words.nothing_shown),
                    }
                }
                p.cause { @for line in failure.report.to(context.language).lines() { bdi { (foreign(line.trim())) } br; } }
            }
        }
    }
}

fn footer(context: &Context<'_>) -> Markup {
    let words = context.words();
    html! {
        footer {
            nav aria-label=(words.footer) {
                span { (words.footer) ":" }
                a href="/metrics" { "/metrics" }
                a href="/api/kkts" { "/api/kkts" }
                a href="/readyz" { "/readyz" }
            }
            p { (words.zone) (context.zone()) " · atol " (env!("CARGO_PKG_VERSION")) }
        }
    }
}

/// The mark of a state: a shape and a word, so that it does not hang on colour.
pub(super) fn mark(severity: Severity, language: Language) -> Markup {
    html! {
        span.mark.(severity) { span.sign aria-hidden="true" { (sign(severity)) } (severity.label(language)) }
    }
}

pub(super) fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "✓",
        Severity::Unknown => "?",
        Severity::Warning => "!",
        Severity::Critical => "✕",
    }
}

/// The tab shows the worst state.
fn icon(worst: Option<Severity>) -> String {
    let colour = match worst {
        None => "6b7280",
        Some(Severity::Ok) => "15803d",
        Some(Severity::Unknown) => "6d5bd0",
        Some(Severity::Warning) => "d97706",
        Some(Severity::Critical) => "dc2626",
    };
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
         %3Ccircle cx='8' cy='8' r='7' fill='%23{colour}'/%3E%3C/svg%3E"
    )
}
