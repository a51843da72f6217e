//! A secret that nobody else has, and the forms in which it could be read somewhere.

use std::fmt::Write as _;

/// A secret made for one run, with characters that every escaping changes.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) what: &'static str,
    pub(crate) text: String,
}

impl Secret {
    pub(crate) fn new(what: &'static str) -> Secret {
        let random = std::iter::repeat_with(fastrand::alphanumeric).take(24);
        Secret { what, text: format!("{}/+\"<&{}", what, random.collect::<String>()) }
    }

    /// As it may be written somewhere: as it is, percent-encoded, escaped for JSON and by Rust's `Debug`.
    pub(crate) fn written(&self) -> Vec<String> {
        let quoted = serde_json::to_string(&self.text).unwrap();
        let json = quoted.trim_matches('"');
        vec![
            self.text.clone(),
            percent(&self.text),
            percent(&self.text).replace("%2F", "%2f").replace("%2B", "%2b").replace("%3C", "%3c"),
            json.to_owned(),
            json.replace('/', r"\/"),
            self.text.escape_default().to_string(),
        ]
    }

    /// All that must not be found: each of the above, base64 wherever it may begin, and the random part, by which
    /// it would be known even if cut or mangled.
    pub(crate) fn forms(&self) -> Vec<String> {
        let mut forms = self.written();
        let random = &self.text[self.text.len() - 24..];
        forms.extend([random.to_owned(), random[..12].to_owned()]);
        for offset in 0..3 {
            // The characters at both ends also depend on the neighbours.
            let encoded = base64(&[&[0; 3][..offset], self.text.as_bytes()].concat());
            forms.push(encoded[4..encoded.len() - 4].to_owned());
        }
        forms
    }
}

pub(crate) fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").unwrap(),
        }
        encoded
    })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = char::from(ALPHABET[(word >> shift) as usize & 63]);
            encoded.push(if index <= chunk.len() { digit } else { '=' });
        }
    }
    encoded
}
