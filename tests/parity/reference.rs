//! The reference's own tests of its monitor, M1 to M14.

use atol_mock::MockAtol;
use atol_model::Kkt;
use atol_monitor::KktMonitor;
use atol_transport::token::MemoryTokenStore;
use atol_transport::{Credentials, Environment};

use crate::service::{Answer, SERIAL, Service, kkt};

/// A monitor of the stand-in with the stand-in's login.
fn monitor_of(mock: &MockAtol) -> KktMonitor {
    KktMonitor::builder()
        .environment(Environment::custom(mock.uri().parse().unwrap()).unwrap())
        .credentials("shop-17", "correct horse")
        .build()
        .unwrap()
}

async fn mock() -> MockAtol {
    MockAtol::builder().credentials("shop-17", "correct horse").start().await
}

#[test]
fn reference_m01_a_monitor_is_made_without_arguments() {
    KktMonitor::new().unwrap();
}

#[test]
fn reference_m02_a_monitor_is_made_with_login_and_password() {
    KktMonitor::builder().credentials("shop-17", "secret").build().unwrap();
}

#[tokio::test]
async fn reference_m03_the_login_that_was_given_is_used_in_production_and_before_the_built_in_one() {
    let mock = mock().await;
    monitor_of(&mock).authenticate().await.unwrap();
    assert!(mock.requests()[0].body().contains("shop-17"));
}

#[test]
fn reference_m04_an_empty_login_is_refused() {
    let error = KktMonitor::builder().credentials("  ", "secret").build().unwrap_err();
    assert!(error.is_invalid_argument() && error.to_string().contains("login is empty"), "{error}");
}

