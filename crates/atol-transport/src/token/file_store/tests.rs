//! What is kept in files, and who may read it.

use super::*;
use crate::Environment;

fn key(login: &str) -> TokenKey {
    TokenKey::new(&Environment::Production.endpoints(), login)
}

fn stored(token: &str) -> StoredToken {
    StoredToken::new(Token::new(token).unwrap(), "2026-11-24T10:00:00Z".parse().unwrap())
}

fn store() -> (tempfile::TempDir, FileTokenStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = FileTokenStore::in_directory(directory.path().join("deep/atol"));
    (directory, store)
}

#[test]
fn a_token_is_found_again_by_its_key_only() {
    let (_directory, store) = store();
    assert_eq!(store.load(&key("shop")).unwrap(), None);
    store.save(&key("shop"), &stored("first")).unwrap();
    store.save(&key("shop"), &stored("second")).unwrap();
    assert_eq!(store.load(&key("shop")).unwrap(), Some(stored("second")));
    assert_eq!(store.load(&key("other")).unwrap(), None);
    let test = TokenKey::new(&Environment::Test.endpoints(), "shop");
    assert_eq!(store.load(&test).unwrap(), None);
    assert_eq!(fs::read_dir(store.directory()).unwrap().count(), 1, "no temporary file is left behind");
}

#[test]
fn a_store_waits_on_a_thread_of_its_own_unless_told_otherwise() {
    let (_directory, store) = store();
    assert!(!store.is_immediate());
    assert!(store.in_place().is_immediate());
}

#[test]
fn the_longest_token_there_is_comes_back() {
    let (_directory, store) = store();
    let long = stored(&"t".repeat(4096));
    store.save(&key("shop"), &long).unwrap();
    assert_eq!(store.load(&key("shop")).unwrap(), Some(long));
}

#[test]
fn a_refresh_that_is_put_off_is_kept_and_files_from_before_are_read() {
    let (_directory, store) = store();
    let put_off = stored("token").with_refresh_not_before("2026-11-25T08:30:00Z".parse().unwrap());
    store.save(&key("shop"), &put_off).unwrap();
    assert_eq!(store.load(&key("shop")).unwrap(), Some(put_off));
    let path = store.path(&key("shop"));
    let text = fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(text, @r#"{"version":1,"environment":"https://online.atol.ru","login":"shop","obtained_at":"2026-11-24T10:00:00Z","token":"token","refresh_not_before":"2026-11-25T08:30:00Z"}"#);
    for other in ["", r#","refresh_not_before":"soon""#, r#","refresh_not_before":null,"later":1"#] {
        let other = text.replace(r#","refresh_not_before":"2026-11-25T08:30:00Z""#, other);
        fs::write(&path, other).unwrap();
        assert_eq!(store.load(&key("shop")).unwrap(), Some(stored("token")));
    }
}

#[test]
fn logins_of_any_characters_come_back() {
    let (_directory, store) = store();
    for login in ["../../etc/passwd", "магазин", "a\"b\\c\n", &"я".repeat(100)] {
        store.save(&key(login), &stored("token")).unwrap();
        assert_eq!(store.load(&key(login)).unwrap(), Some(stored("token")), "{login:?}");
    }
}

#[test]
fn the_name_of_the_file_tells_the_host_and_not_the_login() {
    assert_eq!(file_name(&key("shop-17")), "online.atol.ru-50c721cbc0e6dfc1");
}

#[test]
fn removing_what_is_not_there_is_fine() {
    let (_directory, store) = store();
    store.remove(&key("shop")).unwrap();
    store.save(&key("shop"), &stored("token")).unwrap();
    store.remove(&key("shop")).unwrap();
    assert_eq!(store.load(&key("shop")).unwrap(), None);
}

#[test]
fn a_corrupt_file_is_no_token_at_whatever_byte_it_was_cut() {
    let (_directory, store) = store();
    store.save(&key("shop"), &stored("token")).unwrap();
    let path = store.path(&key("shop"));
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(store.load(&key("shop")).unwrap(), None, "cut at {length}");
    }
    for other in [
        r#"{"version":2,"environment":"https://online.atol.ru","login":"shop","obtained_at":"2026-11-24T10:00:00Z","token":"t"}"#,
        r#"{"version":1,"environment":"https://online.atol.ru","login":"shop","obtained_at":"today","token":"t"}"#,
        r#"{"version":1,"environment":"https://online.atol.ru","login":"shop","obtained_at":"2026-11-24T10:00:00Z","token":"t t"}"#,
        r#"{"version":1,"environment":"https://online.atol.ru","login":"else","obtained_at":"2026-11-24T10:00:00Z","token":"t"}"#,
        "\u{0}\u{0}\u{0}",
    ] {
        fs::write(&path, other).unwrap();
        assert_eq!(store.load(&key("shop")).unwrap(), None, "{other}");
    }
}

#[test]
fn refusals_of_another_key_or_version_are_none() {
    let (_directory, store) = store();
    let refusals = Refusals::new(["2026-11-24T10:00:00Z".parse().unwrap()], true);
    store.set_refusals(&key("shop"), Some(&refusals)).unwrap();
    assert_eq!(store.refusals(&key("shop")).unwrap(), Some(refusals));
    let path = store.refusals_path(&key("shop"));
    let ours = fs::read_to_string(&path).unwrap();
    for (of_ours, other) in [("shop", "else"), ("online.atol.ru", "else.atol.ru"), (":1,", ":2,")] {
        let theirs = ours.replace(of_ours, other);
        assert_ne!(theirs, ours);
        fs::write(&path, theirs).unwrap();
        assert_eq!(store.refusals(&key("shop")).unwrap(), None, "{other}");
    }
}

// Elsewhere a file in place of a directory is a path that was not found.
#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_looked_into_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let store = FileTokenStore::in_directory(blocked);
    assert!(store.load(&key("shop")).is_err());
    assert!(store.remove(&key("shop")).is_err());
}

