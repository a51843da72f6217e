//! Foreign text made fit to be shown: short, and without characters that could forge or turn round what stands there.

use std::fmt::Write as _;

/// As many characters of a foreign text as a message shows.
const LIMIT: usize = 60;

/// The beginning of `text` with control and direction characters escaped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LIMIT {
            shown.push('…');
            break;
        }
        if is_safe(character) {
            shown.push(character);
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "{}", character.escape_default());
        }
    }
    shown
}

fn is_safe(character: char) -> bool {
    let turns_text_round = matches!(character,
        '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    !character.is_control() && !turns_text_round
}
