//! The pause after refused logins, across processes: what cron starts remembers nothing but what the store keeps.

use std::path::Path;

use super::super::{FileTokenStore, Refusals, TokenStore};
use super::*;

fn store(directory: &Path) -> FileTokenStore {
    FileTokenStore::in_directory(directory)
}

/// A new process with this store.
fn process(service: &Service, store: FileTokenStore) -> Client {
    client_with(service, |builder| builder.store(store))
}

fn refusing(code: i64) -> Service {
    let service = Service::new().on_login(move |_| refusal(401, code));
    service.login_takes(Duration::ZERO);
    service
}

#[tokio::test(start_paused = true)]
async fn u01_processes_with_a_wrong_password_log_in_four_times_an_hour_together() {
    let directory = tempfile::tempdir().unwrap();
    for (code, kind) in [(12, ErrorKind::CredentialsRejected), (14, ErrorKind::UserBlocked)] {
        let service = refusing(code);
        for _ in 0..240 {
            let error = process(&service, store(directory.path())).call().await.unwrap_err();
            assert_eq!(error.kind(), kind);
            service.sleep(MINUTE).await;
        }
        let logins = service.state.lock().unwrap().logins.clone();
        assert!(logins.windows(5).all(|five| five[4] - five[0] >= HOUR), "{logins:?}");
        assert!(logins.len() > 8, "but they go on: {logins:?}");
        store(directory.path()).set_refusals(&key(), None).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_held_back_process_hears() {
    let directory = tempfile::tempdir().unwrap();
    let service = refusing(12);
    process(&service, store(directory.path())).call().await.unwrap_err();
    service.sleep(10 * SECOND).await;
    let client = process(&service, store(directory.path()));
    let error = client.call().await.unwrap_err();
    assert_eq!((error.retry_after(), error.sent()), (Some(50 * SECOND), Sent::No));
    insta::assert_snapshot!(error.report(), @r"
    login or password are wrong, said the service at 2026-11-24T12:00:00Z, before this program was started (the next login is tried in 50 s)
      what to do: correct login or password; they are tried again when the pause is over
    ");
    assert_eq!(client.call().await.unwrap_err().report(), error.report());
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_running_process_hears_of_refusals_that_another_met() {
    let directory = tempfile::tempdir().unwrap();
    let service = refusing(12);
    let (one, other) =
        (process(&service, store(directory.path())), process(&service, store(directory.path())));
    for _ in 0..61 {
        drop(one.call().await);
        drop(other.call().await);
        service.sleep(MINUTE).await;
    }
    assert!(service.logins() <= 5, "{} logins in an hour and a minute", service.logins());
}

#[tokio::test(start_paused = true)]
async fn u10_credentials_that_were_changed_since_are_tried_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let service = refusing(12);
    process(&service, store(directory.path())).call().await.unwrap_err();
    service.sleep(SECOND).await;
    let changed = store(directory.path()).with_credentials_changed_at(service.clock.wall());
    let service = service.on_login(|_| token("good"));
    assert_eq!(process(&service, changed).call().await.unwrap(), 200);

    // And are not held up by what was before, even if they are wrong too.
    let service = service.on_login(|_| refusal(401, 12));
    store(directory.path()).remove(&key()).unwrap();
    process(&service, store(directory.path())).call().await.unwrap_err();
    let error = process(&service, store(directory.path())).call().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(MINUTE), "the first step again");
}

#[tokio::test(start_paused = true)]
async fn a_good_login_and_a_person_end_the_pause() {
    type End = fn(&Client);
    let directory = tempfile::tempdir().unwrap();
    let service = refusing(12);
    let by: [End; 2] = [
        |client| client.tokens.end_pause(),
        |client| client.tokens.set_credentials(Credentials::new("v4-online-atol-ru", "right").unwrap()),
    ];
    for end in by {
        let client = process(&service, store(directory.path()));
        client.call().await.unwrap_err();
        assert!(store(directory.path()).refusals(&key()).unwrap().is_some());
        end(&client);
        assert_eq!(store(directory.path()).refusals(&key()).unwrap(), None);
        let before = service.logins();
        client.call().await.unwrap_err();
        assert_eq!(service.logins(), before + 1);
        client.tokens.end_pause();
    }
    process(&service, store(directory.path())).call().await.unwrap_err();
    service.sleep(MINUTE).await;
    let service = service.on_login(|_| token("good"));
    assert_eq!(process(&service, store(directory.path())).call().await.unwrap(), 200);
    assert_eq!(store(directory.path()).refusals(&key()).unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn refusals_of_a_wrong_clock_hold_nobody_up() {
    let directory = tempfile::tempdir().unwrap();
    for wall in ["2029-01-01T00:00:00Z", "2026-11-22T00:00:00Z", "1960-01-01T00:00:00Z"] {
        let refusals = Refusals::new([wall.parse().unwrap()], false);
        store(directory.path()).set_refusals(&key(), Some(&refusals)).unwrap();
        assert_eq!(process(&Service::new(), store(directory.path())).call().await.unwrap(), 200, "{wall}");
        store(directory.path()).remove(&key()).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_during_an_early_refresh_of_another_process_fails_no_call() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new();
    let client = process(&service, store(directory.path()));
    client.call().await.unwrap();
    service.sleep(23 * HOUR).await;
    store(directory.path())
        .set_refusals(&key(), Some(&Refusals::new([service.clock.wall()], false)))
        .unwrap();
    for _ in 0..10 {
        assert_eq!(client.call().await.unwrap(), 200);
        settle().await;
    }
    assert_eq!(service.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn d1_nothing_of_the_password_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let service = refusing(12);
    process(&service, store(directory.path())).call().await.unwrap_err();
    let mut files: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let lock = files.remove(0);
    assert!(lock.extension().is_some_and(|extension| extension == "lock"));
    assert!(std::fs::read(lock).unwrap().is_empty());
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    insta::assert_snapshot!(text, @r#"{"version":1,"environment":"https://testonline.atol.ru","login":"v4-online-atol-ru","refused_at":["2026-11-24T12:00:00Z"],"is_user_blocked":false}"#);
    // Modes are a matter of Unix.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
