//! The secrets that a request carries, so that what its answer repeats of them can be hidden.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use memchr::arch::all::twoway::Finder;
use zeroize::Zeroizing;

/// What stands in the place of a secret.
const HIDDEN: &str = "[hidden]";

/// Anything shorter is part of ordinary words, and hiding it would spoil every text.
const SHORTEST: usize = 4;

/// Secrets in each of the forms in which a page may repeat them: as they are, and escaped for JSON, URLs and HTML.
///
/// On a request it tells the layers below what to hide of the answer.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    forms: Arc<[Form]>,
}

/// A secret in one of its forms.
struct Form {
    text: Text,
    /// Made once for all answers. Other searchers of the crate's hold a copy of the text, which nobody would wipe.
    finder: Finder,
}

type Text = Zeroizing<String>;

impl Secrets {
    /// These secrets; of one with less than four bytes nothing is hidden.
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Secrets {
        let long = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST);
        let mut texts: Vec<_> = long.flat_map(forms).collect();
        // The longest first: a form may contain another.
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.dedup();
        Secrets { forms: texts.into_iter().map(Form::new).collect() }
    }

    /// Whether `text` repeats a secret.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        self.forms.iter().any(|form| form.find_in(text).is_some())
    }

    /// The bytes without the secrets; the same bytes, uncopied, when there are none.
    pub(crate) fn hide(&self, mut bytes: Bytes) -> Bytes {
        for form in &*self.forms {
            if let Some(clean) = form.hidden_in(&bytes) {
                bytes = clean.into();
            }
        }
        match self.forms.iter().filter_map(|form| form.begun_in(&bytes)).max() {
            Some(length) => [&bytes[..bytes.len() - length], HIDDEN.as_bytes()].concat().into(),
            None => bytes,
        }
    }

    /// Hides each value that repeats a secret, as a whole.
    pub(crate) fn hide_in_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if self.are_in(value.as_bytes()) {
                *value = HeaderValue::from_static(HIDDEN);
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([hidden])")
    }
}

impl Form {
    fn new(text: Text) -> Form {
        Form { finder: Finder::new(text.as_bytes()), text }
    }

    fn find_in(&self, text: &[u8]) -> Option<usize> {
        self.finder.find(text, self.text.as_bytes())
    }

    /// `text` with each place replaced where this stands; `None` when there is none.
    fn hidden_in(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut rest = text;
        let mut clean = Vec::new();
        while let Some(at) = self.find_in(rest) {
            clean.extend_from_slice(&rest[..at]);
            clean.extend_from_slice(HIDDEN.as_bytes());
            rest = &rest[at + self.text.len()..];
        }
        (rest.len() < text.len()).then(|| {
            clean.extend_from_slice(rest);
            clean
        })
    }

    /// How much of this a text that broke off in the middle of it ends with.
    fn begun_in(&self, text: &[u8]) -> Option<usize> {
        let secret = self.text.as_bytes();
        let last = text.last()?;
        let ends_with = |length: &usize| secret[length - 1] == *last && text.ends_with(&secret[..*length]);
        (SHORTEST..secret.len()).rev().find(ends_with)
    }
}

/// The forms of one secret.
fn forms(secret: &str) -> [Text; 10] {
    let json = in_json(secret);
    let ascii = in_ascii_json(&json);
    [
        written(secret.chars(), |text, char| text.write_char(char)),
        // JSON as a text within JSON.
        in_json(&json),
        with_escaped_slashes(&json),
        with_escaped_slashes(&ascii),
        json,
        ascii,
        in_url(secret, |text, byte| write!(text, "%{byte:02X}")),
        in_url(secret, |text, byte| write!(text, "%{byte:02x}")),
        in_html(secret, "&#39;"),
        in_html(secret, "&#039;"),
    ]
}

/// A text that `write` makes of units of another, one after the other. It is measured first: a text that grows leaves copies
/// behind that nobody wipes.
fn written<T>(
    units: impl Iterator<Item = T> + Clone,
    write: impl Fn(&mut dyn fmt::Write, T) -> fmt::Result,
) -> Text {
    let mut length = Length(0);
    for unit in units.clone() {
        // Neither counting nor writing to a string fails.
        let _ = write(&mut length, unit);
    }
    let mut text = Zeroizing::new(String::with_capacity(length.0));
    for unit in units {
        let _ = write(&mut *text, unit);
    }
    text
}

