//! Lists and servers drawn at random.

use super::changing::{Changing, changes};
use super::server::{Server, server};
use super::*;

/// Ten thousand cases, or as many as `PROPTEST_CASES` says if that is more.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(10_000), ..config }
}

/// The first page may be refused when it is asked for again, for whatever reason.
fn is_given_up(error: &Error, server: &Server) -> bool {
    error.kind() == ErrorKind::Incomplete || server.refuses() && error.kind() == ErrorKind::Transport
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_list_that_stands_still_is_read_exactly(size in size(), limit in number(300), mut server in server()) {
        let limit = limit + 1;
        let all = list(size);
        let (read, _) = read(Pager::new(limit as u64), |limit, offset| server.page(&all, limit, offset));
        match read {
            Ok(read) => prop_assert_eq!(read, all),
            Err(error) => {
                prop_assert!(is_given_up(&error, &server), "{}", error);
                let has_room = if server.ignores_limit { size != limit } else { size < limit };
                let is_cut = server.ignores_offset && !has_room;
                let is_endless = server.is_endless() && server.hands_out_singles();
                prop_assert!(is_cut || is_endless || server.refuses(), "{}", error);
            }
        }
    }

    /// What was there all the time is in the result, once and in order, or there is none.
    #[test]
    fn a_list_that_changes_is_read_without_gaps_or_given_up(
        size in size(),
        limit in number(300),
        mut server in server(),
        changes in changes(),
    ) {
        let mut list = Changing::new(size, changes);
        let (read, _) = read(Pager::new(limit as u64 + 1), |limit, offset| {
            server.page(list.at(offset), limit, offset)
        });
        match read {
            Ok(read) => {
                let unique: HashSet<_> = read.iter().collect();
                prop_assert_eq!(unique.len(), read.len(), "repeats");
                prop_assert!(read.iter().all(|serial| list.had(serial)));
                // Whose pages all begin alike may ignore `offset` and have no more, for all that can be told.
                if !(server.is_endless() && (server.hands_out_singles() || server.seems_deaf())) {
                    let stayed = list.stayed();
                    let of_them: HashSet<_> = stayed.iter().collect();
                    let of_them: Vec<_> = read.iter().filter(|serial| of_them.contains(serial)).cloned().collect();
                    prop_assert_eq!(of_them, stayed);
                }
            }
            Err(error) => prop_assert!(is_given_up(&error, &server), "{}", error),
        }
    }

    /// To give up is right, and of no use.
    #[test]
    fn a_list_that_changes_twice_is_read(
        size in size(),
        limit in number(300),
        cap in number(300),
        changes in changes(),
    ) {
        let two = changes.into_iter().take(2).collect();
        let mut list = Changing::new(size, two);
        let (read, _) = read(Pager::new(limit as u64 + 1), |limit, offset| {
            Some(slice(list.at(offset), limit.min(cap + 1), offset))
        });
        let read: HashSet<_> = read.unwrap().into_iter().collect();
        prop_assert!(list.stayed().iter().all(|serial| read.contains(serial)));
    }

    /// What a server sorts anew is read by luck, so the only question is whether a gap goes unnoticed.
    #[test]
    fn a_list_without_an_order_is_read_without_gaps_or_given_up(
        size in prop_oneof![0_usize..5, 1_usize..60],
        limit in prop_oneof![1_usize..4, 1_usize..30],
        sorted_anew_after in 1_usize..9,
        is_endless in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let (mut dice, mut all, mut calls) = (fastrand::Rng::with_seed(seed), list(size), 0);
        let (read, _) = read(Pager::new(limit as u64), |limit, offset| {
            calls += 1;
            if calls % sorted_anew_after == 0 {
                dice.shuffle(&mut all);
            }
            // Behind the end it answers its last page, which has no single register.
            let last = if is_endless && limit > 1 { all.len().saturating_sub(2) } else { usize::MAX };
            Some(slice(&all, limit, offset.min(last)))
        });
        match read {
            Ok(mut read) => {
                read.sort();
                prop_assert_eq!(read, list(size));
            }
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Incomplete),
        }
    }
}

#[test]
fn a_server_that_answers_at_random_is_given_up_for_every_reason_there_is() {
    let mut reasons = HashSet::new();
    for seed in 0..2_000 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let (registers, least, most) = (dice.usize(2..6), dice.usize(0..2), dice.usize(1..5));
        let page = |dice: &mut fastrand::Rng| dice.usize(least..=most);
        let (read, requests) = read(Pager::new(3), |_, _| {
            Some((0..page(&mut dice)).map(|_| dice.usize(..registers).to_string()).collect())
        });
        assert!(requests < 200, "{requests}");
        reasons
            .extend(read.err().map(|error| error.to_string().split([':', ';']).nth(1).unwrap().to_owned()));
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort();
    insta::assert_snapshot!(reasons.join("\n"), @r"
     it changed each time while it was being read
     the service answers otherwise each time
     the service hands out single registers, and other ones each time
     the service ignores `offset` and there may be more than one page
    ");
}
