//! The serial number that a caller asks for, checked before anything is sent.

use std::fmt;
use std::str::FromStr;

use atol_transport::error::Excerpt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, ErrorKind, Result};

/// The longest serial number of any maker has 20 characters; the limit leaves room without letting abuse through.
const LONGEST: usize = 64;

/// The factory number of a register, trimmed and safe to stand in a path.
///
/// ```
/// use atol_monitor::SerialNumber;
///
/// let serial: SerialNumber = " 00107703864827 ".parse()?;
/// assert_eq!(serial.as_str(), "00107703864827"); // leading zeros count
/// assert!("../../auth".parse::<SerialNumber>().is_err());
/// # Ok::<(), atol_monitor::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(String);

impl SerialNumber {
    /// The text, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as one segment of a path.
    pub(crate) fn path_segment(&self) -> String {
        /// All but the characters that RFC 3986 calls unreserved.
        const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
        utf8_percent_encode(&self.0, &ENCODED).to_string()
    }
}

impl FromStr for SerialNumber {
    type Err = Error;

    /// Trims and checks.
    ///
    /// Refused are blank texts, more than 64 characters, `.` and `..`, and everything that could change the path or
    /// hide in a log: `/`, `\`, `?`, `#`, `%`, white space and control characters.
    fn from_str(text: &str) -> Result<SerialNumber> {
        let serial = text.trim();
        let refuse = |why: &str| {
            Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("the serial number `{}` {why}", Excerpt::of(serial, 40)),
            ))
        };
        if serial.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the serial number is empty: give the factory number of a register, such as 00107703864827",
            ));
        }
        if serial.chars().count() > LONGEST {
            return refuse("is too long: serial numbers have up to 20 characters");
        }
        if matches!(serial, "." | "..") {
            return refuse("is a path, not a number");
        }
        let is_unfit = |char: char| {
            !char.is_ascii_alphanumeric()
                && (char.is_control()
                    || char.is_whitespace()
                    || matches!(char, '/' | '\\' | '?' | '#' | '%')
                    || !char.is_alphanumeric() && !char.is_ascii())
        };
        match serial.chars().find(|&char| is_unfit(char)) {
            Some(char) => refuse(&format!("holds `{}`, which no serial number has", char.escape_default())),
            None => Ok(SerialNumber(serial.to_owned())),
        }
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m06_hostile_serials_are_refused_before_anything_is_sent() {
        let refused = |text: &str| text.parse::<SerialNumber>().unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                refused("  "),
                refused("../../../auth/v1/gettoken"),
                refused("a/b"),
                refused("x?y=1"),
                refused("x#f"),
                refused("//evil/x"),
                refused("1\0"),
                refused("1\r\n2"),
                refused(&"9".repeat(9000)),
                refused(".."),
                refused("1%2e"),
                refused("1\u{202e}2"),
            ]
            .join("\n"),
            @r"
        the serial number is empty: give the factory number of a register, such as 00107703864827
        the serial number `../../../auth/v1/gettoken` holds `/`, which no serial number has
        the serial number `a/b` holds `/`, which no serial number has
        the serial number `x?y=1` holds `?`, which no serial number has
        the serial number `x#f` holds `#`, which no serial number has
        the serial number `//evil/x` holds `/`, which no serial number has
        the serial number `1\u{0}` holds `\u{0}`, which no serial number has
        the serial number `1\r\n2` holds `\r`, which no serial number has
        the serial number `9999999999999999999999999999999999999999…` is too long: serial numbers have up to 20 characters
        the serial number `..` is a path, not a number
        the serial number `1%2e` holds `%`, which no serial number has
        the serial number `1\u{202e}2` holds `\u{202e}`, which no serial number has
        "
        );
    }

    #[test]
    fn m06_other_letters_are_percent_encoded() {
        assert_eq!("ККТ1&".parse::<SerialNumber>().unwrap().path_segment(), "%D0%9A%D0%9A%D0%A21%26");
    }
}