/// Counts the bytes that are written.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// As JSON writes it between the quotes.
fn in_json(secret: &str) -> Text {
    written(secret.chars(), |text, char| match char {
        '"' => text.write_str(r#"\""#),
        '\\' => text.write_str(r"\\"),
        '\n' => text.write_str(r"\n"),
        '\r' => text.write_str(r"\r"),
        '\t' => text.write_str(r"\t"),
        '\u{8}' => text.write_str(r"\b"),
        '\u{c}' => text.write_str(r"\f"),
        '\0'..='\u{1f}' => write!(text, "\\u{:04x}", u32::from(char)),
        _ => text.write_char(char),
    })
}

/// JSON in ASCII only, as PHP and others write it.
fn in_ascii_json(json: &str) -> Text {
    written(json.encode_utf16(), |text, unit| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => text.write_char(char::from(byte)),
        _ => write!(text, "\\u{unit:04x}"),
    })
}

fn with_escaped_slashes(json: &str) -> Text {
    written(json.chars(), |text, char| match char {
        '/' => text.write_str(r"\/"),
        _ => text.write_char(char),
    })
}

fn in_url(secret: &str, escape: impl Fn(&mut dyn fmt::Write, u8) -> fmt::Result) -> Text {
    written(secret.bytes(), |text, byte| match byte {
        b'-' | b'.' | b'_' | b'~' => text.write_char(char::from(byte)),
        _ if byte.is_ascii_alphanumeric() => text.write_char(char::from(byte)),
        _ => escape(text, byte),
    })
}

fn in_html(secret: &str, apostrophe: &str) -> Text {
    written(secret.chars(), |text, char| match char {
        '&' => text.write_str("&amp;"),
        '<' => text.write_str("&lt;"),
        '>' => text.write_str("&gt;"),
        '"' => text.write_str("&quot;"),
        '\'' => text.write_str(apostrophe),
        _ => text.write_char(char),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a+/\"<'ж&=";

    fn hidden(text: &str) -> String {
        String::from_utf8(Secrets::of([SECRET]).hide(Bytes::copy_from_slice(text.as_bytes())).to_vec())
            .unwrap()
    }

    #[test]
    fn every_form_is_hidden_and_the_rest_stays() {
        for form in [
            SECRET,
            r#"a+/\"<'ж&="#,
            r#"a+/\\\"<'ж&="#,
            r#"a+\/\"<'ж&="#,
            r#"a+/\"<'\u0436&="#,
            r#"a+\/\"<'\u0436&="#,
            "a%2B%2F%22%3C%27%D0%B6%26%3D",
            "a%2b%2f%22%3c%27%d0%b6%26%3d",
            "a+/&quot;&lt;&#39;ж&amp;=",
            "a+/&quot;&lt;&#039;ж&amp;=",
        ] {
            assert_eq!(
                hidden(&format!("<{form}>, {form}{form}.")),
                "<[hidden]>, [hidden][hidden].",
                "{form}"
            );
        }
    }

    #[test]
    fn a_text_that_breaks_off_within_a_secret_does_not_show_its_beginning() {
        assert_eq!(hidden(r#"token: a+/"<'ж"#), "token: [hidden]");
        assert_eq!(hidden(r#"token: a+/""#), "token: [hidden]");
        assert_eq!(hidden("token: a+/"), "token: a+/", "too little to matter");
    }

    #[test]
    fn text_without_a_secret_is_not_copied() {
        let text = Bytes::from_static(b"a+/ and other text");
        assert_eq!(Secrets::of([SECRET]).hide(text.clone()).as_ptr(), text.as_ptr());
    }

    #[test]
    fn what_is_too_short_to_be_told_from_words_is_left() {
        assert_eq!(Secrets::of(["abc"]).hide(Bytes::from_static(b"abc")), "abc");
        assert_eq!(Secrets::of([""]).hide(Bytes::from_static(b"abc")), "abc");
        assert_eq!(Secrets::of(["abcd"]).hide(Bytes::from_static(b"abcd")), HIDDEN);
    }

    #[test]
    fn a_header_that_repeats_a_secret_is_hidden_whole() {
        let mut headers = HeaderMap::new();
        headers.insert("x-echo", HeaderValue::from_static("token=abcdef; ok"));
        headers.insert("x-other", HeaderValue::from_static("abcde"));
        Secrets::of(["abcdef"]).hide_in_headers(&mut headers);
        assert_eq!(
            (&headers["x-echo"], &headers["x-other"]),
            (&HIDDEN.parse().unwrap(), &"abcde".parse().unwrap())
        );
    }

    #[test]
    fn every_character_is_escaped_as_json_does() {
        let every: String = ('\0'..='\u{ff}').collect();
        assert_eq!(format!("\"{}\"", *in_json(&every)), serde_json::Value::from(every.as_str()).to_string());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secrets::of([SECRET])), "Secrets([hidden])");
    }
}
