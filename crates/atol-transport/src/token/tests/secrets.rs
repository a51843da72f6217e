//! Login, password and token are nowhere to be read but where they are sent.

use super::*;

const LOGIN: &str = "canary-login-\"ж%";
const PASSWORD: &str = "canary-password-\"п%";
const TOKEN: &str = "canary-token+/=%22";

/// The secret, and how it looks percent-encoded, in JSON and in base64 (at each of the three offsets).
fn disguises(secret: &str) -> Vec<String> {
    let percent = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let escaped = secret.escape_default().to_string();
    let json = serde_json::to_string(secret).unwrap();
    let mut all = vec![secret.to_owned(), percent, escaped, json.trim_matches('"').to_owned()];
    all.extend(
        (0..3).map(|offset| base64(&[&[0; 3][..offset], secret.as_bytes()].concat())[4..20].to_owned()),
    );
    // Cut short by an excerpt it would still be recognised.
    all.push(secret[..14].to_owned());
    all
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(word >> shift) as usize & 63]))
        })
        .collect()
}

/// Everything that a user could print of an outcome.
fn shown(client: &Client, outcome: &Result<u16>) -> String {
    let error = match outcome {
        Ok(_) => String::new(),
        Err(error) => format!("{error} {error:?} {error:#?} {}", error.report()),
    };
    format!("{:?} {:#?} {:?} {error}", client.tokens, client.tokens, client.stack)
}

#[tokio::test(start_paused = true)]
async fn nothing_that_can_be_printed_holds_a_secret() {
    let error = |status: u16, text: String| {
        let text = serde_json::to_string(&text).unwrap();
        Answer::Is(
            status,
            format!(r#"{{"error":{{"error_id":"e","code":12,"text":{text},"type":"system"}}}}"#),
        )
    };
    let echo = format!("{LOGIN} {PASSWORD} {TOKEN}");
    let answers = [
        token(TOKEN),
        token(format!("{TOKEN} ")),
        token(TOKEN.repeat(1000)),
        Answer::Is(200, format!("{{\"token\":\"{TOKEN}\"")),
        Answer::Is(200, format!("{{\"token\":[\"{TOKEN}\"]}}")),
        Answer::Is(200, format!("\"{TOKEN}\"")),
        Answer::Is(200, TOKEN.to_owned()),
        Answer::Is(400, echo.clone()),
        Answer::Is(401, echo.clone()),
        Answer::Is(500, serde_json::to_string(&echo).unwrap()),
        Answer::Is(503, format!("<pre>{echo}</pre>")),
        error(401, format!("`{PASSWORD}` is wrong")),
        error(200, format!("{}{PASSWORD}", "-".repeat(110))),
        Answer::Breaks(ErrorKind::Interrupted),
        Answer::Panics,
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        let service = Service::new().on_login(move |_| answer.clone());
        let client = client_with(&service, |builder| builder);
        client.tokens.set_credentials(Credentials::new(LOGIN, PASSWORD).unwrap());
        let mut text = String::new();
        for _ in 0..3 {
            let outcome = client.call().await;
            text += &shown(&client, &outcome);
        }
        for secret in [LOGIN, PASSWORD, TOKEN] {
            for disguise in disguises(secret) {
                assert!(!text.contains(&disguise), "answer {index}: {disguise} in {text}");
            }
        }
    }
}

#[test]
fn m09_the_parts_print_no_secret() {
    use super::super::{MemoryTokenStore, StoredToken, Token, TokenKey, TokenStore};

    let key = TokenKey::new(&Environment::Test.endpoints(), LOGIN);
    let stored = StoredToken::new(Token::new(TOKEN).unwrap(), jiff::Timestamp::UNIX_EPOCH);
    let store = MemoryTokenStore::default();
    store.save(&key, &stored).unwrap();
    let builder =
        Tokens::builder(&Environment::Test, Credentials::new(LOGIN, PASSWORD).unwrap()).store(store.clone());
    let layer = TokenLayer::new(Tokens::builder(&Environment::Test, Credentials::test()).build().unwrap());
    let text = format!("{key:?} {stored:?} {store:?} {builder:?} {layer:?}");
    for part in ["TokenKey", "Token(", "MemoryTokenStore", "TokensBuilder", "Tokens {", "testonline.atol.ru"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    for secret in [LOGIN, PASSWORD, TOKEN] {
        for disguise in disguises(secret) {
            assert!(!text.contains(&disguise), "{disguise} in {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn data_stays_as_it_is_though_it_holds_the_text_of_the_token() {
    let long = format!(r#"{{"a":"{TOKEN}","b":"{}"}}"#, "-".repeat(super::super::login::ANSWER_CAP));
    let short = format!(r#"{{"a":"{TOKEN}"}}"#);
    let list = format!(r#"["{TOKEN}"]"#);
    let plain = format!("<p>{TOKEN}");
    for (status, body, is_data) in [
        (200, list.clone(), true),
        (200, long.clone(), true),
        // The error in it may be quoted, or it is no data at all.
        (200, short.clone(), false),
        (200, plain, false),
        (400, list, false),
        (400, short, false),
        (400, long, false),
    ] {
        let sent = body.clone();
        let service =
            Service::new().on_login(|_| token(TOKEN)).on_call(move |_| Answer::Is(status, sent.clone()));
        let answer = client(&service).stack.oneshot(request()).await.unwrap();
        let read = answer.into_body().collect(1 << 20).await.unwrap();
        let read = std::str::from_utf8(&read).unwrap();
        assert_eq!(read == body, is_data, "{status} {}", &body[..20]);
        assert_eq!(read.contains(TOKEN), is_data, "{status} {}", &body[..20]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_name_of_the_integrator_goes_along_with_the_login() {
    let service = Service::new();
    client_with(&service, |builder| builder.source("acme")).call().await.unwrap();
    let body = service.state.lock().unwrap().bodies[0].clone();
    assert_eq!(body, r#"{"login":"v4-online-atol-ru","pass":"iGFFuihss","source":"acme"}"#);
    let refused = Tokens::builder(&Environment::Test, Credentials::test()).source("a b").build();
    assert!(refused.unwrap_err().is_config());
}
