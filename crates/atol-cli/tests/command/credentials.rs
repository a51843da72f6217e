//! Where login and password come from, and where they never go.

use std::io::{Read, Write};
use std::process::Stdio;

use atol_mock::{Call, Fault};
use atol_monitor::ServiceErrorCode;

use crate::support::{Home, Run, atol, read_until, service, shop};

#[test]
fn a_password_in_a_url_is_repeated_nowhere() {
    let home = Home::new().with("ATOL_ENVIRONMENT", "https://shop:canary@kkt.example.com");
    for args in [&["--help"][..], &["list"], &["list", "--no-such-option"], &["config", "show"]] {
        let run = home.atol(args);
        assert!(!(run.out() + &run.err()).contains("canary"), "{args:?}: {}{}", run.out(), run.err());
    }
}

#[test]
fn a_password_can_be_piped_in() {
    let service = service(shop());
    let home = Home::new().with("ATOL_ENVIRONMENT", &service.uri()).with("ATOL_LOGIN", "shop");
    let mut command = home.command(&["list", "--password-file", "-", "--output", "json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"right\n").unwrap();
    Run(child.wait_with_output().unwrap()).expect_code(0);
}

// Modes are a matter of Unix.
#[cfg(unix)]
#[test]
fn a_password_file_of_the_profile_is_used_and_must_be_private() {
    use std::os::unix::fs::PermissionsExt;

    let service = service(shop());
    let home = Home::new();
    home.configure(&format!(
        "[profiles.shop]\nenvironment = '{}'\nlogin = 'shop'\npassword_file = 'shop.password'\n",
        service.uri()
    ));
    let file = home.path().join("config/atol/shop.password");
    std::fs::write(&file, "right\n").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    let run = home.atol(&["list", "--profile", "shop"]).expect_code(2);
    assert!(run.err().contains("(mode 640)") && run.err().contains("chmod 600 '"), "{}", run.err());
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    home.atol(&["list", "--profile", "shop"]).expect_code(0);
}

// Modes are a matter of Unix.
#[cfg(unix)]
#[test]
fn a_credential_of_systemd_may_be_readable_by_its_group() {
    use std::os::unix::fs::PermissionsExt;

    let service = service(shop());
    let home = Home::new();
    let folder = home.path().join("credentials");
    let file = folder.join("password");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&file, "right\n").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o440)).unwrap();
    let home = home
        .with("ATOL_ENVIRONMENT", &service.uri())
        .with("ATOL_LOGIN", "shop")
        .with("ATOL_PASSWORD_FILE", &file.to_string_lossy());
    home.atol(&["list"]).expect_code(2);
    home.with("CREDENTIALS_DIRECTORY", &folder.to_string_lossy()).atol(&["list"]).expect_code(0);
}

/// systemd writes the credential anew at each start, so the time of the file is no news of the password.
#[test]
fn a_restart_under_systemd_does_not_end_the_pause_after_a_refused_login() {
    let service = service(shop());
    let home = Home::new();
    let file = home.path().join("password");
    let write = || {
        std::fs::write(&file, "wrong\n").unwrap();
        // Modes are a matter of Unix.
        #[cfg(unix)]
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let later = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
    };
    let home = home
        .with("ATOL_ENVIRONMENT", &service.uri())
        .with("ATOL_LOGIN", "shop")
        .with("ATOL_PASSWORD_FILE", &file.to_string_lossy());
    write();
    home.atol(&["list"]).expect_code(1);
    home.atol(&["list"]).expect_code(1);
    assert_eq!(service.requests().len(), 2, "a password that was changed is tried at once");
    let directory = home.path().to_string_lossy().into_owned();
    let home = home.with("CREDENTIALS_DIRECTORY", &directory);
    write();
    home.atol(&["list"]).expect_code(1);
    assert_eq!(service.requests().len(), 2);
}

// Terminals of one's own are a matter of Unix.
#[cfg(unix)]
#[test]
fn nobody_is_asked_for_a_password_while_a_token_is_kept() {
    let service = service(shop());
    let home = Home::new().with("ATOL_ENVIRONMENT", &service.uri()).with("ATOL_LOGIN", "shop");
    let Some(mut command) = home.on_a_terminal("list --output json") else { return };
    let list = with_password(&mut command);
    // The terminal may show the password, typed as fast as nobody types.
    assert!(list.lines().any(|line| line.starts_with('[')), "{list}");

    // A password that is asked for all the same is not the right one.
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"wrong\n").unwrap();
    let again = Run(child.wait_with_output().unwrap()).expect_code(0);
    assert!(!again.out().contains("Password"), "{}", again.out());
}

// Terminals of one's own are a matter of Unix.
#[cfg(unix)]
#[test]
fn a_kept_token_that_is_refused_is_told_once_and_the_next_command_asks_for_the_password() {
    let expired = Fault::ErrorObject { status: 401, code: ServiceErrorCode::ExpiredToken };
    let service = service(shop().fault(expired.on(Call::One)));
    let home = Home::new().with("ATOL_ENVIRONMENT", &service.uri()).with("ATOL_LOGIN", "shop");
    let keep = || home.command(&["list"]).env("ATOL_PASSWORD", "right").output().unwrap();
    let on_a_terminal = |line: &str| Some(Run(home.on_a_terminal(line)?.output().unwrap()));
    for (line, code, words) in [
        ("get 00107703864827 00107703864828", 1, "asks for the password"),
        ("get 00107703864827 00107703864828 --lang ru", 1, "она спросит пароль"),
        ("check 00107703864827 00107703864828", 3, "asks for the password"),
    ] {
        assert!(keep().status.success());
        let Some(run) = on_a_terminal(line) else { return };
        let run = run.expect_code(code);
        assert_eq!(run.out().matches(words).count(), 1, "{}", run.out());
    }
    with_password(&mut home.on_a_terminal("list").unwrap());
}

