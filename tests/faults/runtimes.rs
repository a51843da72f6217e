//! One client and several runtimes, or none.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use atol_tests::{Rig, Script, answer, get};
use atol_transport::Client;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A client, and a server on threads of its own.
fn client() -> (Client, Rig, Runtime) {
    let server = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let many = (0..9).fold(Script::new(), |script, _| script.exchange(answer(200, "[]")));
    let rig = Rig::new([many]);
    let client = server.block_on(rig.over_sockets()).build().unwrap();
    (client, rig, server)
}

#[test]
fn m07_each_runtime_has_connections_of_its_own() {
    let (client, rig, _server) = client();
    let (first, second) = (runtime(), runtime());
    for runtime in [&first, &second, &first, &second] {
        // The other runtime lives, but nobody drives its connections.
        assert_eq!(runtime.block_on(get(&client)).unwrap().attempts(), 1);
    }
    assert_eq!(rig.log().connections(), 2);
}

#[test]
fn m07_a_client_outlives_the_runtime_that_it_was_used_in() {
    let (client, _rig, _server) = client();
    for _ in 0..3 {
        let runtime = runtime();
        assert_eq!(runtime.block_on(get(&client)).unwrap().attempts(), 1);
        drop(runtime);
    }
}

#[test]
fn m07_without_a_runtime_a_call_fails_with_the_reason() {
    let (client, _rig, _server) = client();
    let call = pin!(get(&client));
    let Poll::Ready(Err(error)) = call.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a call without a runtime waits")
    };
    assert!(error.is_config());
    insta::assert_snapshot!(error, @"the login needs a tokio runtime, and this call is made outside of any");
}
