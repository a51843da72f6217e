//! What can be told of JSON without parsing it.

/// The text of a body: without a byte order mark, which is no part of JSON but sent by some, and without space
/// around it.
pub(crate) fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii()
}

/// Whether the text is a JSON object or list that ends before it is closed.
///
/// It is not enough to look at the last byte, since a list torn after an element also ends in `}`; and
/// `serde_json`'s `is_eof` misses texts that end in the middle of a number.
pub(crate) fn is_unclosed(text: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut is_in_string = false;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_in_string = !is_in_string,
            b'\\' if is_in_string => {
                bytes.next();
            }
            b'{' | b'[' if !is_in_string => depth += 1,
            b'}' | b']' if !is_in_string => depth = depth.saturating_sub(1),
            // Neither an object nor a list.
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    depth > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_of_a_document_is_unclosed_and_the_whole_is_not() {
        let whole = br#"[{"a":"]}\\","b\"[":[-1.5e+3,true,null,{}],"c":"\u00e9"},{"d":[]}]"#;
        serde_json::from_slice::<serde_json::Value>(whole).expect("the example is JSON");
        for end in 1..whole.len() {
            assert!(is_unclosed(&whole[..end]), "{}", String::from_utf8_lossy(&whole[..end]));
        }
        assert!(!is_unclosed(whole));
    }

    #[test]
    fn what_is_neither_object_nor_list_is_not_unclosed() {
        for text in ["", "null", "12", r#""text"#, "<html>{", "]", "[1]]", r#"{"a":}"#] {
            assert!(!is_unclosed(text.as_bytes()), "{text}");
        }
    }
}
