//! Secrets that nobody could guess, looked for in all that the command prints, serves and writes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use atol_mock::{Fault, Fleet, MockAtol};

use crate::serve::Server;
use crate::support::{Home, Run, service};

/// What must be found nowhere.
struct Canary {
    password: String,
    login: String,
}

impl Canary {
    fn hatch() -> Canary {
        let random = |name: &str| format!("{name}-{:016x}", fastrand::u64(..));
        Canary { password: random("pass"), login: random("login") }
    }

    fn service(&self, fault: Option<Fault>) -> MockAtol {
        let fleet = Fleet::generate(1, 5, "2026-11-24T10:00:00Z".parse().unwrap());
        let builder = MockAtol::builder().credentials(&self.login, &self.password).fleet(fleet);
        service(match fault {
            Some(fault) => builder.fault(fault),
            None => builder,
        })
    }

    fn home(&self, service: &MockAtol) -> Home {
        Home::new()
            .with("ATOL_ENVIRONMENT", &service.uri())
            .with("ATOL_LOGIN", &self.login)
            .with("ATOL_PASSWORD", &self.password)
    }

    #[track_caller]
    fn is_not_in(&self, what: &str, text: &str) {
        assert!(!text.contains(&self.password), "the password is in {what}: {text}");
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn printed(run: &Run) -> String {
    run.out() + &run.err()
}

#[test]
fn a_password_is_nowhere_and_the_token_in_one_private_file() {
    let canary = Canary::hatch();
    let service = canary.service(None);
    let home = canary.home(&service);
    let serial = service.fleet().serials().remove(0);
    let mut all = String::new();
    for args in [
        &["list", "-vv"][..],
        &["list", "-vv", "--output", "json"],
        &["get", &serial, "-vv"],
        &["get", "0000", "-vv"],
        &["check", "-vv"],
        &["config", "show", "-vv"],
        &["list", "-vv", "--no-token-cache"],
        &["list", "--no-such-option"],
    ] {
        let told = printed(&home.atol(args));
        canary.is_not_in(&format!("{args:?}"), &told);
        all.push_str(&told);
    }
    let server = Server::start(&home, &["-vv"]);
    server.get_when("/readyz", |body| body.starts_with("ready\n"));
    for path in ["/", "/metrics", "/api/kkts", "/healthz", "/readyz", "/x"] {
        all.push_str(&server.get(path).1);
    }
    drop(server);

    let files = files(home.path());
    let holds = |path: &&PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains("\"token\""));
    let [cache] = files.iter().filter(holds).collect::<Vec<_>>()[..] else { panic!("{files:?}") };
    assert_eq!(cache.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(cache.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(cache).unwrap()).unwrap();
    let token = record["token"].as_str().unwrap();
    assert!(token.len() > 8, "{token}");
    assert!(!all.contains(token), "the token was printed or served: {all}");
    canary.is_not_in("what was printed or served", &all);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        canary.is_not_in(&file.display().to_string(), &text);
        assert!(file == cache || !text.contains(token), "the token is in {}", file.display());
    }
}

#[test]
fn a_service_that_repeats_what_it_was_sent_does_not_make_the_command_repeat_it() {
    let canary = Canary::hatch();
    let body = format!(
        r#"{{"error":{{"error_id":"{0}","code":13,"text":"bad password {0} of {1}","type":"system"}}}}"#,
        canary.password, canary.login
    );
    let answers = [
        ("application/json", body.clone()),
        ("application/json", body.replace('}', "")),
        ("text/html", format!("<html>{}</html>", canary.password)),
    ];
    for status in [200, 400, 401, 500] {
        for (content_type, body) in answers.clone() {
            let answer = Fault::Answer { status, content_type: content_type.to_owned(), body };
            let service = canary.service(Some(answer));
            let run = canary.home(&service).atol(&["list", "-vv"]);
            canary.is_not_in(&format!("{status} {content_type}"), &printed(&run));
        }
    }
}
