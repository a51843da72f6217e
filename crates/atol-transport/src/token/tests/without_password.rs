//! A login alone lives on the tokens that others leave in the store.

use super::super::{MemoryTokenStore, TokenKey, TokenStore};
use super::*;

/// A client with the password.
fn owner(service: &Service, store: &MemoryTokenStore) -> Client {
    client_with(service, |builder| builder.store(store.clone()))
}

/// A client without it.
fn reader(service: &Service, store: impl TokenStore) -> Client {
    let login = Credentials::without_password(Credentials::test().login()).unwrap();
    let builder = Tokens::builder(&Environment::Test, login).clock(service.clock.clone()).seed(7);
    let tokens = builder.store(store).build().unwrap();
    Client { stack: TokenLayer::new(tokens.clone()).layer(service.clone()), tokens }
}

#[tokio::test(start_paused = true)]
async fn a_stored_token_is_used_and_nothing_is_sent_to_log_in() {
    // A refusal without a code is one, too: there is no login to tell by.
    for refused in [refusal(401, 11), Answer::Is(401, "<html>".to_owned())] {
        let store = MemoryTokenStore::default();
        let service = Service::new();
        owner(&service, &store).call().await.unwrap();
        let reader = reader(&service, store.clone());
        assert_eq!(reader.call().await.unwrap(), 200);
        let service = service.on_call(move |_| refused.clone());
        let error = reader.call().await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::NoPassword, Sent::No));
        assert_eq!(service.logins(), 1);
        assert_eq!(store.load(&key()).unwrap(), None, "the next one shall not try it again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_still_good_stays_in_the_store() {
    let store = MemoryTokenStore::default();
    let service = Service::new().on_call(|token| match token {
        "token-1" => refusal(401, 11),
        _ => Answer::Is(200, "[]".to_owned()),
    });
    let owner = owner(&service, &store);
    owner.authenticate().await.unwrap();
    let reader = reader(&service, store.clone());
    reader.authenticate().await.unwrap();
    service.sleep(MINUTE).await;
    owner.call().await.unwrap();
    assert_eq!(reader.call().await.unwrap(), 200);
    // Old enough for an early refresh, which finds nothing newer and has nothing to log in with.
    service.sleep(23 * HOUR + 50 * MINUTE).await;
    assert_eq!(reader.call().await.unwrap(), 200);
    settle().await;
    assert_eq!(store.load(&key()).unwrap().unwrap().token().expose(), "token-2");
    assert_eq!(service.logins(), 2);
}

#[cfg(feature = "file-token-store")]
#[tokio::test(start_paused = true)]
async fn logins_of_others_that_were_refused_hold_nothing_back() {
    use super::super::{FileTokenStore, Refusals, StoredToken, Token};

    let directory = tempfile::tempdir().unwrap();
    let store = || FileTokenStore::in_directory(directory.path());
    let service = Service::new();
    store().set_refusals(&key(), Some(&Refusals::new([service.clock.wall()], false))).unwrap();
    let reader = reader(&service, store());
    assert_eq!(reader.call().await.unwrap_err().kind(), ErrorKind::NoPassword);
    let left = StoredToken::new(Token::new("left").unwrap(), service.clock.wall());
    store().save(&key(), &left).unwrap();
    assert_eq!(reader.call().await.unwrap(), 200);
}

#[test]
fn spaces_around_a_login_make_no_other_key() {
    let spaced = format!(" {}\n", Credentials::test().login());
    assert_eq!(TokenKey::new(&Environment::Test.endpoints(), &spaced), key());
}
