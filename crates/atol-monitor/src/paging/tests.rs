//! Lists that stand still, change and misbehave, read by the pager.

mod changing;
mod drawn;
mod refusing;
mod server;

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn list(size: usize) -> Vec<String> {
    (0..size).map(|number| format!("{number:014}")).collect()
}

fn identity(element: &str) -> Identity<'_> {
    if element == "null" { Identity::Nameless } else { Identity::Serial(element) }
}

/// Reads a whole list from a server; the number of requests comes along.
fn read(
    pager: Pager,
    mut server: impl FnMut(usize, usize) -> Option<Vec<String>>,
) -> (Result<Vec<String>>, u32) {
    let number = |number: Option<u64>| usize::try_from(number.unwrap()).unwrap();
    let (mut pager, mut all, mut requests) = (pager, Vec::new(), 0);
    while let Some(asked) = pager.next() {
        requests += 1;
        assert!(requests < 40_000, "no end in sight");
        let ended = match server(number(asked.limit()), number(asked.offset())) {
            None => pager.refused(refusal(404)),
            Some(page) => {
                for element in page {
                    match pager.element(identity(&element)) {
                        Verdict::New => all.push(element),
                        Verdict::Known => {}
                        Verdict::Enough => break,
                    }
                }
                pager.end()
            }
        };
        if let Err(error) = ended {
            return (Err(error), requests);
        }
    }
    (Ok(all), requests)
}

fn refusal(status: u16) -> Error {
    atol_transport::Error::new(atol_transport::ErrorKind::Status, format!("the service answered {status}"))
        .with_status(http::StatusCode::from_u16(status).unwrap())
        .into()
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![20 => 0_usize..40, 8 => 0_usize..400, 1 => 0_usize..=5000]
}

fn number(most: usize) -> impl Strategy<Value = usize> {
    prop_oneof![2 => 1_usize..6, 3 => 1..=most]
}

fn slice(list: &[String], limit: usize, offset: usize) -> Vec<String> {
    list.iter().skip(offset).take(limit).cloned().collect()
}

#[test]
fn an_empty_list_takes_one_request() {
    let (read, requests) = read(Pager::new(10), |_, _| Some(Vec::new()));
    assert_eq!((read.unwrap(), requests), (Vec::new(), 1));
}

#[test]
fn two_requests_are_spent_on_the_end() {
    for (size, expected) in [(99, 1 + 2), (100, 1 + 2), (900, 1 + 2), (1000, 1 + 3), (2500, 3 + 2)] {
        let all = list(size);
        let (read, requests) = read(Pager::new(1000), |limit, offset| Some(slice(&all, limit, offset)));
        assert_eq!((read.unwrap(), requests), (all, expected));
    }
}

#[test]
fn a_list_in_small_pages_is_read_twice() {
    for (size, expected) in [(1, 1 + 1 + 1), (9, 1 + 1 + 1), (10, 2 + 1 + 1), (25, 3 + 1 + 3)] {
        let all = list(size);
        let (read, requests) = read(Pager::new(10), |limit, offset| Some(slice(&all, limit, offset)));
        assert_eq!((read.unwrap(), requests), (all, expected));
    }
}

#[test]
fn a_server_that_ignores_offset_and_cuts_at_the_limit_is_incomplete() {
    let all = list(25);
    let (read, _) = read(Pager::new(10), |limit, _| Some(slice(&all, limit, 0)));
    assert_eq!(
        read.unwrap_err().to_string(),
        "the list of registers is incomplete: the service ignores `offset` and there may be more than one page; 10 registers were read"
    );
}

#[test]
fn a_server_that_ignores_both_gives_everything_at_once() {
    for (size, expected) in [(1, 4), (2, 6), (9, 6), (25, 5), (1000, 5)] {
        let all = list(size);
        let (read, requests) = read(Pager::new(10), |_, _| Some(all.clone()));
        assert_eq!((read.unwrap(), requests), (all, expected), "{size} registers");
    }
}

#[test]
fn pages_whose_number_is_the_offset_by_the_limit_are_not_taken_for_all_there_is() {
    for (size, cap, begins_anew) in [
        (2500, 10, false),
        (2500, 100, false),
        (2500, 200, false),
        (2500, 999, false),
        (2500, 2, true),
        (2500, 100, true),
        (1500, 999, true),
    ] {
        let all = list(size);
        let (read, requests) = read(Pager::new(1000), |limit, offset| {
            let length = limit.min(cap);
            let place = offset / limit * length;
            // Behind the end some answer their first page.
            Some(slice(&all, length, if begins_anew && place >= size { 0 } else { place }))
        });
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete, "{size} by {cap}");
        assert!(requests < 60, "{requests}");
    }
}

#[test]
fn one_register_in_two_records_is_no_list_without_an_end() {
    let (read, requests) = read(Pager::new(1000), |_, _| Some(vec!["1".to_owned(); 2]));
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
    assert!(requests < 30, "{requests}");
}

