//! What a store is asked, and what its failures cost.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::super::{MemoryTokenStore, Refusals, StoredToken, Token, TokenKey, TokenStore};
use super::*;

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_store_log_in_once() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    let first = client_with(&service, |builder| builder.store(store.clone()));
    first.call().await.unwrap();
    let second = client_with(&service, |builder| builder.store(store.clone()));
    second.call().await.unwrap();
    assert_eq!(service.logins(), 1);
    first.tokens.forget();
    let third = client_with(&service, |builder| builder.store(store));
    third.call().await.unwrap();
    assert_eq!(service.logins(), 2, "forgotten in the store too");
}

#[tokio::test(start_paused = true)]
async fn another_login_does_not_get_the_token() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    client_with(&service, |builder| builder.store(store.clone())).call().await.unwrap();
    let other = client_with(&service, |builder| builder.store(store));
    other.tokens.set_credentials(Credentials::new("other", "p").unwrap());
    other.call().await.unwrap();
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stored_token_keeps_its_age() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    client_with(&service, |builder| builder.store(store.clone())).call().await.unwrap();
    service.sleep(20 * HOUR).await;
    let later = client_with(&service, |builder| builder.store(store.clone()));
    later.call().await.unwrap();
    assert_eq!(service.logins(), 1);
    service.sleep(4 * HOUR).await;
    later.call().await.unwrap();
    assert_eq!(service.logins(), 2);
    assert_eq!(store.load(&key()).unwrap().unwrap().token().expose(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn an_implausible_token_of_a_store_is_ignored() {
    for obtained_at in
        ["2026-11-23T12:00:00Z", "2026-11-24T12:00:01Z", "1970-01-01T00:00:00Z", "9999-12-01T00:00:00Z"]
    {
        let store = MemoryTokenStore::default();
        let stored = StoredToken::new(Token::new("stored").unwrap(), obtained_at.parse().unwrap());
        store.save(&key(), &stored).unwrap();
        let service = Service::new();
        client_with(&service, |builder| builder.store(store)).call().await.unwrap();
        assert_eq!(service.tokens_seen(), ["token-1"], "{obtained_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_token_in_the_store_costs_one_login_and_no_call() {
    let store = MemoryTokenStore::default();
    let stored = StoredToken::new(Token::new("dead").unwrap(), "2026-11-24T11:00:00Z".parse().unwrap());
    store.save(&key(), &stored).unwrap();
    let service = Service::new().on_call(|token| match token {
        "dead" => refusal(401, 11),
        _ => Answer::Is(200, "[]".to_owned()),
    });
    let client = client_with(&service, |builder| builder.store(store));
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.tokens_seen(), ["dead", "token-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_another_process_left_is_tried_before_a_login_and_after_a_refusal() {
    let store = MemoryTokenStore::default();
    let service = Service::new().on_call(|token| match token {
        "token-2" => Answer::Is(200, "[]".to_owned()),
        _ => refusal(401, 11),
    });
    let client = client_with(&service, |builder| builder.store(store.clone()));
    client.authenticate().await.unwrap();
    service.sleep(MINUTE).await;
    let left = StoredToken::new(Token::new("dead-too").unwrap(), service.clock.wall());
    store.save(&key(), &left).unwrap();
    service.sleep(MINUTE).await;
    assert_eq!(client.call().await.unwrap(), 200);
    assert_eq!(service.tokens_seen(), ["token-1", "dead-too", "token-2"]);
}

/// A store into which another process puts a new token all the time.
#[derive(Debug, Default)]
struct Replenished(AtomicUsize);

impl TokenStore for Replenished {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        let token = format!("left-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(Some(StoredToken::new(Token::new(token)?, "2026-11-24T11:00:00Z".parse()?)))
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

#[tokio::test(start_paused = true)]
async fn a_call_is_sent_three_times_at_most_whatever_others_leave_in_the_store() {
    let service = Service::new().on_call(|_| refusal(401, 11));
    let client = client_with(&service, |builder| builder.store(Replenished::default()));
    assert_eq!(client.call().await.unwrap(), 401);
    assert_eq!(service.tokens_seen(), ["left-1", "left-2", "left-3"]);
}

#[tokio::test(start_paused = true)]
async fn new_credentials_leave_nothing_of_the_old_in_the_store() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    client.call().await.unwrap();
    client.tokens.set_credentials(Credentials::new("other", "p").unwrap());
    assert_eq!(store.load(&key()).unwrap(), None);
}

/// Forgets the token in the very moment in which it is saved.
#[derive(Debug, Clone, Default)]
struct Racing {
    saved: MemoryTokenStore,
    tokens: Arc<Mutex<Option<Tokens>>>,
}

impl TokenStore for Racing {
    fn load(&self, key: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.saved.load(key)
    }

    fn save(&self, key: &TokenKey, token: &StoredToken) -> Result<(), BoxError> {
        let tokens = self.tokens.lock().unwrap().take();
        tokens.inspect(Tokens::forget);
        self.saved.save(key, token)
    }

    fn remove(&self, key: &TokenKey) -> Result<(), BoxError> {
        self.saved.remove(key)
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_forgotten_while_it_is_saved_is_not_left_behind() {
    let store = Racing::default();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    *store.tokens.lock().unwrap() = Some(client.tokens.clone());
    client.call().await.unwrap();
    assert_eq!(store.load(&key()).unwrap(), None);
    assert!(!client.tokens.is_cached());
}

/// Ends the pause in the very moment in which a refusal is saved.
#[derive(Debug, Clone, Default)]
struct RacingRefusals {
    refusals: Arc<Mutex<Option<Refusals>>>,
    race: Arc<Mutex<Option<(Tokens, End)>>>,
}

/// How a pause is ended.
type End = fn(&Tokens);

impl TokenStore for RacingRefusals {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(None)
    }

    fn save(&self, _: &TokenKey, _: &StoredToken) -> Result<(), BoxError> {
        Ok(())
    }

    fn remove(&self, _: &TokenKey) -> Result<(), BoxError> {
        Ok(())
    }

    fn refusals(&self, _: &TokenKey) -> Result<Option<Refusals>, BoxError> {
        Ok(self.refusals.lock().unwrap().clone())
    }

    fn set_refusals(&self, _: &TokenKey, refusals: Option<&Refusals>) -> Result<(), BoxError> {
        let race = self.race.lock().unwrap().take();
        race.inspect(|(tokens, end)| end(tokens));
        *self.refusals.lock().unwrap() = refusals.cloned();
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_forgotten_while_it_is_saved_is_not_left_behind() {
    let by: [End; 2] = [Tokens::end_pause, |tokens| tokens.set_credentials(Credentials::test())];
    for end in by {
        let store = RacingRefusals::default();
        let service = Service::new().on_login(|_| refusal(401, 12));
        let client = client_with(&service, |builder| builder.store(store.clone()));
        *store.race.lock().unwrap() = Some((client.tokens.clone(), end));
        client.call().await.unwrap_err();
        assert_eq!(store.refusals(&key()).unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_login_from_before_the_pause_was_ended_counts_for_nothing() {
    let service = Service::new().on_login(|n| if n == 1 { refusal(401, 12) } else { token("good") });
    let client = client(&service);
    let waiting = tokio::spawn(client.call());
    settle().await;
    client.tokens.end_pause();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::CredentialsRejected);
    assert_eq!(client.call().await.unwrap(), 200);
}

/// A store that keeps nothing.
#[derive(Debug)]
pub(super) struct Forgetful;

impl TokenStore for Forgetful {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        Ok(None)
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

/// A store that goes wrong in each way there is.
#[derive(Debug)]
pub(super) enum Broken {
    Fails,
    Panics,
    /// Until the other end is dropped.
    Hangs(Mutex<mpsc::Receiver<()>>),
}

impl Broken {
    fn go<T>(&self) -> Result<T, BoxError> {
        match self {
            Broken::Fails => Err("the disk is full".into()),
            Broken::Panics => panic!("a bug in the store"),
            Broken::Hangs(end) => {
                end.lock().unwrap().recv().unwrap_err();
                Err("it took too long".into())
            }
        }
    }
}

impl TokenStore for Broken {
    fn load(&self, _: &TokenKey) -> Result<Option<StoredToken>, BoxError> {
        self.go()
    }

    fn save(&self, _: &TokenKey, _: &StoredToken) -> Result<(), BoxError> {
        self.go()
    }

    fn remove(&self, _: &TokenKey) -> Result<(), BoxError> {
        self.go()
    }
}

#[tokio::test(start_paused = true)]
async fn m03_a_store_that_fails_or_panics_fails_no_call() {
    for broken in [Broken::Fails, Broken::Panics] {
        let service = Service::new();
        let client = client_with(&service, |builder| builder.store(broken));
        assert_eq!(client.call().await.unwrap(), 200);
        client.tokens.forget();
        assert_eq!(client.call().await.unwrap(), 200);
        client.tokens.set_credentials(Credentials::test());
        assert_eq!(client.call().await.unwrap(), 200);
        assert_eq!(service.logins(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn m04_a_store_that_hangs_holds_a_call_up_for_seconds_only() {
    let (hold, end) = mpsc::channel();
    let service = Service::new();
    let client = client_with(&service, |builder| builder.store(Broken::Hangs(Mutex::new(end))));
    let call = tokio::spawn(client.call());
    // Time does not pass by itself while the store's thread is at work.
    while !call.is_finished() {
        settle().await;
        tokio::time::advance(Duration::from_millis(500)).await;
    }
    assert_eq!(call.await.unwrap().unwrap(), 200);
    assert!(service.clock.monotonic() < 7 * SECOND);
    drop(hold);
}

#[cfg(feature = "file-token-store")]
#[tokio::test(start_paused = true)]
async fn processes_that_share_a_file_log_in_once_a_day() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new();
    for _ in 0..30 {
        // A new client each time: what cron starts remembers nothing.
        let store = super::super::FileTokenStore::in_directory(directory.path());
        client_with(&service, |builder| builder.store(store)).call().await.unwrap();
        service.sleep(HOUR).await;
    }
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_gives_the_same_token_again_is_asked_twice_an_hour_by_short_runs() {
    let store = MemoryTokenStore::default();
    let service = Service::new().on_login(|_| token("same"));
    client_with(&service, |builder| builder.store(store.clone())).call().await.unwrap();
    service.sleep(23 * HOUR + MINUTE).await;
    for _ in 0..50 {
        let client = client_with(&service, |builder| builder.store(store.clone()));
        client.call().await.unwrap();
        // The second sets off the early refresh; the process lives long enough for it.
        client.call().await.unwrap();
        service.sleep(MINUTE).await;
    }
    assert_eq!(service.logins(), 3);
    let obtained_at = store.load(&key()).unwrap().unwrap().obtained_at();
    assert_eq!(obtained_at.to_string(), "2026-11-24T12:00:00Z", "its life is counted from its first issue");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_put_off_by_a_wrong_clock_waits_half_an_hour_at_most() {
    let store = MemoryTokenStore::default();
    let service = Service::new();
    let old = StoredToken::new(Token::new("old").unwrap(), "2026-11-23T12:30:00Z".parse().unwrap());
    store.save(&key(), &old.with_refresh_not_before("2029-01-01T00:00:00Z".parse().unwrap())).unwrap();
    let client = client_with(&service, |builder| builder.store(store.clone()));
    for _ in 0..29 {
        client.call().await.unwrap();
        service.sleep(MINUTE).await;
    }
    assert_eq!(service.logins(), 0);
    service.sleep(MINUTE).await;
    client.call().await.unwrap();
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_another_process_has_put_off_is_not_tried() {
    let store = MemoryTokenStore::default();
    let service = Service::new().on_login(|_| token("same"));
    let clients: Vec<_> =
        (0..10).map(|_| client_with(&service, |builder| builder.store(store.clone()))).collect();
    for client in &clients {
        client.call().await.unwrap();
    }
    service.sleep(23 * HOUR + MINUTE).await;
    for client in &clients {
        client.call().await.unwrap();
    }
    service.sleep(MINUTE).await;
    assert_eq!(service.logins(), 2);
}
