//! From bytes to text, once and for all.

use crate::error::{Error, ErrorKind};
use crate::position::Position;

/// The text of `bytes`, without a byte order mark.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let readable = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let position = Position::behind(std::str::from_utf8(readable).unwrap_or_default());
            // A character that ends too early at the very end of the text is a cut, not a foreign encoding.
            Err(match error.error_len() {
                None => Error::new(ErrorKind::Truncated).at(position),
                Some(_) => Error::new(ErrorKind::Encoding)
                    .expected("UTF-8")
                    .found("bytes that are not, perhaps of windows-1251")
                    .at(position),
            })
        }
    }
}