#[test]
fn a_list_without_an_end_is_given_up() {
    let mut pager = Pager::new(10);
    pager.most = 95;
    let (read, requests) = read(pager, |limit, offset| {
        Some((offset..offset + limit).map(|number| format!("{number:x}")).collect())
    });
    assert_eq!(
        read.unwrap_err().to_string(),
        "the list of registers is incomplete: the list does not end; 100 registers were read"
    );
    assert_eq!(requests, 11);
}

#[test]
fn a_server_that_repeats_a_page_for_ever_is_given_up() {
    let all = list(25);
    let (read, _) = read(Pager::new(10), |limit, offset| Some(slice(&all, limit, offset.min(5))));
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
}

#[test]
fn a_list_that_begins_again_behind_its_end_is_given_up() {
    let all = list(25);
    let (read, _) = read(Pager::new(10), |limit, offset| {
        Some(all.iter().cycle().skip(offset).take(limit).cloned().collect())
    });
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
}

#[test]
fn equal_records_without_a_serial_number_are_told_apart_by_their_place() {
    let mut all = list(23);
    for place in [0, 1, 9, 10, 11, 25] {
        all.insert(place, "null".to_owned());
    }
    let (read, _) = read(Pager::new(10), |limit, offset| Some(slice(&all, limit, offset)));
    assert_eq!(read.unwrap(), all);
}

#[test]
fn of_a_register_with_broken_records_the_first_good_one_counts() {
    let (good, broken) = (Identity::Serial("1"), Identity::Rejected("1"));
    for (page, told) in [
        ([broken, good, good], [Verdict::New, Verdict::New, Verdict::Known]),
        ([good, broken, good], [Verdict::New, Verdict::Known, Verdict::Known]),
    ] {
        let mut pager = Pager::new(10);
        assert_eq!(page.map(|element| pager.element(element)), told);
    }
}

#[test]
fn a_server_that_answers_two_nulls_for_ever_is_given_up() {
    let (read, requests) = read(Pager::new(10), |_, _| Some(vec!["null".to_owned(); 2]));
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
    assert!(requests < 30, "{requests}");
}

#[test]
fn a_register_that_stands_twice_in_the_list_is_read_once() {
    for (size, from, to) in [(25, 0, 1), (25, 0, 10), (25, 0, 25), (24, 9, 10), (24, 10, 19), (30, 24, 30)] {
        let all = list(size);
        let mut with_twin = all.clone();
        with_twin.insert(to, all[from].clone());
        let (read, requests) = read(Pager::new(10), |limit, offset| Some(slice(&with_twin, limit, offset)));
        let mut read = read.unwrap();
        read.sort();
        assert_eq!(read, all);
        assert!(requests < 20, "{requests}");
    }
}

#[test]
fn a_register_that_stands_twice_is_given_up_where_the_list_cannot_be_had_at_once() {
    let mut with_twin = list(25);
    with_twin.insert(20, with_twin[0].clone());
    let caps = |limit, offset| Some(slice(&with_twin, usize::min(limit, 10), offset));
    let refuses = |limit, offset| (limit <= 10).then(|| slice(&with_twin, limit, offset));
    for (read, requests) in [read(Pager::new(10), caps), read(Pager::new(10), refuses)] {
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
        assert!(requests < 60, "{requests}");
    }
}

#[test]
fn single_registers_are_complete_when_a_second_look_sees_the_same() {
    let all = list(5);
    let (read, requests) = read(Pager::new(10), |_, offset| Some(slice(&all, 1, offset)));
    // Behind the first one it is asked whether more come with it.
    assert_eq!((read.unwrap(), requests), (all.clone(), 2 + 5 + 1 + 5));

    // The first one is removed under the reader, and the third moves to a place that was asked for already.
    let mut calls = 0;
    let (read, _) = self::read(Pager::new(10), |_, offset| {
        calls += 1;
        let list: Vec<_> = if calls < 5 { all.clone() } else { all[1..].to_vec() };
        Some(slice(&list, 1, offset))
    });
    assert_eq!(
        read.unwrap_err().to_string(),
        "the list of registers is incomplete: the service hands out single registers, and other ones each time; 4 registers were read"
    );
}

#[test]
fn single_registers_of_a_server_without_an_end_are_given_up() {
    let all = list(5);
    let (read, _) = read(Pager::new(10), |_, offset| Some(slice(&all, 1, offset % 5)));
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Incomplete);
}

#[test]
fn a_list_longer_than_is_remembered_is_read_as_long_as_it_stands_still() {
    let mut all = list(500);
    let (read, _) = read(Pager::remembering(10, 100), |limit, offset| Some(slice(&all, limit, offset)));
    assert_eq!(read.unwrap(), all);
    let mut calls = 0;
    let (read, _) = self::read(Pager::remembering(10, 100), |limit, offset| {
        calls += 1;
        if calls == 30 {
            all.remove(0);
        }
        Some(slice(&all, limit, offset))
    });
    assert!(read.unwrap_err().to_string().contains("too long to begin anew; 2"));
}

