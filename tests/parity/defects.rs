//! What the reference does wrong: one test for each row of the list of its defects.

use atol_model::ErrorKind as ModelErrorKind;
use atol_monitor::{Error, ErrorKind, KktMonitor, NetworkErrorCode};
use atol_transport::error::{ErrorKind as TransportErrorKind, Phase};
use atol_transport::{Credentials, Sent};
use futures_util::StreamExt;

use crate::service::{Answer, SERIAL, Service, kkt, with};

/// Answers that are no list and no register.
fn unusable() -> Vec<Answer> {
    let page = "<html><title>Service Temporarily Unavailable</title></html>";
    let broken = |text: &str| Answer::json(text);
    let good = format!("[{}]", kkt());
    let mut answers: Vec<Answer> = [500, 502, 503, 429]
        .into_iter()
        .flat_map(|status| [Answer::status(status, page), Answer::status(status, "")])
        .collect();
    answers.extend([
        broken(page),
        broken("[{]"),
        broken(&format!("{good} and more")),
        broken(&good[..good.len() / 2]),
        broken("null"),
        broken(""),
        Answer::status(204, ""),
        Answer::json(b"[{\"serialNumber\":\"\xcf\xf0\"}".to_vec()),
    ]);
    answers
}

/// The error with which each of the ways to read the list ends.
async fn list_errors(monitor: &KktMonitor) -> [Error; 3] {
    let last = monitor.stream().filter_map(async |item| item.err()).collect::<Vec<_>>().await;
    [
        monitor.get_all().await.unwrap_err(),
        monitor.pages().next().await.unwrap().unwrap_err(),
        last.into_iter().last().unwrap(),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_unusable_answer_is_never_an_empty_fleet() {
    for answer in unusable() {
        let shown = format!("{answer:?}");
        let monitor = Service::default().monitor(move |_, _| answer.clone());
        for error in list_errors(&monitor).await {
            assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Decode), "{shown}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_no_obstacle() {
    let monitor = Service::default().monitor(|_, _| Answer::json(format!("\u{feff}[{}]", kkt())));
    assert_eq!(monitor.get_all().await.unwrap().len(), 1);
    assert_eq!(monitor.stream().map(Result::unwrap).collect::<Vec<_>>().await, [kkt()]);
}

#[tokio::test(start_paused = true)]
async fn an_unusable_answer_for_one_register_is_a_typed_error() {
    for answer in unusable() {
        let shown = format!("{answer:?}");
        let monitor = Service::default().monitor(move |_, _| answer.clone());
        let error = monitor.get_one(SERIAL).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Decode), "{shown}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_inside_a_500_is_not_believed() {
    let monitor = Service::default().monitor(|_, _| Answer::status(500, format!("[{}]", kkt())));
    for error in list_errors(&monitor).await {
        assert_eq!(error.transport().unwrap().status().unwrap().as_u16(), 500);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_object_is_told_as_what_it_is_under_every_status() {
    let object = r#"{"error":{"error_id":"475d6d8d","code":20,"text":"Группа и токен","type":"system"}}"#;
    for status in [400, 401, 403, 404, 500, 200] {
        let monitor = Service::default().monitor(move |_, _| Answer::status(status, object));
        let errors = list_errors(&monitor).await;
        for error in errors.into_iter().chain([monitor.get_one(SERIAL).await.unwrap_err()]) {
            let service_error = error.service_error().unwrap_or_else(|| panic!("{status}: {error}"));
            assert_eq!((service_error.code.code(), &*service_error.error_id), (20, "475d6d8d"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_its_token_expired_it_logs_in_again_and_repeats_once() {
    let service = Service::default();
    let monitor = service.monitor(|_, asked| match asked.token.as_deref() {
        Some("token-0") => {
            Answer::status(401, r#"{"error":{"error_id":"1","code":11,"text":"Истек","type":"system"}}"#)
        }
        _ => Answer::json(kkt().to_json()),
    });
    monitor.get_one(SERIAL).await.unwrap();
    let tokens: Vec<_> = service.requests().into_iter().map(|asked| asked.token).collect();
    assert_eq!(tokens, [None, Some("token-0".to_owned()), None, Some("token-1".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn one_register_can_be_the_first_call() {
    let service = Service::default();
    service.monitor(|_, _| Answer::json(kkt().to_json())).get_one(SERIAL).await.unwrap();
    assert!(service.requests()[0].is_login());
}

#[tokio::test(start_paused = true)]
async fn a_broken_element_does_not_cost_the_list() {
    let monitor = Service::default().monitor(|_, _| {
        Answer::json(format!(r#"[{{"serialNumber":"00107703864828"}}, null, 7, {}]"#, kkt()))
    });
    let list = monitor.get_all().await.unwrap();
    assert_eq!((list.len(), list.rejected().len()), (1, 3));
    let (good, bad): (Vec<_>, Vec<_>) = monitor
        .stream()
        .map(|item| item.map_err(|error| error.rejected().unwrap().index))
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .partition(Result::is_ok);
    assert_eq!((good.len(), bad), (1, vec![Err(0), Err(1), Err(2)]));
}

#[tokio::test(start_paused = true)]
async fn false_and_zero_are_values() {
    let mut json = kkt().to_value();
    for (name, value) in
        [("isShiftOpened", false.into()), ("networkErrorCode", 0.into()), ("shiftNumber", 0.into())]
    {
        json[name] = value;
    }
    let monitor = Service::default().monitor(move |_, _| Answer::json(json.to_string()));
    let kkt = monitor.get_one(SERIAL).await.unwrap();
    assert_eq!((kkt.is_shift_opened, kkt.shift_number), (Some(false), Some(0)));
    assert_eq!(kkt.network_error_code.map(NetworkErrorCode::code), Some(0));
}

/// What is said of a register with one attribute written so.
async fn refused(name: &'static str, value: &'static str) -> Error {
    let monitor = Service::default().monitor(move |_, _| Answer::json(with(name, value)));
    let error = monitor.get_one(SERIAL).await.unwrap_err();
    assert_eq!(error.model().unwrap().path(), name, "{value}");
    error
}

#[tokio::test(start_paused = true)]
async fn a_date_that_does_not_exist_is_refused_by_name() {
    for date in
        [r#""2019-02-31T00:00:00+00:00""#, r#""0000-01-01T00:00:00Z""#, r#""tomorrow""#, r#""11/12/2017""#]
    {
        let error = refused("fiscalizationDate", date).await;
        assert_eq!(error.model().unwrap().kind(), ModelErrorKind::InvalidTimestamp, "{date}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_without_a_zone_is_utc_for_the_timestamp_and_refused_elsewhere() {
    refused("fiscalStorageExpiration", r#""2020-11-02T21:00:00""#).await;
    let monitor =
        Service::default().monitor(|_, _| Answer::json(with("timestamp", r#""2019-12-05T10:45:30""#)));
    let timestamp = monitor.get_one(SERIAL).await.unwrap().timestamp.unwrap();
    assert_eq!(timestamp.timestamp().to_string(), "2019-12-05T10:45:30Z");
}

#[tokio::test(start_paused = true)]
async fn a_value_of_another_type_is_refused_by_name() {
    for (name, value) in [
        ("serialNumber", "107703864827"),
        ("signedDocuments", r#""213350""#),
        ("isShiftOpened", r#""false""#),
        ("networkErrorCode", r#""2""#),
    ] {
        assert_eq!(refused(name, value).await.model().unwrap().kind(), ModelErrorKind::WrongType);
    }
}

#[tokio::test(start_paused = true)]
async fn a_count_that_is_too_large_is_refused_and_no_fraction_is_made_of_it() {
    refused("signedDocuments", "98765432109876543210").await;
}

#[tokio::test(start_paused = true)]
async fn a_serial_number_that_would_change_the_path_is_refused_before_anything_is_sent() {
    let service = Service::default();
    let monitor = service.monitor(|_, _| Answer::json(kkt().to_json()));
    let long = "9".repeat(9000);
    for serial in ["../../../auth/v1/gettoken", "a/b", "x?y=1", "x#f", "//evil/x", "1\0", "1\r\n2", "", &long]
    {
        assert_eq!(monitor.get_one(serial).await.unwrap_err().kind(), ErrorKind::InvalidArgument, "{serial}");
        let (_, answer) = monitor.get_many([serial]).next().await.unwrap();
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(service.requests(), []);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_refused_so_that_neither_token_nor_password_goes_along() {
    for target in ["https://evil.example/x", "http://testonline.atol.ru/x", "/elsewhere"] {
        for status in [301, 302, 307, 308] {
            let redirect =
                move |_: usize| Answer::Http(status, Some(("location", target.to_owned())), Vec::new());
            let service = Service::default();
            let monitor = service.monitor(move |number, _| redirect(number));
            let error = monitor.get_one(SERIAL).await.unwrap_err();
            assert_eq!(error.transport().unwrap().kind(), TransportErrorKind::Redirect);
            assert_eq!(service.calls(), 1);

            let service = Service::default();
            let monitor = service.monitor_with_login(redirect, |_, _| Answer::json("[]"));
            assert!(monitor.get_all().await.is_err());
            let only_logins = service
                .requests()
                .iter()
                .all(|asked| asked.uri.starts_with("https://testonline.atol.ru/api/auth"));
            assert!(only_logins);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    let wait = |status| Answer::Http(status, Some(("retry-after", "2".to_owned())), Vec::new());
    for first in [wait(429), wait(503), Answer::status(503, ""), Answer::Broken] {
        let service = Service::default();
        let monitor = service.monitor(move |number, _| match number {
            0 => first.clone(),
            _ => Answer::json(kkt().to_json()),
        });
        monitor.get_one(SERIAL).await.unwrap();
        assert_eq!(service.calls(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_a_time_out_that_names_the_phase() {
    let monitor = Service::default().monitor(|_, _| Answer::Never);
    let error = monitor.get_one(SERIAL).await.unwrap_err();
    assert!(matches!(
        error.transport().unwrap().kind(),
        TransportErrorKind::Timeout(Phase::Head | Phase::Call)
    ));
}

#[test]
fn neither_password_nor_token_is_in_an_error_or_in_what_debug_shows() {
    let password = "correct horse battery staple".repeat(4);
    let error = KktMonitor::builder().credentials("shop-17", &password).build().unwrap_err();
    let builder = || KktMonitor::builder().credentials("shop-17", "correct horse");
    let shown = format!("{:?} {:?} {error:?} {}", builder(), builder().build().unwrap(), error.report());
    assert!(!shown.contains("correct horse"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_brings_no_token_is_a_clear_error_without_the_answer_in_it() {
    for body in [
        r#"{"error":{"error_id":"1","code":1,"text":"","type":"none"},"token":"s3cr3t"}"#,
        r#"{"error":null,"token":""}"#,
        r#"{"error":null,"token":12345678}"#,
        r#"{"error":null,"token":"s3cr3t\r\nX-Evil: 1"}"#,
        r#"{"error":null}"#,
    ] {
        let monitor =
            Service::default().monitor_with_login(move |_| Answer::json(body), |_, _| Answer::json("[]"));
        let error = monitor.authenticate().await.unwrap_err();
        let shown = format!("{error:?} {}", error.report());
        assert!(!shown.contains("s3cr3t") && !shown.contains("12345678"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_0_is_a_token() {
    let service = Service::default();
    let login = |_| Answer::json(r#"{"error":null,"token":"0"}"#);
    service.monitor_with_login(login, |_, _| Answer::json(kkt().to_json())).get_one(SERIAL).await.unwrap();
    assert_eq!(service.requests()[1].token.as_deref(), Some("0"));
}

#[tokio::test(start_paused = true)]
async fn a_token_belongs_to_its_environment_and_login() {
    let service = Service::default();
    let monitor = service.monitor(|_, _| Answer::json(kkt().to_json()));
    monitor.get_one(SERIAL).await.unwrap();
    monitor.client().tokens().unwrap().set_credentials(Credentials::new("another", "secret").unwrap());
    assert!(!monitor.token_is_cached());
    monitor.get_one(SERIAL).await.unwrap();
    let tokens: Vec<_> = service.requests().into_iter().filter_map(|asked| asked.token).collect();
    assert_eq!(tokens, ["token-0", "token-1"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_without_an_answer_no_old_answer_is_passed_off() {
    let service = Service::default();
    let monitor = service.monitor(|number, _| match number {
        0 => Answer::json(kkt().to_json()),
        _ => Answer::Broken,
    });
    monitor.get_one(SERIAL).await.unwrap();
    assert!(monitor.last_response().is_some());
    let error = monitor.get_one(SERIAL).await.unwrap_err();
    assert_eq!(error.transport().unwrap().sent(), Sent::Maybe);
    assert!(monitor.last_response().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_registers_stream() {
    let json = kkt().to_json();
    let monitor = Service::default().monitor(move |_, asked| {
        let offset = asked.uri.rsplit('=').next().unwrap().parse::<usize>().unwrap().min(100_000);
        let page: Vec<_> = (offset..100_000.min(offset + 1000))
            .map(|number| json.replace(SERIAL, &format!("{number:014}")))
            .collect();
        Answer::json(format!("[{}]", page.join(",")))
    });
    assert_eq!(monitor.stream().filter(|item| std::future::ready(item.is_ok())).count().await, 100_000);
}
