//! The stream of registers over answers that are made up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atol_transport::{Body as RequestBody, BoxError, Client, ErrorKind as TransportErrorKind};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use proptest::prelude::*;
use tower::service_fn;

use super::*;
use crate::ErrorKind;
use crate::test_util::{Fault, InMemory};

fn kkt(number: usize) -> Kkt {
    Kkt::builder(format!("{number:014}")).build()
}

fn fleet(size: usize) -> Vec<Kkt> {
    (0..size).map(kkt).collect()
}

/// A monitor whose every list is a body of these pieces.
fn pieces<S>(pieces: impl Fn() -> S + Clone + Send + Sync + 'static) -> KktMonitor
where
    S: Stream<Item = Bytes> + Send + 'static,
{
    KktMonitor::from_client(Client::from_service(service_fn(move |_: Request<RequestBody>| {
        let body = ResponseBody::streaming(StreamBody::new(pieces().map(Frame::data).map(Ok::<_, BoxError>)));
        std::future::ready(Ok::<_, BoxError>(Response::new(body)))
    })))
}

fn text(text: impl Into<String>) -> Bytes {
    Bytes::from(text.into())
}

/// What a stream brings, in a few words.
async fn told(monitor: &KktMonitor) -> Vec<String> {
    let told = monitor.stream().map(|register| match register {
        Ok(kkt) => kkt.serial_number,
        Err(error) => format!("{:?}: {}", error.kind(), error.report().replace("\n ", "")),
    });
    told.collect().await
}

#[tokio::test]
async fn the_first_register_is_there_before_the_answer_is() {
    let monitor = pieces(|| stream::iter([text(format!("[{},", kkt(1)))]).chain(stream::pending()));
    let mut registers = monitor.stream();
    assert_eq!(registers.next().await.unwrap().unwrap(), kkt(1));
    assert!(registers.next().now_or_never().is_none());
}

#[tokio::test]
async fn dropping_the_stream_cancels_the_request() {
    struct Alive(Arc<AtomicUsize>);
    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let alive = Arc::new(AtomicUsize::new(0));
    let counted = alive.clone();
    let monitor = pieces(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let body = Alive(counted.clone());
        stream::iter([text(format!("[{},", kkt(1)))]).chain(stream::pending()).inspect(move |_| _ = &body)
    });
    let mut registers = monitor.stream();
    registers.next().await.unwrap().unwrap();
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    drop(registers);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn nothing_is_asked_before_the_stream_is_polled() {
    let service = InMemory::new(fleet(1));
    drop((service.monitor().stream(), service.monitor().pages(), service.monitor().get_many(["1"])));
    assert!(service.requests().is_empty());
}

#[tokio::test]
async fn a_broken_record_is_an_item_that_names_its_place_and_the_stream_goes_on() {
    let service = InMemory::new(fleet(2));
    service.push_raw("null");
    service.push_raw(r#"{"serialNumber":"00000000000009"}"#);
    service.push_raw(kkt(3).to_json().replace(r#""signedDocuments":null"#, r#""signedDocuments":"many""#));
    service.push_raw(kkt(4).to_json());
    service.set_page_cap(Some(2));
    insta::assert_snapshot!(told(&service.monitor()).await.join("\n"), @r#"
    00000000000000
    00000000000001
    Rejected: record 2 of the list could not be read caused by: [2]: expected an object, found null (line 1, column 1)
    Rejected: record 3 of the list, register 00000000000009, could not be read caused by: [3]: 15 required fields missing: registrationNumber, deviceNumber, fiscalizationDate, fiscalStorageExpiration, signedDocuments, fiscalStoragePercentageUse, fiscalStorageINN, fiscalStorageSerialNumber, fiscalStoragePaymentAddress, groupCode, timestamp, isShiftOpened, shiftNumber, shiftReceipt, networkErrorCode (line 1, column 1)
    Rejected: record 4 of the list, register 00000000000003, could not be read caused by: [4].signedDocuments: expected a whole number from 0 to 18446744073709551615 or null, found "many" (line 1, column 154)
    00000000000004
    "#);

    let record = service.monitor().stream().skip(4).next().await.unwrap();
    let error = record.unwrap_err();
    let record = error.rejected().unwrap();
    assert_eq!((record.index, record.serial_number.as_deref()), (4, Some("00000000000003")));
    assert_eq!(record.error.path(), "[4].signedDocuments");
}

#[tokio::test]
async fn a_broken_record_does_not_hide_a_good_one_with_its_number() {
    let service = InMemory::new([]);
    service.push_raw(r#"{"serialNumber":"00000000000001"}"#);
    service.push_raw(kkt(1).to_json());
    let registers: Vec<_> = service.monitor().stream().collect().await;
    assert_eq!(registers.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    let list = service.monitor().get_all().await.unwrap();
    assert_eq!((list.len(), list.rejected().len()), (1, 1));
}

/// The time of the answer stands in it, for example.
#[tokio::test]
async fn a_record_without_a_number_that_reads_otherwise_each_time_is_told_once() {
    for (size, place) in [(3, 0), (3, 3), (500, 500), (1500, 999), (1500, 1000)] {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let monitor =
            KktMonitor::from_client(Client::from_service(service_fn(move |request: Request<_>| {
                let request: Request<RequestBody> = request;
                let number = counted.fetch_add(1, Ordering::Relaxed);
                let mut all: Vec<_> = fleet(size).iter().map(Kkt::to_json).collect();
                all.insert(place, format!(r#"{{"answer":{number}}}"#));
                let offset = request.uri().query().unwrap().split("offset=").nth(1).unwrap();
                let page: Vec<_> = all.into_iter().skip(offset.parse().unwrap()).take(1000).collect();
                let body = ResponseBody::full(format!("[{}]", page.join(",")));
                std::future::ready(Ok::<_, BoxError>(Response::new(body)))
            })));
        let list = monitor.get_all().await.unwrap();
        assert_eq!((list.len(), list.rejected().len()), (size, 1), "at {place}");
        assert!(requests.load(Ordering::Relaxed) < 8, "{requests:?}");
        let told: Vec<_> = monitor.stream().collect().await;
        assert_eq!(told.len(), size + 1, "at {place}");
    }
}

#[tokio::test]
async fn a_torn_body_ends_with_an_error_behind_its_whole_registers() {
    let service = InMemory::new(fleet(3));
    let two = fleet(2).iter().map(|kkt| kkt.to_json().len() + 1).sum::<usize>() + 5;
    service.set_fault(Some(Fault::Torn(two)));
    insta::assert_snapshot!(told(&service.monitor()).await.join("\n"), @r"
    00000000000000
    00000000000001
    Transport: the connection closed in the middle of the answer
    ");
}

#[tokio::test]
async fn a_body_that_just_ends_is_torn_too() {
    let monitor = pieces(|| stream::iter([text(format!("[{},{}", kkt(1), kkt(2)))]));
    insta::assert_snapshot!(told(&monitor).await.join("\n"), @r"
    00000000000001
    00000000000002
    Decode: the service's answer could not be read caused by: [2]: cut off in the middle
    ");
}

#[tokio::test]
async fn what_is_no_list_is_never_an_empty_fleet() {
    for body in ["", "null", "<html>login please</html>", "{}", r#"{"data":null}"#, "[] trailing", "\u{feff}"]
    {
        let monitor = pieces(move || stream::iter([text(body)]));
        let told = told(&monitor).await;
        assert!(told.len() == 1 && told[0].starts_with("Decode"), "{body}: {told:?}");
    }
    let monitor = pieces(|| {
        stream::iter([text(
            r#"{"error":{"error_id":"1","code":12,"text":"Неверный логин","type":"system"}}"#,
        )])
    });
    let error = monitor.stream().next().await.unwrap().unwrap_err();
    assert_eq!(error.service_error().unwrap().code.code(), 12);
}

#[tokio::test]
async fn a_failure_ends_the_stream_once() {
    let service = InMemory::new(fleet(1));
    service.set_fault(Some(Fault::Unreachable));
    for failed in [
        service.monitor().stream().map(|item| item.unwrap_err()).collect::<Vec<_>>().await,
        service.monitor().pages().map(|item| item.unwrap_err()).collect::<Vec<_>>().await,
    ] {
        assert_eq!(failed.len(), 1);
        assert!(matches!(failed[0].transport().unwrap().kind(), TransportErrorKind::Connect(_)));
    }
}

#[tokio::test]
async fn a_failure_of_a_later_page_is_told_and_not_taken_for_the_end() {
    for fault in [Fault::Unreachable, Fault::Html(StatusCode::BAD_GATEWAY)] {
        let service = InMemory::new(fleet(2500));
        let mut registers = service.monitor().stream();
        registers.next().await.unwrap().unwrap();
        service.fail_next(fault);
        let rest: Vec<_> = registers.collect().await;
        let error = rest.into_iter().next_back().unwrap().unwrap_err();
        assert!(error.transport().is_some(), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_is_of_no_more_use_is_not_read_on() {
    let asked = Arc::new(AtomicUsize::new(0));
    let read_again = Arc::new(AtomicUsize::new(0));
    let (counted, again) = (asked.clone(), read_again.clone());
    let monitor = pieces(move || {
        let is_first = counted.fetch_add(1, Ordering::Relaxed) == 0;
        let again = again.clone();
        let elements = stream::iter(0..5000).map(move |number| {
            again.fetch_add(usize::from(!is_first), Ordering::Relaxed);
            text(format!("{}{}", if number == 0 { "[" } else { "," }, kkt(number)))
        });
        elements.chain(stream::iter([text("]")]))
    });
    assert_eq!(monitor.stream().filter(|register| std::future::ready(register.is_ok())).count().await, 5000);
    assert_eq!(asked.load(Ordering::Relaxed), 5);
    assert_eq!(read_again.load(Ordering::Relaxed), 4, "one element of each later answer");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The three ways to read a list give the same.
    #[test]
    fn the_list_the_pages_and_the_stream_agree(
        size in prop_oneof![0_usize..8, 990_usize..1010, 1990_usize..3010],
        cap in proptest::option::of(1_usize..1200),
        ignores_paging in proptest::bool::weighted(0.2),
        broken in proptest::collection::vec(0_usize..3000, 0..5),
    ) {
        let cap = cap.map(|cap| if size > 100 { cap + 100 } else { cap });
        let service = InMemory::new([]);
        for number in 0..size {
            if broken.contains(&number) {
                service.push_raw("null");
            } else {
                service.push_raw(kkt(number).to_json());
            }
        }
        service.set_page_cap(cap);
        service.set_ignores_paging(ignores_paging && size != 1000);
        let (all, pages, streamed) = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let monitor = service.monitor();
            let all = monitor.get_all().await.unwrap().into_parts();
            let (mut registers, mut rejected) = (Vec::new(), Vec::new());
            for page in monitor.pages().collect::<Vec<_>>().await {
                let (more, more_rejected) = page.unwrap().into_parts();
                registers.extend(more);
                rejected.extend(more_rejected);
            }
            let streamed: Vec<_> = monitor.stream().collect().await;
            (all, (registers, rejected), streamed)
        });
        prop_assert_eq!(all.0.len() + all.1.len(), size);
        let is_in_place = |kkt: &Kkt| kkt.serial_number.parse::<usize>().is_ok_and(|number| !broken.contains(&number));
        prop_assert!(all.0.iter().all(is_in_place) && all.0.is_sorted_by_key(|kkt| kkt.serial_number.clone()));
        prop_assert!(all.1.iter().all(|record| broken.contains(&record.index)));
        prop_assert_eq!(&all, &pages);
        let rejected: Vec<_> =
            streamed.iter().filter_map(|item| item.as_ref().err()?.rejected().cloned()).collect();
        prop_assert_eq!(rejected, all.1);
        prop_assert_eq!(streamed.into_iter().filter_map(Result::ok).collect::<Vec<_>>(), all.0);
    }
}

#[tokio::test]
async fn a_list_that_loses_registers_under_the_stream_is_read_without_gaps() {
    let service = InMemory::new(fleet(3000));
    let mut registers = service.monitor().stream();
    let mut read = Vec::new();
    while let Some(register) = registers.next().await {
        read.push(register.unwrap().serial_number);
        if read.len() == 1500 {
            service.set_registers((10..3000).map(kkt));
        }
    }
    assert_eq!(read, fleet(3000).into_iter().map(|kkt| kkt.serial_number).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_incomplete() {
    let monitor = pieces(|| {
        let page: Vec<_> = fleet(1000).iter().map(Kkt::to_json).collect();
        stream::iter([text(format!("[{}]", page.join(",")))])
    });
    let last =
        monitor.stream().map(|register| register.err().map(|error| error.kind())).collect::<Vec<_>>().await;
    assert_eq!((last.len(), last[1000]), (1001, Some(ErrorKind::Incomplete)));
}
