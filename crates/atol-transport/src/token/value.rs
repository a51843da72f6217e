//! The token itself: a secret that is fit to be a header.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorKind, Result};

/// The most bytes that a token may have; the vendor names 1000 characters.
const LONGEST: usize = 4096;

/// What the service gives out in exchange for login and password.
///
/// ```
/// use atol_transport::Token;
///
/// let token = Token::new("fj45u923j59ju42395iu9423i59243u0")?;
/// assert_eq!(format!("{token:?}"), "Token([hidden])");
/// assert!(Token::new("two words").is_err());
/// # Ok::<(), atol_transport::Error>(())
/// ```
///
/// It is wiped from memory when its last clone is dropped, as far as that can be done: the copies in the
/// buffers of HTTP and TLS are out of reach.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// A token of 1 to 4096 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidToken`] for anything else, spaces and line breaks included: nothing is trimmed, for
    /// what has to be trimmed is not what the service gave out. The value is not repeated.
    pub fn new(text: impl Into<String>) -> Result<Token> {
        let text = SecretString::from(text.into());
        let bytes = text.expose_secret().as_bytes();
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidToken, why));
        if bytes.is_empty() {
            return refuse("the token is empty".to_owned());
        }
        if bytes.len() > LONGEST {
            return refuse(format!("the token has {} bytes: {LONGEST} are the most", bytes.len()));
        }
        if let Some(at) = bytes.iter().position(|byte| !byte.is_ascii_graphic()) {
            return refuse(format!("the token holds a space or another illegal character at byte {at}"));
        }
        Ok(Token(text))
    }

    /// The characters, for a store of your own. They open every register of the account for a day: keep them
    /// out of logs.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The header's value, marked so that `Debug` of the request hides it.
    pub(super) fn header(&self) -> Result<HeaderValue> {
        let mut value = HeaderValue::from_str(self.expose())
            .map_err(|_| Error::new(ErrorKind::InvalidToken, "the token is not a legal header value"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Token) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_header_is_refused_with_the_reason() {
        let refused = |text: &str| Token::new(text).unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                refused(""),
                refused("   "),
                refused("two words"),
                refused("tail "),
                refused("a\r\nHost: evil"),
                refused("a\u{0}b"),
                refused("токен"),
                refused(&"t".repeat(4097)),
                refused(&"t".repeat(1 << 20)),
            ]
            .join("\n"),
            @r"
        the token is empty
        the token holds a space or another illegal character at byte 0
        the token holds a space or another illegal character at byte 3
        the token holds a space or another illegal character at byte 4
        the token holds a space or another illegal character at byte 1
        the token holds a space or another illegal character at byte 1
        the token holds a space or another illegal character at byte 0
        the token has 4097 bytes: 4096 are the most
        the token has 1048576 bytes: 4096 are the most
        "
        );
    }

    #[test]
    fn the_longest_token_is_taken() {
        assert!(Token::new("t".repeat(4096)).unwrap().header().unwrap().is_sensitive());
    }
}
