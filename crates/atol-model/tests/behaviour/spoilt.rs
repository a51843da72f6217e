//! Texts that were spoilt on their way or by who wrote them: too much text, another encoding, a number for a serial number.

use atol_model::{ErrorKind, Kkt, KktList, ServiceError, TokenResponse};

use crate::support::{REGISTER, read, refused, with};

#[test]
fn j02_one_byte_order_mark_is_passed_over_and_nothing_else_that_does_not_belong_there() {
    assert_eq!(read(&format!("\u{feff}{REGISTER}")), read(REGISTER));
    for (text, kind) in [
        (format!("\u{feff}\u{feff}{REGISTER}"), ErrorKind::Syntax),
        (format!("{REGISTER}\u{feff}"), ErrorKind::TrailingData),
        (format!("{REGISTER}{REGISTER}"), ErrorKind::TrailingData),
        (format!("{REGISTER}\n{{}}"), ErrorKind::TrailingData),
        (format!("{REGISTER}]"), ErrorKind::TrailingData),
        (format!("{REGISTER}\0"), ErrorKind::TrailingData),
        (format!("{REGISTER}</html>"), ErrorKind::TrailingData),
    ] {
        assert_eq!(refused(&text).kind(), kind, "{text}");
        let list = format!("[{REGISTER}]{}", text.trim_start_matches('\u{feff}'));
        assert_eq!(KktList::from_json(list.as_bytes()).unwrap_err().kind(), ErrorKind::TrailingData);
    }
    let token = r#"{"error":null,"token":"canary"}"#;
    assert!(TokenResponse::from_json(format!("\u{feff}{token}").as_bytes()).is_ok());
    assert!(TokenResponse::from_json(format!("{token}{token}").as_bytes()).is_err());
}

#[test]
fn j06_another_encoding_is_told_as_one_without_repeating_the_text() {
    // "Касса" in windows-1251, a lone continuation byte, a text that ends within a character, UTF-16.
    let canary = b"\xca\xe0\xf1\xf1\xe0";
    for spoilt in [&canary[..], b"\x80canary", b"canary\xd0", b"\xff\xfe\x1a\x04"] {
        let text = with("groupCode", "\"HERE\"");
        let (before, after) = text.split_once("HERE").unwrap();
        let bytes = [before.as_bytes(), spoilt, after.as_bytes()].concat();
        let in_list = [b"[", &bytes[..], b"]"].concat();
        for error in [Kkt::from_json(&bytes).unwrap_err(), KktList::from_json(&in_list).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Encoding, "{error}");
            assert!(error.to_string().contains("windows-1251"), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
        assert!(ServiceError::from_json(&bytes).is_none());
        assert!(TokenResponse::from_json(&bytes).is_err());
    }
    // Half a surrogate pair is good UTF-8 and still no text.
    let error = refused(&with("groupCode", r#""\ud800""#));
    assert_eq!(error.path(), "groupCode", "{error}");
}

#[test]
fn j10_a_serial_number_is_a_text_or_nothing() {
    let error = refused(&with("serialNumber", "107703864827"));
    assert_eq!((error.kind(), error.path()), (ErrorKind::WrongType, "serialNumber"));
    // Whoever wrote the number as a number has lost its zeros: that is another register.
    let short = read(&with("serialNumber", "\"107703864827\""));
    assert_ne!(short.serial_number, read(REGISTER).serial_number);
    assert_eq!(read(REGISTER).serial_number, "00107703864827");
    let list = KktList::from_json(format!("[{}]", with("serialNumber", "107703864827")).as_bytes()).unwrap();
    assert_eq!((list.len(), list.rejected().len()), (0, 1));
    assert_eq!(list.rejected()[0].serial_number, None, "a guess would be worse than none");
}
