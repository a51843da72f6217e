//! What a reader sees, and what no value can do.

use std::sync::Arc;
use std::time::Duration;

use atol_monitor::health::Policy;
use http_body_util::BodyExt;

use super::super::state::Account;
use super::super::test_kit::{account, account_of, failing, now, policy, register};
use super::*;

async fn text(answer: Answer) -> String {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn context<'v>(view: &'v View, policy: &'v Policy, language: Language) -> Context<'v> {
    Context { view, language, is_language_asked: false, now: now(), policy }
}

async fn fleet_page(accounts: Vec<Account>, language: Language, query: &str) -> String {
    let (view, policy) = (View::of(accounts.into_iter().map(Arc::new)), policy());
    text(fleet(&context(&view, &policy, language), query)).await
}

async fn register_page(accounts: Vec<Account>, language: Language, serial: &str) -> String {
    let (view, policy) = (View::of(accounts.into_iter().map(Arc::new)), policy());
    text(super::register(&context(&view, &policy, language), serial, "")).await
}

fn shop() -> Vec<Account> {
    let at = |text: &str| Some(text.parse().unwrap());
    vec![account(
        "shop",
        [
            register("00107703864827", |_| ()),
            register("00107703864828", |kkt| kkt.fiscal_storage_expiration = at("2026-12-07T21:00:00+00:00")),
            register("00107703864829", |kkt| {
                kkt.unsent_docs = Some(1200);
                kkt.first_unsent_doc_timestamp = at("2026-11-03T09:00:00+00:00");
                kkt.fiscal_storage_percentage_use = Some(85.34);
                kkt.is_shift_opened = Some(false);
            }),
        ],
    )]
}

/// The colour of the icon when something is not known.
const UNKNOWN: &str = "fill='%236d5bd0'";

/// The element with this id, a line for each tag, without what is the same on every page.
fn element(page: &str, id: &str) -> String {
    let start = page.find(&format!("id=\"{id}\"")).unwrap();
    let start = page[..start].rfind('<').unwrap();
    let name: String = page[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let (mut end, mut depth) = (start, 0_usize);
    loop {
        let rest = &page[end..];
        let next_close = rest.find(&close).unwrap();
        if let Some(next_open) = rest.find(&open).filter(|next| *next < next_close) {
            (end, depth) = (end + next_open + open.len(), depth + 1);
        } else {
            (end, depth) = (end + next_close + close.len(), depth - 1);
            if depth == 0 {
                return page[start..end].replace("><", ">\n<");
            }
        }
    }
}

/// What is read aloud: the text without its tags.
fn words(html: &str) -> String {
    let mut words = String::new();
    for part in html.split('<') {
        let text = part.split_once('>').map_or(part, |(_, text)| text).trim();
        if !text.is_empty() {
            words.push_str(text);
            words.push('\n');
        }
    }
    words
}

#[tokio::test]
async fn the_summary_the_timeline_and_the_table_in_english() {
    let page = fleet_page(shop(), Language::En, "").await;
    insta::assert_snapshot!("summary_en", element(&page, "summary"));
    insta::assert_snapshot!("timeline_en", element(&page, "timeline"));
    insta::assert_snapshot!("results_en", element(&page, "results"));
}

#[tokio::test]
async fn the_words_in_russian() {
    let page = fleet_page(shop(), Language::Ru, "").await;
    insta::assert_snapshot!(
        "words_ru",
        words(page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0)
    );
}

#[tokio::test]
async fn one_register_with_all_that_is_known_of_it() {
    let page = register_page(shop(), Language::Ru, "00107703864829").await;
    insta::assert_snapshot!("register_ru", words(&element(&page, "register")));
}

#[tokio::test]
async fn before_the_first_answer_nothing_is_called_well() {
    let page = fleet_page(vec![Account::new("shop", Duration::from_secs(60))], Language::En, "").await;
    let main = element(&page, "content");
    assert!(
        main.contains("No data yet") && !main.contains("all is well") && !main.contains("tile"),
        "{main}"
    );
    assert!(page.contains("<title>? — Cash registers</title>") && page.contains(UNKNOWN), "{page}");
    for part in ["summary", "timeline", "registers", "rejected"] {
        assert!(main.contains(&format!("id=\"{part}\" data-live")), "{part} is not swapped: {main}");
    }
}

#[tokio::test]
async fn nothing_is_called_well_while_an_account_cannot_be_read() {
    let well = || account("shop", [register("1", |_| ())]);
    let unread = Account::new("new", Duration::from_secs(60));
    for accounts in [vec![well(), unread], vec![well(), failing(account("old", []), "canary")]] {
        let page = fleet_page(accounts.clone(), Language::En, "").await;
        let summary = element(&page, "summary");
        assert!(summary.contains("1\u{a0}account not read") && !summary.contains("all is well"), "{summary}");
        assert!(page.contains("<title>? — Cash registers</title>") && page.contains(UNKNOWN), "{page}");
        assert!(register_page(accounts, Language::En, "1").await.contains(UNKNOWN));
    }
    let page = fleet_page(vec![well()], Language::En, "").await;
    assert!(element(&page, "summary").contains("1\u{a0}register: all is well"), "{page}");
    assert!(page.contains("<title>Cash registers</title>") && !page.contains(UNKNOWN), "{page}");
}

#[tokio::test]
async fn a_process_without_an_account_waits_for_nothing() {
    let page = fleet_page(Vec::new(), Language::En, "").await;
    let main = element(&page, "content");
    assert!(main.contains("No accounts") && !main.contains("awaited") && !page.contains(UNKNOWN), "{page}");
}

#[tokio::test]
async fn a_failing_poll_is_told_on_top_with_its_cause_and_the_age_of_what_is_shown() {
    let accounts =
        shop().into_iter().map(|account| failing(account, "no <b>connection</b>\n  what to do: wait"));
    let page = fleet_page(accounts.collect(), Language::En, "").await;
    insta::assert_snapshot!("banner", element(&page, "banners"));
    let accounts = shop().into_iter().map(|account| failing(account, "no connection")).collect();
    let page = fleet_page(accounts, Language::Ru, "").await;
    assert!(element(&page, "banners").contains("по-русски: no connection"), "{page}");
}

#[tokio::test]
async fn hostile_values_are_text_everywhere() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}'\u{0}";
    let kkt = register(hostile, |kkt| {
        for field in [
            &mut kkt.group_code,
            &mut kkt.fiscal_storage_payment_address,
            &mut kkt.device_number,
            &mut kkt.registration_number,
            &mut kkt.fiscal_storage_inn,
            &mut kkt.fiscal_storage_serial_number,
        ] {
            *field = Some(hostile.to_owned());
        }
        kkt.unsent_docs = Some(1);
        kkt.first_unsent_doc_timestamp = Some("2026-11-03T09:00:00+00:00".parse().unwrap());
        kkt.extra
            .insert(
                hostile,
                format!("{hostile:?}").replace("\\u{202e}", "").replace("\\0", "").replace("\\'", "'"),
            )
            .unwrap();
    });
    let accounts = || vec![failing(account(hostile, [kkt.clone()]), hostile), account("b", [])];
    let filter = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", hostile)
        .append_pair("group", hostile)
        .append_pair("account", hostile)
        .finish();
    let pages = [
        fleet_page(accounts(), Language::En, "").await,
        fleet_page(accounts(), Language::Ru, &filter).await,
        register_page(accounts(), Language::En, hostile).await,
        fleet_page(accounts(), Language::En, &format!("state={filter}")).await,
    ];
    for page in pages {
        let own = page.matches("<script>").count();
        assert_eq!(own, 1, "a value became a script");
        for forbidden in ["<img", "alert(1)</script>"] {
            assert!(!page.contains(forbidden), "{forbidden:?} is in the page");
        }
        // In the fields of the form they have to stay as they are, where they can turn nothing else around.
        assert!(!words(&page).contains(['\u{202e}', '\u{0}']), "{}", words(&page));
        // Nothing that is no attribute of ours.
        assert!(!page.contains(" onerror=\"") && !page.contains("style=\""));
    }
}

