//! A timestamp's text, put together on the stack.

use jiff::civil;

use super::notation::{Notation, Separator, Zone};

/// A timestamp's text without an allocation; the longest is `-009999-01-01T00:00:00.000000000+25:59:59`.
pub(crate) struct Text {
    bytes: [u8; 48],
    len: usize,
}

impl Text {
    /// The local date and time in a notation.
    pub(super) fn new(local: civil::DateTime, notation: Notation) -> Self {
        let Notation { offset, precision, separator, zone } = notation;
        let mut text = Self { bytes: [0; 48], len: 0 };
        let [y0, y1, y2, y3] = four(local.year().unsigned_abs());
        let ([m0, m1], [d0, d1]) = (two(local.month()), two(local.day()));
        let ([h0, h1], [n0, n1], [s0, s1]) = (two(local.hour()), two(local.minute()), two(local.second()));
        let separator = match separator {
            Separator::T => b'T',
            Separator::Space => b' ',
            Separator::Dots => {
                text.extend(&[d0, d1, b'.', m0, m1, b'.', y0, y1, y2, y3, b' ']);
                text.extend(&[h0, h1, b':', n0, n1, b':', s0, s1]);
                return text;
            }
        };
        if local.year() < 0 {
            text.extend(b"-00");
        }
        text.extend(&[
            y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, separator, h0, h1, b':', n0, n1, b':', s0, s1,
        ]);
        if precision > 0 {
            text.fraction(local.subsec_nanosecond().unsigned_abs(), precision.into());
        }
        text.zone(offset.seconds(), zone);
        text
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn extend(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(free) = self.bytes.get_mut(self.len..end) {
            free.copy_from_slice(bytes);
            self.len = end;
        }
    }

    fn fraction(&mut self, nanoseconds: u32, precision: u32) {
        self.extend(b".");
        for place in (9 - precision..9).rev() {
            self.extend(&[digit(nanoseconds / 10_u32.pow(place) % 10)]);
        }
    }

    fn zone(&mut self, seconds: i32, zone: Zone) {
        let (size, sign) = (seconds.unsigned_abs(), if seconds < 0 { b'-' } else { b'+' });
        let pair = |number: u32| [digit(number / 10), digit(number % 10)];
        let ([h0, h1], [m0, m1], [s0, s1]) = (pair(size / 3600), pair(size / 60 % 60), pair(size % 60));
        match zone {
            Zone::Absent => {}
            Zone::Z => self.extend(b"Z"),
            Zone::MinusZero => self.extend(b"-00:00"),
            Zone::Hour => self.extend(&[sign, h0, h1]),
            Zone::Basic => self.extend(&[sign, h0, h1, m0, m1]),
            Zone::Colon => {
                self.extend(&[sign, h0, h1, b':', m0, m1]);
                if size % 60 > 0 {
                    self.extend(&[b':', s0, s1]);
                }
            }
        }
    }
}

/// The digits of a month, a day, an hour, a minute or a second, which jiff keeps between 0 and 59.
fn two(number: i8) -> [u8; 2] {
    let number = number.unsigned_abs();
    [b'0' + number / 10, b'0' + number % 10]
}

/// The digits of a year, which jiff keeps below 10 000.
fn four(number: u16) -> [u8; 4] {
    let number = u32::from(number);
    [digit(number / 1000), digit(number / 100 % 10), digit(number / 10 % 10), digit(number % 10)]
}

/// For a number below 10, so that nothing is cut off.
fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}
