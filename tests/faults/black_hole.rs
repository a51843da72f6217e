//! Addresses that swallow what is sent to them.

use std::net::SocketAddr;
use std::time::Duration;

use atol_tests::{Rig, Script, answer, get};
use atol_transport::RetryPolicy;
use atol_transport::clock::{Clock, VirtualClock};
use atol_transport::error::{ErrorKind, Phase, Sent};

#[tokio::test(start_paused = true)]
async fn n03_a_dead_address_leaves_time_for_the_next_one() {
    let rig = Rig::new([Script::new().exchange(answer(200, "[]")).stall()]);
    let live = rig.address().await;
    let dead = BlackHole::at(SocketAddr::from(([127, 0, 0, 2], live.port()))).await.unwrap();
    let client = rig.over_sockets().await.resolver(rig.resolver([dead.address, live])).build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 1);
    let took = rig.clock().monotonic();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn n06_an_address_that_swallows_everything_is_given_up_after_5_s() {
    let rig = Rig::new([]);
    let dead = BlackHole::at(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let before = rig.clock().monotonic();
    let client = rig.to(&format!("http://{}", dead.address)).retry(RetryPolicy::never()).build().unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout(Phase::Connect), Sent::No));
    assert_eq!(rig.clock().monotonic().saturating_sub(before).as_secs(), 5);
    insta::assert_snapshot!(error.report(), @r"
        no connection to `127.0.0.1`: it did not answer in time
          what to do: check the network and the firewall
        ");
}

#[tokio::test(start_paused = true)]
async fn n25_an_ipv6_address_that_swallows_everything_costs_less_than_a_second() {
    let rig = Rig::new([Script::new().exchange(answer(200, "[]")).stall()]);
    let live = rig.address().await;
    let dead = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], live.port()));
    // A machine without IPv6 refuses at once, which the test above is about.
    let Some(dead) = BlackHole::at(dead).await else { return };
    let client = rig.over_sockets().await.resolver(rig.resolver([dead.address, live])).build().unwrap();
    assert_eq!(get(&client).await.unwrap().attempts(), 1);
    let took = rig.clock().monotonic();
    assert!((Duration::from_millis(300)..Duration::from_secs(1)).contains(&took), "{took:?}");
}

/// An address of this machine that answers nothing: its queue of connections is full, and nobody takes any.
struct BlackHole {
    address: SocketAddr,
    _listener: tokio::net::TcpListener,
    _waiting: Vec<tokio::net::TcpStream>,
}

impl BlackHole {
    /// `None` when there is no such address.
    async fn at(address: SocketAddr) -> Option<BlackHole> {
        let socket = || match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
        };
        let listening = socket().ok()?;
        listening.bind(address).ok()?;
        let listener = listening.listen(1).ok()?;
        let address = listener.local_addr().ok()?;
        let clock = VirtualClock::starting_at(jiff::Timestamp::UNIX_EPOCH);
        let mut waiting = Vec::new();
        loop {
            tokio::select! {
                biased;
                stream = socket().ok()?.connect(address) => waiting.push(stream.ok()?),
                () = clock.sleep(Duration::from_millis(1)) => break,
            }
        }
        Some(BlackHole { address, _listener: listener, _waiting: waiting })
    }
}