// Elsewhere a file that is open cannot be replaced.
#[cfg(unix)]
#[test]
fn who_reads_while_another_token_is_written_reads_the_old_one_whole() {
    let (_directory, store) = store();
    store.save(&key("shop"), &stored("old")).unwrap();
    let mut file = File::open(store.path(&key("shop"))).unwrap();
    store.save(&key("shop"), &stored("new")).unwrap();
    let mut text = Vec::new();
    file.read_to_end(&mut text).unwrap();
    assert_eq!(parse(&text, &key("shop")), Some(stored("old")));
}

// Elsewhere the system says where caches are.
#[cfg(unix)]
#[test]
fn the_cache_directory_is_where_the_user_says() {
    let store = FileTokenStore::in_cache_directory().unwrap();
    let said = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = said
        .filter(|said| said.is_absolute())
        .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"));
    assert_eq!(store.directory(), cache.join("atol"));
}

#[test]
fn a_key_is_locked_for_others_until_the_lock_is_dropped() {
    let (_directory, store) = store();
    let other = FileTokenStore::in_directory(store.directory());
    let lock = store.try_lock(&key("shop")).unwrap().unwrap();
    assert!(lock.is_real());
    assert!(other.try_lock(&key("shop")).unwrap().is_none());
    assert!(other.try_lock(&key("other")).unwrap().is_some());
    drop(lock);
    assert!(other.try_lock(&key("shop")).unwrap().is_some());
}

// Modes are a matter of Unix.
#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let (_directory, store) = store();
    store.save(&key("shop"), &stored("token")).unwrap();
    let path = store.path(&key("shop"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(store.directory()), 0o700);
    drop(store.try_lock(&key("shop")).unwrap());
    assert_eq!(mode(&store.lock_path(&key("shop"))), 0o600);

    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(store.load(&key("shop")).unwrap(), None, "somebody else could have read or made it");
    store.save(&key("shop"), &stored("next")).unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_without_the_token() {
    let directory = tempfile::tempdir().unwrap();
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = FileTokenStore::in_directory(blocked).save(&key("shop"), &stored("canary")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}
