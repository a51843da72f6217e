//! Bytes in place of an answer, over a connection: every call ends, and the next one gets its own answer.

#![no_main]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atol_tests_fuzz::{can_be_shown, list, run};
use atol_transport::clock::VirtualClock;
use atol_transport::tls::RootCertificates;
use atol_transport::token::{StoredToken, TokenKey, TokenStore};
use atol_transport::{BoxError, Client, Credentials, Proxy, RetryPolicy, Token};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tower::service_fn;

/// The answer to the second question.
const NEXT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n[\"ok\"]";

fuzz_target!(|bytes: &[u8]| {
    let bytes: Arc<[u8]> = bytes.into();
    run(async {
        let connections = Arc::new(AtomicUsize::new(0));
        let connector = service_fn(move |_| {
            let is_first = connections.fetch_add(1, Ordering::Relaxed) == 0;
            let (client, server) = tokio::io::duplex(64 * 1024);
            tokio::spawn(serve(server, if is_first { bytes.clone() } else { NEXT.into() }));
            std::future::ready(Ok::<_, BoxError>(client))
        });
        let clock = Arc::new(VirtualClock::starting_at(start()));
        let client = Client::builder("http://localhost".parse().expect("an address"), Credentials::test())
            .proxy(Proxy::none())
            .only_root_certificates(roots())
            .token_store(AtHand)
            .retry(RetryPolicy::never())
            .clock(clock)
            .connector(connector)
            .build()
            .expect("the settings are good");
        if let Err(error) = client.send(list()).await {
            can_be_shown(&error);
        }
        // On the first connection, if that is still good, the peer says nothing more.
        match client.send(list()).await {
            Ok(answer) => assert_eq!(answer.value(), &NEXT[NEXT.len() - 6..]),
            Err(error) => can_be_shown(&error),
        }
    });
});

async fn serve(mut stream: DuplexStream, answer: Arc<[u8]>) {
    let mut question = [0; 4096];
    let _ = stream.read(&mut question).await;
    let _ = stream.write_all(&answer).await;
    while matches!(stream.read(&mut question).await, Ok(1..)) {}
}

fn start() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().expect("a time")
}

fn roots() -> RootCertificates {
    RootCertificates::from_pem(include_bytes!("../../../crates/atol-transport/src/tls/testdata/root.pem"))
        .expect("a good certificate")
}

#[derive(Debug)]
struct AtHand;

impl TokenStore for AtHand {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(Some(StoredToken::new(Token::new("token")?, start())))
    }

    fn save(&self, _: &TokenKey, _: &StoredToken) -> Result<(), BoxError> {
        Ok(())
    }

    fn remove(&self, _: &TokenKey) -> Result<(), BoxError> {
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}