#[tokio::test]
async fn records_that_could_not_be_read_are_listed() {
    let list = atol_monitor::KktList::from_json(br#"[{"serialNumber": "<1>"}, 7]"#).unwrap();
    let page = fleet_page(vec![account_of("shop", list)], Language::En, "").await;
    insta::assert_snapshot!("rejected", words(&element(&page, "rejected")));
}

#[tokio::test]
async fn ten_thousand_registers_come_in_pages() {
    let fleet = || vec![account("shop", (0..10_000).map(|serial| register(&format!("{serial:05}"), |_| ())))];
    let page = fleet_page(fleet(), Language::En, "page=200&sort=serial").await;
    assert_eq!(page.matches("<tr ").count(), 51);
    assert!(page.contains("09999") && page.len() < 200_000, "{} bytes", page.len());
    let beyond = fleet_page(fleet(), Language::En, "page=99999999").await;
    assert!(beyond.contains("9\u{202f}951–10\u{202f}000 of 10\u{202f}000"));
}

#[tokio::test]
async fn links_go_on_in_the_language_that_was_asked_for() {
    let (view, policy) = (View::of(shop().into_iter().map(Arc::new)), policy());
    let asked = Context { is_language_asked: true, ..context(&view, &policy, Language::Ru) };
    let page = text(fleet(&asked, "lang=ru&state=trouble")).await;
    assert!(page.contains("href=\"/kkts/00107703864829?lang=ru\""));
    assert!(page.contains("href=\"/?state=trouble&amp;lang=en\""), "{}", element(&page, "content"));
    assert!(page.contains("<input type=\"hidden\" name=\"lang\" value=\"ru\">"));
}

#[tokio::test]
async fn every_swapped_part_has_an_id_and_no_id_stands_twice() {
    let waiting = vec![Account::new("shop", Duration::from_secs(60))];
    for page in [
        fleet_page(shop(), Language::En, "").await,
        fleet_page(waiting, Language::En, "").await,
        register_page(shop(), Language::En, "00107703864829").await,
    ] {
        let ids: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for tag in page.split('<').filter(|tag| tag.contains(" data-live")) {
            assert!(tag.contains("id=\""), "{tag}");
        }
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_meant_is_explained_in_the_language_of_the_page() {
    let english = fleet_page(shop(), Language::En, "state=bad").await;
    assert!(english.contains("The parameter `state` is not one of: trouble, critical, warning, unknown, ok"));
    let russian = fleet_page(shop(), Language::Ru, "sort=bad").await;
    let allowed = "trouble, serial, group, expiry, fill, unsent";
    assert!(russian.contains(&format!("Параметр «sort» бывает только таким: {allowed}")), "{russian}");
    let kinds = fleet_page(shop(), Language::Ru, "kind=bad").await;
    assert!(kinds.contains("fiscal-storage-expiry, ") && kinds.contains("unsent-documents"), "{kinds}");
}
