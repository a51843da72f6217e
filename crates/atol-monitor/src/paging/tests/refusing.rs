//! Servers that refuse pages, behind the end or elsewhere.

use atol_model::{ServiceError, ServiceErrorCode};

use super::*;

#[test]
fn one_refusal_is_not_the_end() {
    for (size, cap) in [(500, 50), (500, 99), (500, 100), (30, 1), (30, 2)] {
        for stray in 2..40 {
            let (all, mut calls) = (list(size), 0);
            let (read, _) = read(Pager::new(1000), |limit, offset| {
                calls += 1;
                (calls != stray && offset < size).then(|| slice(&all, limit.min(cap), offset))
            });
            match read {
                Ok(read) => assert_eq!(read.len(), size, "at most {cap}, request {stray} refused"),
                // The first page is refused for whatever reason.
                Err(error) => assert!(matches!(error.kind(), ErrorKind::Incomplete | ErrorKind::Transport)),
            }
        }
    }
}

#[test]
fn a_refusal_that_is_not_repeated_hides_nothing_when_the_list_grows_shorter() {
    let cases = (2..12).flat_map(|refused| (2..16).map(move |shorter| (refused, shorter)));
    for ((refused, shorter), is_end_refused) in cases.flat_map(|case| [(case, false), (case, true)]) {
        let (mut all, mut calls) = (list(2), 0);
        let (read, _) = read(Pager::new(10), |_, offset| {
            calls += 1;
            if calls == shorter {
                all.remove(0);
            }
            let is_refused = calls == refused || is_end_refused && offset >= all.len();
            (!is_refused).then(|| slice(&all, 1, offset))
        });
        let is_whole = read.map_or(true, |read| read.contains(&all[0]));
        assert!(is_whole, "request {refused} refused, shorter from request {shorter}");
    }
}

#[test]
fn a_server_that_refuses_what_is_behind_the_end_costs_few_requests() {
    for (size, cap, expected) in
        [(1, 1000, 6), (9, 1000, 6), (120, 1000, 3), (120, 50, 13), (3, 1, 2 + 3 + 1 + 3 + 1 + 3)]
    {
        let all = list(size);
        let (read, requests) = read(Pager::new(1000), |limit, offset| {
            (offset < size).then(|| slice(&all, limit.min(cap), offset))
        });
        assert_eq!((read.unwrap(), requests), (all, expected), "{size} registers, at most {cap}");
    }
}

#[test]
fn a_server_that_refuses_offsets_between_its_pages_is_told_as_such() {
    for cap in [50, 1000] {
        let all = list(2500);
        let (read, requests) = read(Pager::new(1000), |limit, offset| {
            (offset % limit == 0).then(|| slice(&all, limit.min(cap), offset))
        });
        let error = read.unwrap_err().to_string();
        assert!(error.contains("refuses pages that there should be (the service answered 404)"), "{error}");
        assert!(requests < 40, "{requests}");
    }
}

#[test]
fn fewer_are_asked_for_where_the_limit_is_refused() {
    let by_code = atol_transport::Error::new(atol_transport::ErrorKind::Service, "the limit is too large")
        .with_service_error(ServiceError::new(
            ServiceErrorCode::ValidationException,
            "limit: not more than 500",
        ));
    for refusal in [refusal(422), by_code.into()] {
        let mut pager = Pager::new(1000);
        pager.refused(refusal).unwrap();
        assert_eq!(pager.next().unwrap().limit(), Some(100));
        assert!(pager.refused(self::refusal(422)).is_err());
    }
}

#[test]
fn a_failure_that_is_no_matter_of_paging_is_told_at_once() {
    for (status, failing) in [(404, 1), (400, 1), (403, 1), (500, 1), (500, 2), (403, 2)] {
        let (all, mut requests) = (list(2500), 0);
        let mut pager = Pager::new(1000);
        let error = loop {
            let page = pager.next().expect("an error");
            requests += 1;
            if requests == failing {
                break pager.refused(refusal(status)).expect_err("an error");
            }
            let offset = usize::try_from(page.offset().unwrap()).unwrap();
            for serial in slice(&all, 1000, offset) {
                pager.element(identity(&serial));
            }
            pager.end().unwrap();
        };
        assert_eq!(error.kind(), ErrorKind::Transport, "{status} at request {failing}");
    }
}