#[test]
fn reference_m05_a_login_of_101_characters_is_refused_and_one_of_100_is_not() {
    assert!(Credentials::new("ы".repeat(100), "secret").is_ok());
    let error = KktMonitor::builder().credentials("ы".repeat(101), "secret").build().unwrap_err();
    assert!(error.is_invalid_argument() && error.to_string().contains("100"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn reference_m06_the_vendors_public_login_is_used_in_the_test_environment_when_none_was_given() {
    let service = Service::default();
    service.monitor(|_, _| Answer::json("[]")).authenticate().await.unwrap();
    let login = &service.requests()[0];
    assert_eq!(login.uri, "https://testonline.atol.ru/api/auth/v1/gettoken");
    assert!(login.body.contains(r#""login":"v4-online-atol-ru""#), "{}", login.body);
}

#[test]
fn reference_m07_an_empty_password_is_refused() {
    let error = KktMonitor::builder().credentials("shop-17", "").build().unwrap_err();
    assert!(error.is_invalid_argument() && error.to_string().contains("password is empty"), "{error}");
}

#[test]
fn reference_m08_a_password_of_101_characters_is_refused_and_one_of_100_is_not() {
    assert!(Credentials::new("shop-17", "1".repeat(100)).is_ok());
    let error = KktMonitor::builder().credentials("shop-17", "1".repeat(101)).build().unwrap_err();
    assert!(error.is_invalid_argument() && error.to_string().contains("100"), "{error}");
}

#[test]
fn reference_m09_the_test_environment_is_the_default_and_can_be_switched_both_ways() {
    let address = |monitor: KktMonitor| monitor.client().endpoints().to_string();
    let test = address(KktMonitor::new().unwrap());
    assert_eq!(test, "https://testonline.atol.ru");
    let production = KktMonitor::builder().production().credentials("shop-17", "secret");
    assert_eq!(address(production.build().unwrap()), "https://online.atol.ru");
    let back = KktMonitor::builder().production().environment(Environment::Test).build().unwrap();
    assert_eq!(address(back), test);
}

#[tokio::test]
async fn reference_m10_authenticating_succeeds_and_is_not_repeated() {
    let mock = mock().await;
    let monitor = monitor_of(&mock);
    monitor.authenticate().await.unwrap();
    monitor.authenticate().await.unwrap();
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn reference_m11_there_is_no_token_before_and_one_after() {
    let mock = mock().await;
    let monitor = monitor_of(&mock);
    assert!(!monitor.token_is_cached());
    monitor.authenticate().await.unwrap();
    assert!(monitor.token_is_cached());
    monitor.forget_token();
    assert!(!monitor.token_is_cached());
}

#[tokio::test]
async fn reference_m12_the_last_response_is_kept_after_any_call() {
    let mock = mock().await;
    let monitor = monitor_of(&mock);
    assert!(monitor.last_response().is_none());
    let serial = monitor.get_all().await.unwrap()[0].serial_number.clone();
    monitor.get_one(&serial).await.unwrap();
    let last = monitor.last_response().unwrap();
    assert!(last.is_success());
    assert_eq!(
        (last.status().as_u16(), &last.json().unwrap()["data"]["serialNumber"]),
        (200, &serial.into())
    );
    monitor.get_one("1").await.unwrap_err();
    let last = monitor.last_response().unwrap();
    assert!(!last.is_success());
    assert_eq!((last.status().as_u16(), last.service_error().is_some()), (404, true));
}

#[tokio::test]
async fn reference_m13_the_list_has_registers_to_count_to_index_and_to_iterate() {
    let mock = mock().await;
    let list = monitor_of(&mock).get_all().await.unwrap();
    assert_eq!(list.len(), mock.fleet().len());
    let first: Option<&Kkt> = list.first();
    assert_eq!(first, Some(&list[0]));
    assert_eq!(list.iter().map(|kkt| kkt.serial_number.clone()).collect::<Vec<_>>(), mock.fleet().serials());
    assert!(list.iter().filter(|kkt| kkt.unsent_docs.is_some()).count() > 0);
}

#[tokio::test]
async fn reference_m14_one_register_is_the_one_that_was_asked_for() {
    let mock = mock().await;
    let monitor = monitor_of(&mock);
    let first = monitor.get_all().await.unwrap()[0].clone();
    assert_eq!(monitor.get_one(&format!(" {} ", first.serial_number)).await.unwrap(), first);
}

#[tokio::test]
async fn login_and_password_are_given_in_the_builder_or_later() {
    let mock = mock().await;
    let service = Service::default();
    let monitor = service.monitor(|_, _| Answer::json("[]"));
    monitor.client().tokens().unwrap().set_credentials(Credentials::new("shop-17", "later").unwrap());
    monitor.authenticate().await.unwrap();
    assert!(service.requests()[0].body.contains(r#""login":"shop-17","pass":"later""#));

    let environment = Environment::custom(mock.uri().parse().unwrap()).unwrap();
    let before = KktMonitor::builder().credentials("shop-17", "correct horse").environment(environment);
    before.build().unwrap().authenticate().await.unwrap();
}

#[tokio::test]
async fn switching_the_environment_takes_no_token_along() {
    let (test, production) = (mock().await, mock().await);
    // Even where both keep their tokens in one place.
    let tokens = MemoryTokenStore::default();
    for mock in [&test, &production, &test] {
        let monitor = KktMonitor::builder()
            .environment(Environment::custom(mock.uri().parse().unwrap()).unwrap())
            .credentials("shop-17", "correct horse")
            .token_store(tokens.clone())
            .build()
            .unwrap();
        monitor.page(atol_monitor::Page::default()).await.unwrap();
    }
    let asked = |mock: &MockAtol| -> Vec<_> {
        mock.requests().iter().map(|request| (request.method() == "POST", request.status())).collect()
    };
    let (login, list) = ((true, 200), (false, 200));
    assert_eq!(asked(&test), [login, list, list]);
    assert_eq!(asked(&production), [login, list]);
}

#[tokio::test(start_paused = true)]
async fn limit_and_offset_are_sent() {
    let service = Service::default();
    let monitor = service.monitor(|number, _| match number {
        0 => Answer::json(format!("[{}]", kkt())),
        _ => Answer::json(format!(r#"{{"data":{}}}"#, kkt())),
    });
    monitor.page(atol_monitor::Page::new(7, 3).unwrap()).await.unwrap();
    assert!(service.requests()[1].uri.ends_with("/cash-registers?limit=7&offset=3"));
    monitor.get_one(SERIAL).await.unwrap();
    assert!(service.requests()[2].uri.ends_with(&format!("/cash-registers/{SERIAL}")));
}
