//! Foreign text made fit to be shown.

use std::fmt;

/// Text from outside, shortened, on one line, with nothing in it that a terminal or a reader could trip over.
///
/// ```
/// use atol_transport::error::Excerpt;
///
/// assert_eq!(Excerpt::of("502\r\n\x1b[31mBad", 20).to_string(), r"502\r\n\u{1b}[31mBad");
/// assert_eq!(Excerpt::of("a long answer", 6).to_string(), "a long…");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Excerpt<'a> {
    text: &'a str,
    most: usize,
}

impl<'a> Excerpt<'a> {
    /// At most `most` characters of `text`.
    pub fn of(text: &'a str, most: usize) -> Excerpt<'a> {
        Excerpt { text, most }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A text of so many bytes has no more characters than that.
        let is_short = self.text.len() <= self.most;
        let cut = if is_short { None } else { self.text.char_indices().nth(self.most) };
        let text = cut.map_or(self.text, |(end, _)| &self.text[..end]);
        let mut shown = 0;
        if may_hide(text) {
            for (at, hidden) in text.match_indices(is_hidden) {
                write!(f, "{}{}", &text[shown..at], hidden.escape_default())?;
                shown = at + hidden.len();
            }
        }
        f.write_str(&text[shown..])?;
        if cut.is_some() { f.write_str("…") } else { Ok(()) }
    }
}

/// Whether a character may begin in it that would not be seen as what it is: a look at bytes, many of them at once, which is
/// all that most texts need, Russian ones among them.
fn may_hide(text: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_control() || matches!(byte, 0xc2 | 0xe2 | 0xef);
    // Without an early end, which would stand in the way of looking at many.
    text.bytes().fold(false, |found, byte| found | is_first(byte))
}

/// Whether a character would not be seen as what it is.
fn is_hidden(char: char) -> bool {
    char.is_control() || is_invisible_format(char)
}

/// Marks that change the direction of text or hide in it: a log line must read as it stands.
fn is_invisible_format(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cyrillic_is_left_alone() {
        assert_eq!(Excerpt::of("Неверный логин", 100).to_string(), "Неверный логин");
    }

    #[test]
    fn direction_marks_are_shown_as_what_they_are() {
        assert_eq!(Excerpt::of("a\u{202e}b", 100).to_string(), r"a\u{202e}b");
    }

    #[test]
    fn the_look_at_bytes_overlooks_no_character() {
        let hidden: Vec<char> = (char::MIN..=char::MAX).filter(|&char| is_hidden(char)).collect();
        assert!(hidden.len() > 65, "all control characters are hidden");
        assert!(hidden.iter().all(|char| may_hide(&char.to_string())));
        assert!(!may_hide("г. Москва, ул. Ленина, 1"));
    }

    #[test]
    fn text_of_exactly_the_length_is_not_marked_as_cut() {
        assert_eq!(Excerpt::of("abc", 3).to_string(), "abc");
    }
}
