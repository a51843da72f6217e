//! Those who share a store log in one after the other, and one login is enough for all.

use std::future::poll_fn;

use super::super::{MemoryTokenStore, StoreLock, StoredToken, TokenStore};
use super::*;

/// The answers of `count` clients that begin at once, each with a store of its own making.
async fn together<S: TokenStore>(service: &Service, count: usize, store: impl Fn() -> S) -> Vec<Result<u16>> {
    let clients: Vec<_> =
        (0..count).map(|_| client_with(service, |builder| builder.store(store()))).collect();
    all(clients.iter().map(Client::call)).await
}

#[cfg(feature = "file-token-store")]
mod files {
    use super::super::super::FileTokenStore;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn processes_that_start_together_log_in_once() {
        for count in [2, 10] {
            let directory = tempfile::tempdir().unwrap();
            let service = Service::new();
            service.login_takes(20 * SECOND);
            let answers = together(&service, count, || FileTokenStore::in_directory(directory.path())).await;
            assert!(answers.iter().all(|answer| matches!(answer, Ok(200))), "{answers:?}");
            assert_eq!(service.logins(), 1, "{count} processes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn u01_processes_that_start_together_with_a_wrong_password_are_refused_once() {
        for count in [2, 10] {
            let directory = tempfile::tempdir().unwrap();
            let service = Service::new().on_login(|_| refusal(401, 12));
            service.login_takes(20 * SECOND);
            let answers = together(&service, count, || FileTokenStore::in_directory(directory.path())).await;
            for answer in answers {
                assert_eq!(answer.unwrap_err().kind(), ErrorKind::CredentialsRejected);
            }
            assert_eq!(service.logins(), 1, "{count} processes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stores_that_are_asked_in_place_share_the_login_too() {
        let directory = tempfile::tempdir().unwrap();
        let service = Service::new();
        let store = || FileTokenStore::in_directory(directory.path()).in_place();
        let answers = together(&service, 5, store).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(service.logins(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn clients_that_share_memory_log_in_once_though_they_begin_together() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    let answers = together(&service, 10, || store.clone()).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(200))), "{answers:?}");
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_next_one_logs_in_when_the_one_before_has_failed() {
    let store = MemoryTokenStore::default();
    let service =
        Service::new().on_login(|n| if n == 1 { Answer::Is(503, String::new()) } else { token("good") });
    let answers = together(&service, 3, || store.clone()).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1);
    assert_eq!(service.logins(), 2);
}

#[cfg(feature = "client")]
#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_given_up_costs_a_call_with_the_default_time_limits_no_more_than_a_wait() {
    let store = MemoryTokenStore::default();
    let held = store.try_lock(&key()).unwrap();
    let service = Service::new();
    // As long as the head of an answer may take.
    service.login_takes(19 * SECOND);
    let client = crate::Client::builder(Environment::Test, Credentials::test())
        .clock(service.clock.clone())
        .token_store(store)
        .leaf(service.clone())
        .build()
        .unwrap();
    let answer = client.send(request()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.attempts()), (200, 1));
    assert_eq!(service.state.lock().unwrap().logins, [25 * SECOND]);
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn an_early_refresh_is_put_off_while_somebody_else_is_at_it() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    client.call().await.unwrap();
    service.sleep(23 * HOUR).await;
    let held = store.try_lock(&key()).unwrap();
    client.call().await.unwrap();
    settle().await;
    drop(held);
    for logins in [1, 1, 1, 1, 1, 2] {
        client.call().await.unwrap();
        settle().await;
        assert_eq!(service.logins(), logins);
        service.sleep(MINUTE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_in_the_store_needs_no_lock() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    client_with(&service, |builder| builder.store(store.clone())).call().await.unwrap();
    let held = store.try_lock(&key()).unwrap();
    let before = service.clock.monotonic();
    client_with(&service, |builder| builder.store(store.clone())).call().await.unwrap();
    assert_eq!(service.clock.monotonic(), before);
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn nothing_stays_locked_after_a_login_however_it_ended() {
    for answer in [token("good"), refusal(401, 12), Answer::Breaks(ErrorKind::Interrupted), Answer::Panics] {
        let store = MemoryTokenStore::default();
        let service = Service::new().on_login(move |_| answer.clone());
        let client = client_with(&service, |builder| builder.store(store.clone()));
        drop(client.call().await);
        assert!(store.try_lock(&key()).unwrap().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_was_called_off_keeps_nobody_out() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    service.login_takes(HOUR);
    let client = client_with(&service, |builder| builder.store(store.clone()));
    let mut call = Box::pin(client.call());
    assert!(!poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await);
    settle().await;
    assert!(store.try_lock(&key()).unwrap().is_none());
    client.tokens.forget();
    assert!(store.try_lock(&key()).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_was_called_off_while_it_waited_for_the_lock_is_not_sent() {
    let store = MemoryTokenStore::default();
    let held = store.try_lock(&key()).unwrap();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    let call = tokio::spawn(client.call());
    settle().await;
    client.tokens.set_credentials(Credentials::new(key().login(), "corrected").unwrap());
    drop(held);
    assert_eq!(call.await.unwrap().unwrap(), 200);
    settle().await;
    let bodies = service.state.lock().unwrap().bodies.clone();
    assert!(matches!(&bodies[..], [only] if only.contains("corrected")), "{bodies:?}");
    assert!(store.try_lock(&key()).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_was_called_off_ends_its_wait_for_the_lock() {
    let store = MemoryTokenStore::default();
    let held = store.try_lock(&key()).unwrap();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    let call = tokio::spawn(client.call());
    service.sleep(10 * SECOND).await;
    client.tokens.forget();
    call.await.unwrap().unwrap();
    // The next one waits anew, from then on.
    let logins = service.state.lock().unwrap().logins.clone();
    assert!(matches!(&logins[..], [only] if only.as_secs() == 35), "{logins:?}");
    drop(held);
}

#[test]
fn m07_a_login_that_went_down_with_its_runtime_keeps_nobody_out() {
    let store = MemoryTokenStore::default();
    let runtime =
        || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let first = runtime();
    let service = first.block_on(async { Service::new() });
    service.login_takes(HOUR);
    let client = client_with(&service, |builder| builder.store(store.clone()));
    first.block_on(async {
        let mut call = Box::pin(client.call());
        assert!(!poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await);
        settle().await;
    });
    assert!(store.try_lock(&key()).unwrap().is_none());
    drop(first);
    assert!(store.try_lock(&key()).unwrap().is_some());
}

/// A store that fails to lock.
#[derive(Debug)]
struct Unlockable(MemoryTokenStore);

impl TokenStore for Unlockable {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.0.load(key)
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        self.0.save(key, token)
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        self.0.remove(key)
    }

    fn try_lock(&self, _: &TokenKey) -> Result<Option<StoreLock>, BoxError> {
        Err("no locks today".into())
    }
}

#[tokio::test(start_paused = true)]
async fn m03_a_lock_that_fails_fails_no_call() {
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(Unlockable(MemoryTokenStore::default())));
    assert_eq!(client.call().await.unwrap(), 200);
}
