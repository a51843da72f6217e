//! What is answered to which request.

use std::time::Duration;

use atol_transport::clock::VirtualClock;
use http::Request;
use http_body_util::BodyExt;

use super::super::hosts::Hosts;
use super::super::state::{Account, Slot};
use super::super::test_kit::{account, failing, now, policy, register};
use super::*;

fn router(accounts: Vec<Account>) -> Router {
    let store = Store::new(accounts.into_iter().map(Slot::new).collect());
    let hosts = Hosts::new(std::net::Ipv4Addr::LOCALHOST.into(), Vec::new());
    Router::new(Arc::new(store), Arc::new(VirtualClock::starting_at(now())), policy(), hosts)
}

fn shop() -> Vec<Account> {
    let unsent = |kkt: &mut atol_monitor::Kkt| {
        kkt.unsent_docs = Some(12);
        kkt.first_unsent_doc_timestamp = Some("2026-11-03T09:00:00+00:00".parse().unwrap());
    };
    vec![account("shop", [register("1", |_| ()), register("2", unsent)])]
}

async fn ask(router: &Router, request: http::request::Builder) -> (StatusCode, http::HeaderMap, String) {
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let (parts, body) = router.answer(&parts).into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn get(router: &Router, uri: &str) -> (StatusCode, String) {
    let (status, _, body) = ask(router, Request::get(uri)).await;
    (status, body)
}

fn json(body: &str) -> serde_json::Value {
    serde_json::from_str(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_route_answers_with_its_type_and_the_safety_headers() {
    let router = router(shop());
    for (uri, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/kkts/1", "text/html; charset=utf-8"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/healthz", "text/plain; charset=utf-8"),
        ("/readyz", "text/plain; charset=utf-8"),
        ("/api/kkts", "application/json"),
        ("/api/kkts/1", "application/json"),
    ] {
        let (status, headers, _) = ask(&router, Request::get(uri)).await;
        assert_eq!(status, StatusCode::OK, "{uri}");
        assert_eq!(headers["content-type"], content_type, "{uri}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{uri}");
        assert_eq!(headers["cache-control"], "no-store", "{uri}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{uri}: {policy}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_but_get_and_head_without_a_body_is_answered() {
    let router = router(shop());
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"] {
        let (status, headers, _) = ask(&router, Request::builder().method(method).uri("/")).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(headers["allow"], "GET, HEAD");
    }
    let with_body = Request::get("/").header("content-length", "1");
    assert_eq!(ask(&router, with_body).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let with_body = Request::get("/").header("transfer-encoding", "chunked");
    assert_eq!(ask(&router, with_body).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_to_a_site_that_points_its_name_here() {
    let router = router(shop());
    for uri in ["/", "/kkts/1", "/metrics", "/readyz", "/api/kkts"] {
        let (status, _, body) = ask(&router, Request::get(uri).header("host", "evil.example:9877")).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{uri}");
        assert!(body.contains("--host NAME") && !body.contains("evil"), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_404() {
    let router = router(shop());
    for uri in ["/x", "/kkts/", "/kkts/3", "/kkts/1/2", "/kkts/%ff", "/api/kkts/3", "/api", "//", "/metrics/"]
    {
        assert_eq!(get(&router, uri).await.0, StatusCode::NOT_FOUND, "{uri}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_filters_pages_and_keeps_the_record_as_it_was() {
    let router = router(shop());
    let all = json(&get(&router, "/api/kkts").await.1);
    assert_eq!(all["total"], 2);
    assert_eq!(all["kkts"][0]["kkt"]["serialNumber"], "2");
    assert_eq!(all["kkts"][0]["severity"], "critical");
    assert_eq!(all["kkts"][0]["findings"][0]["kind"], "unsent-documents");
    assert_eq!(all["accounts"][0]["up"], true);

    let second = json(&get(&router, "/api/kkts?sort=serial&limit=1&offset=1").await.1);
    assert_eq!((&second["total"], &second["kkts"][0]["kkt"]["serialNumber"]), (&2.into(), &"2".into()));
    let well = json(&get(&router, "/api/kkts?state=ok").await.1);
    assert_eq!(well["total"], 1);
    assert_eq!(get(&router, "/api/kkts?limit=x").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&router, "/api/kkts?state=x").await.0, StatusCode::BAD_REQUEST);

    let one = json(&get(&router, "/api/kkts/2?lang=ru").await.1);
    assert!(one["findings"][0]["title"].as_str().unwrap().contains("документов"), "{one}");
}

#[tokio::test(start_paused = true)]
async fn a_serial_number_that_two_accounts_have_is_found_in_each() {
    let of = |name: &str, group: &str| {
        account(name, [register("1", |kkt| kkt.group_code = Some(group.to_owned()))])
    };
    let router = router(vec![of("a", "first"), of("b", "second")]);
    let group = |body: String| json(&body)["kkt"]["groupCode"].clone();
    assert_eq!(group(get(&router, "/api/kkts/1").await.1), "first");
    assert_eq!(group(get(&router, "/api/kkts/1?account=b").await.1), "second");
    assert!(get(&router, "/kkts/1?account=b").await.1.contains("second"));
}

#[tokio::test(start_paused = true)]
async fn ready_is_who_has_had_a_list_that_is_young_enough() {
    let waiting = router(vec![Account::new("shop", Duration::from_secs(60))]);
    let (status, body) = get(&waiting, "/readyz").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\nshop: no successful poll yet\n")
    );
    assert_eq!(get(&waiting, "/healthz").await.0, StatusCode::OK);

    let router = router(shop().into_iter().map(|account| failing(account, "canary")).collect());
    let (status, body) = get(&router, "/readyz").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, "ready\nshop: last successful poll 30 s ago; the last poll failed\n");
    assert_eq!(get(&router, "/readyz?max_age=30").await.0, StatusCode::OK);
    assert_eq!(get(&router, "/readyz?max_age=29").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&router, "/readyz?max_age=x").await.0, StatusCode::BAD_REQUEST);

    let body = "ready\nno accounts: this process has none to serve\n".to_owned();
    assert_eq!(get(&self::router(Vec::new()), "/readyz").await, (StatusCode::OK, body));
}

#[tokio::test(start_paused = true)]
async fn metrics_come_in_the_format_that_is_asked_for() {
    let router = router(shop());
    let asked = Request::get("/metrics").header("accept", "application/openmetrics-text; version=1.0.0");
    let (_, headers, body) = ask(&router, asked).await;
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(body.ends_with("# EOF\n"));
}