/// Types the password when it is asked for; what comes then.
// Not before: what waits at a terminal whose mode changes may be lost. And terminals of one's own are a matter of Unix.
#[cfg(unix)]
fn with_password(command: &mut std::process::Command) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut terminal = child.stdout.take().unwrap();
    assert_eq!(read_until(&mut terminal, "Password of shop: "), "Password of shop: ");
    child.stdin.take().unwrap().write_all(b"right\n").unwrap();
    let mut said = String::new();
    terminal.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    said
}

#[test]
fn commands_that_start_together_log_in_once() {
    for (password, code) in [("right", Some(0)), ("wrong", Some(1))] {
        let service = service(shop());
        let home = Home::new().at(&service).with("ATOL_PASSWORD", password);
        let start =
            || home.command(&["list", "--limit", "1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let running: Vec<_> = std::iter::repeat_with(|| start().unwrap()).take(8).collect();
        for mut command in running {
            assert_eq!(command.wait().unwrap().code(), code);
        }
        let logins =
            service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
        assert_eq!(logins, 1, "{password}");
    }
}

#[test]
fn a_token_that_cannot_be_kept_is_told_once_beside_the_data() {
    let service = service(shop());
    let home = Home::new().at(&service);
    std::fs::write(home.path().join("cache"), "no directory").unwrap();
    let run = home.atol(&["check"]);
    assert!(
        run.out().starts_with("ATOL ") && run.err().matches("cannot be kept in").count() == 1,
        "{}",
        run.err()
    );
    assert!(run.err().contains("--no-token-cache"), "{}", run.err());
    let run = home.atol(&["list", "--lang", "ru"]).expect_code(0);
    assert!(run.err().contains("токен нельзя сохранить в"), "{}", run.err());
    assert_eq!(home.atol(&["list", "--no-token-cache"]).expect_code(0).err(), "");
    // A refused login is no less refused.
    let run = home.with("ATOL_PASSWORD", "wrong").atol(&["list"]).expect_code(1);
    assert!(run.err().contains("check login and password"), "{}", run.err());
    assert!(run.err().contains("cannot be kept in"), "{}", run.err());
}

// Terminals of one's own are a matter of Unix.
#[cfg(unix)]
#[test]
fn a_token_that_cannot_be_kept_is_told_no_more_often_to_a_person_who_is_asked() {
    let service = service(shop());
    let home = Home::new().with("ATOL_ENVIRONMENT", &service.uri()).with("ATOL_LOGIN", "shop");
    std::fs::write(home.path().join("cache"), "no directory").unwrap();
    let Some(mut command) = home.on_a_terminal("list") else { return };
    let said = with_password(&mut command);
    assert_eq!(said.matches("cannot be kept in").count(), 1, "{said}");
}

#[test]
fn a_lock_that_cannot_be_had_keeps_no_token_from_being_kept() {
    let service = service(shop());
    let home = Home::new().at(&service);
    home.atol(&["list"]).expect_code(0);
    for file in std::fs::read_dir(home.path().join("cache/atol")).unwrap() {
        let path = file.unwrap().path();
        std::fs::remove_file(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "lock") {
            std::fs::create_dir(path).unwrap();
        }
    }
    for _ in 0..2 {
        let run = home.atol(&["list"]).expect_code(0);
        assert!(!run.err().contains("cannot be kept"), "{}", run.err());
    }
    let logins = service.requests().iter().filter(|request| request.path().ends_with("/gettoken")).count();
    assert_eq!(logins, 2);
}

#[test]
fn a_line_end_behind_the_password_of_the_variable_does_not_count() {
    let service = service(shop());
    Home::new().at(&service).with("ATOL_PASSWORD", "right\n").atol(&["list"]).expect_code(0);
}

#[test]
fn half_an_account_is_refused_before_anything_is_sent() {
    let run = atol(&["list", "--login", "shop"]).expect_code(2);
    assert!(run.err().contains("no password"), "{}", run.err());
    let run = Home::new().with("ATOL_PASSWORD", "canary").atol(&["list"]).expect_code(2);
    assert!(run.err().contains("no login") && !run.err().contains("canary"), "{}", run.err());
    let run = atol(&["list", "--environment", "production", "--lang", "ru"]).expect_code(2);
    assert!(run.err().contains("для рабочей среды нужен ваш логин"), "{}", run.err());
}

#[test]
fn the_log_holds_no_secret() {
    let service = service(shop());
    let home = Home::new().at(&service);
    let run = home.atol(&["list", "-vv", "--output", "json"]).expect_code(0);
    assert!(run.err().contains("path=\"/cash-registers\""), "{}", run.err());
    assert!(!run.err().contains("right"), "{}", run.err());
}