#[test]
fn what_is_not_remembered_is_not_told_twice() {
    for (size, changed) in [(500, 0), (350, 4), (350, 5)] {
        let (mut all, mut calls) = (list(size), 0);
        let (read, requests) = read(Pager::remembering(100, 300), |limit, offset| {
            calls += 1;
            if calls == changed {
                all.remove(0);
            }
            // Behind the end it answers its last page.
            Some(slice(&all, limit, if offset < all.len() { offset } else { all.len() - limit }))
        });
        match read {
            Ok(read) => assert!(read == list(size), "{} of {size}", read.len()),
            Err(error) => {
                assert!(changed > 0 && error.to_string().contains("too long to begin anew"), "{error}");
            }
        }
        assert!(requests < 30, "{requests}");
    }
}

#[test]
fn a_server_that_takes_turns_between_two_orders_hides_nothing() {
    for size in 2..40 {
        let orders = [list(size), list(size).into_iter().rev().collect()];
        for (limit, cap) in (1..=size + 1).flat_map(|limit| [(limit, 1), (limit, limit), (size + 1, limit)]) {
            for first in [0, 1] {
                let mut calls = first;
                let (read, _) = read(Pager::new(limit as u64), |limit, offset| {
                    calls += 1;
                    Some(slice(&orders[calls % 2], limit.min(cap), offset))
                });
                let is_whole = read.map_or(true, |read| HashSet::<_>::from_iter(read).len() == size);
                assert!(is_whole, "{size} registers, {limit} a page, at most {cap}");
            }
        }
    }
}

#[test]
fn when_registers_go_the_reading_goes_back_by_a_page_and_not_to_the_beginning() {
    let all = list(5000);
    let mut offsets = Vec::new();
    let (read, _) = read(Pager::new(1000), |limit, offset| {
        offsets.push(offset);
        let gone = if offsets.len() > 4 { 10 } else { 0 };
        Some(slice(&all[gone..], limit, offset))
    });
    assert_eq!(read.unwrap(), all);
    assert_eq!(offsets[..6], [0, 999, 1998, 2997, 3996, 2996]);
}

#[test]
fn when_many_registers_go_a_long_list_is_read_from_the_beginning() {
    let (all, mut calls) = (list(3000), 0);
    let (read, _) = read(Pager::new(100), |limit, offset| {
        calls += 1;
        let gone = if calls > 20 { 250 } else { 0 };
        Some(slice(&all[gone..], limit, offset))
    });
    assert_eq!(read.unwrap(), all);
}

#[test]
fn a_list_that_changes_all_along_is_read_as_long_as_the_reading_gets_on() {
    let (mut all, mut calls) = (list(3000), 0);
    let (read, _) = read(Pager::new(100), |limit, offset| {
        calls += 1;
        if calls % 4 == 0 {
            all.remove(0);
        }
        Some(slice(&all, limit, offset))
    });
    assert_eq!(read.unwrap().len(), 3000);
}

#[test]
fn a_list_that_repeats_itself_is_not_over_where_the_server_has_no_end() {
    let (mut all, mut calls) = (list(150), 0);
    let (read, _) = read(Pager::new(100), |limit, offset| {
        calls += 1;
        if calls == 2 {
            // One that was read moves into the second page, and one of that page to where nobody looks any more.
            let (later, earlier) = (all.remove(120), all.remove(50));
            all.insert(0, later);
            all.insert(130, earlier);
        }
        // Behind the end it answers its last page.
        Some(slice(&all, limit, if offset < all.len() { offset } else { all.len() - limit }))
    });
    assert_eq!(read.unwrap().into_iter().collect::<HashSet<_>>(), all.into_iter().collect());
}

#[test]
fn a_list_that_changed_for_a_moment_is_no_server_that_ignores_offset() {
    let (all, mut calls) = (list(5), 0);
    let (read, _) = read(Pager::new(2), |limit, offset| {
        calls += 1;
        let mut all = all.clone();
        if calls == 2 {
            all.insert(0, "new".to_owned());
        }
        // Behind the end it answers its first page.
        Some(slice(&all, limit, if offset < all.len() { offset } else { 0 }))
    });
    assert_eq!(read.unwrap(), all);
}

#[test]
fn a_changing_list_is_not_taken_for_a_server_that_ignores_offset() {
    // Behind its end it answers the last page, which happens to begin like the first.
    let lists = ["012", "x012", "x012", "x02", "x02", "02"].map(|list| list.chars().map(String::from));
    let mut lists = lists.map(Iterator::collect::<Vec<_>>).into_iter();
    let mut list = Vec::new();
    let (read, _) = read(Pager::new(3), |_, offset| {
        list = lists.next().unwrap_or_else(|| std::mem::take(&mut list));
        Some(slice(&list, 2, offset.min(list.len() - 2)))
    });
    assert!(read.is_err() || read.unwrap().contains(&"2".to_owned()));
}
