//! An instant that remembers how it was written: its UTC offset, fraction, separator and zone notation.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime, civil};
use serde_core::de::{Deserialize, Deserializer, Visitor};
use serde_core::ser::{Serialize, Serializer};

use crate::error::{Error, ErrorKind};

/// An instant together with the UTC offset it was written with; prints back what it read.
///
/// ```
/// use atol_model::OffsetTimestamp;
///
/// let moscow: OffsetTimestamp = "2020-11-03T00:00:00+03:00".parse()?;
/// let utc: OffsetTimestamp = "2020-11-02T21:00:00+00:00".parse()?;
///
/// assert_eq!(moscow, utc); // the same instant …
/// assert_eq!(moscow.to_string(), "2020-11-03T00:00:00+03:00"); // … each in its own words
/// assert_eq!(moscow.timestamp().to_string(), "2020-11-02T21:00:00Z");
/// assert_eq!(moscow.offset().seconds(), 3 * 3600);
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// # What is read
///
/// The service writes `2019-07-22T14:03:00+00:00`. Also accepted, and printed back as they came: `Z`, `+0300` and `+03`
/// for the zone, one to nine digits of fraction, a space for the `T`. The calendar is strict: 31 February, `24:00`, a
/// leap second, the year 0 and anything that is not a date are errors, and so is a date without a zone. Where a zone is
/// known to be left out, [`parse_assuming`](Self::parse_assuming) says which one is meant.
///
/// # Equality, order, size
///
/// As with [`jiff::ZonedDateTime`], equality, order and hash look at the instant alone. A value takes 16 bytes, an
/// `Option` of it too.
///
/// # Range
///
/// The years 1 to 9999. A value made from an earlier [`Timestamp`] prints as jiff prints it and cannot be read back.
#[derive(Clone, Copy)]
pub struct OffsetTimestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down. Always in the range of [`Timestamp`].
    seconds: i64,
    /// Nanoseconds on top of `seconds`, less than a second.
    nanoseconds: u32,
    /// Offset and notation, packed: see [`Notation`]. Never zero, which makes an `Option` as small as the value.
    notation: NonZeroU32,
}

impl OffsetTimestamp {
    /// An instant with an offset, written in the service's own form: `2019-07-22T14:03:00+00:00`.
    ///
    /// ```
    /// use atol_model::OffsetTimestamp;
    /// use jiff::{Timestamp, tz};
    ///
    /// let instant = Timestamp::from_second(1_563_804_180)?;
    /// assert_eq!(OffsetTimestamp::new(instant, tz::offset(3)).to_string(), "2019-07-22T17:03:00+03:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A fraction is printed with as many digits as it needs: none, 3, 6 or 9.
    pub fn new(timestamp: Timestamp, offset: Offset) -> Self {
        let nanoseconds = timestamp.subsec_nanosecond();
        let precision = match nanoseconds {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        let notation = Notation { offset, precision, separator: Separator::T, zone: Zone::Colon };
        Self::pack(timestamp, notation)
    }

    /// Reads a date and time that may come without a zone, in which case `offset` is meant.
    ///
    /// ```
    /// use atol_model::OffsetTimestamp;
    /// use jiff::tz::{self, Offset};
    ///
    /// let formed = OffsetTimestamp::parse_assuming("2019-12-05T10:45:30", Offset::UTC)?;
    /// assert_eq!(formed.timestamp().to_string(), "2019-12-05T10:45:30Z");
    /// assert_eq!(formed.to_string(), "2019-12-05T10:45:30"); // as it came
    ///
    /// let envelope = OffsetTimestamp::parse_assuming("30.11.2017 17:58:53", tz::offset(3))?;
    /// assert_eq!(envelope.timestamp().to_string(), "2017-11-30T14:58:53Z");
    /// # Ok::<(), atol_model::Error>(())
    /// ```
    ///
    /// Besides the forms of [`OffsetTimestamp`] this reads `dd.mm.yyyy HH:MM:SS`, the form of the time stamps around the
    /// service's answers, which never states a zone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTimestamp`] when the text is not such a date.
    pub fn parse_assuming(text: &str, offset: Offset) -> Result<Self, Error> {
        parse(text, Some(offset)).ok_or_else(|| invalid(text, "a date such as 2019-07-22T14:03:00+00:00"))
    }

    /// The instant.
    pub fn timestamp(self) -> Timestamp {
        // Both parts came out of a `Timestamp`, so the fallback is never taken.
        Timestamp::new(self.seconds, self.nanoseconds.cast_signed()).unwrap_or(Timestamp::MAX)
    }

    /// The UTC offset the instant was written with.
    pub fn offset(self) -> Offset {
        self.notation().offset
    }

    /// The instant in a fixed time zone of its own offset, ready for jiff's calendar arithmetic.
    pub fn to_zoned(self) -> ZonedDateTime {
        self.timestamp().to_zoned_datetime(TimeZone::fixed(self.offset()))
    }

    /// Whether the text left the zone out.
    pub(crate) fn is_zoneless(self) -> bool {
        self.notation().zone == Zone::Absent
    }

    /// The same instant, written so that it can be read back anywhere: with its zone.
    pub(crate) fn with_zone(self) -> Self {
        if self.is_zoneless() { Self::new(self.timestamp(), self.offset()) } else { self }
    }

    fn pack(timestamp: Timestamp, notation: Notation) -> Self {
        let (mut seconds, mut nanoseconds) = (timestamp.as_second(), timestamp.subsec_nanosecond());
        // Before 1970 jiff counts the fraction downwards.
        if nanoseconds < 0 {
            seconds -= 1;
            nanoseconds += 1_000_000_000;
        }
        Self { seconds, nanoseconds: nanoseconds.unsigned_abs(), notation: notation.pack() }
    }

    fn notation(self) -> Notation {
        Notation::unpack(self.notation)
    }

    /// The text, on the stack.
    pub(crate) fn text(self) -> Text {
        let Notation { offset, precision, separator, zone } = self.notation();
        let local = offset.to_datetime(self.timestamp());
        let mut text = Text::default();
        match separator {
            Separator::Dots => {
                text.digits(local.day().unsigned_abs().into(), 2);
                text.push(b'.');
                text.digits(local.month().unsigned_abs().into(), 2);
                text.push(b'.');
                text.digits(local.year().unsigned_abs().into(), 4);
                text.push(b' ');
            }
            Separator::T | Separator::Space => {
                if local.year() < 0 {
                    text.extend(b"-00");
                }
                text.digits(local.year().unsigned_abs().into(), 4);
                text.push(b'-');
                text.digits(local.month().unsigned_abs().into(), 2);
                text.push(b'-');
                text.digits(local.day().unsigned_abs().into(), 2);
                text.push(if separator == Separator::T { b'T' } else { b' ' });
            }
        }
        text.digits(local.hour().unsigned_abs().into(), 2);
        text.push(b':');
        text.digits(local.minute().unsigned_abs().into(), 2);
        text.push(b':');
        text.digits(local.second().unsigned_abs().into(), 2);
        if precision > 0 {
            text.push(b'.');
            text.digits(self.nanoseconds / 10_u32.pow(9 - u32::from(precision)), precision.into());
        }
        text.zone(offset.seconds(), zone);
        text
    }
}

impl PartialEq for OffsetTimestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for OffsetTimestamp {}

impl PartialOrd for OffsetTimestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OffsetTimestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }
}

impl Hash for OffsetTimestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.seconds, self.nanoseconds).hash(state);
    }
}

impl fmt::Debug for OffsetTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was read, or the service's own form for a value made by [`OffsetTimestamp::new`].
impl fmt::Display for OffsetTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

/// Reads the forms with a zone.
impl FromStr for OffsetTimestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text, None).ok_or_else(|| invalid(text, EXPECTED))
    }
}

/// The instant with the offset `+00:00`.
impl From<Timestamp> for OffsetTimestamp {
    fn from(timestamp: Timestamp) -> Self {
        Self::new(timestamp, Offset::UTC)
    }
}

impl From<OffsetTimestamp> for Timestamp {
    fn from(value: OffsetTimestamp) -> Self {
        value.timestamp()
    }
}

impl From<OffsetTimestamp> for ZonedDateTime {
    fn from(value: OffsetTimestamp) -> Self {
        value.to_zoned()
    }
}

/// The instant with the offset its time zone has then; the name of the zone is not kept.
impl From<&ZonedDateTime> for OffsetTimestamp {
    fn from(zoned: &ZonedDateTime) -> Self {
        Self::new(zoned.timestamp(), zoned.offset())
    }
}

/// As `Display`, except that a zone which the text left out is written, because reading demands one.
impl Serialize for OffsetTimestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.with_zone().text().as_str())
    }
}

/// As `FromStr`.
impl<'de> Deserialize<'de> for OffsetTimestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimestampVisitor { zoneless: None })
    }
}

/// What a reader is told to write instead.
pub(crate) const EXPECTED: &str = "a date with a UTC offset such as 2019-07-22T14:03:00+00:00";

/// Reads a timestamp out of any serde format.
pub(crate) struct TimestampVisitor {
    /// The offset meant by a text without a zone; `None` refuses such a text.
    pub(crate) zoneless: Option<Offset>,
}

impl Visitor<'_> for TimestampVisitor {
    type Value = OffsetTimestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: serde_core::de::Error>(self, text: &str) -> Result<OffsetTimestamp, E> {
        parse_iso(text.as_bytes(), self.zoneless)
            .ok_or_else(|| E::invalid_value(serde_core::de::Unexpected::Str(text), &self))
    }
}

fn invalid(text: &str, expected: &'static str) -> Error {
    Error::new(ErrorKind::InvalidTimestamp).expected(expected).found_text(text)
}

fn parse(text: &str, zoneless: Option<Offset>) -> Option<OffsetTimestamp> {
    parse_iso(text.as_bytes(), zoneless).or_else(|| parse_dotted(text.as_bytes(), zoneless?))
}

fn parse_iso(text: &[u8], zoneless: Option<Offset>) -> Option<OffsetTimestamp> {
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        separator @ (b'T' | b' '),
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        ref rest @ ..,
    ] = text
    else {
        return None;
    };
    let (nanoseconds, precision, rest) = fraction(rest)?;
    let local = civil_time([y0, y1, y2, y3], [m0, m1], [d0, d1], [h0, h1, n0, n1, s0, s1], nanoseconds)?;
    let (offset, zone) = if rest.is_empty() { (zoneless?, Zone::Absent) } else { zone(rest)? };
    let separator = if separator == b'T' { Separator::T } else { Separator::Space };
    let timestamp = offset.to_timestamp(local).ok()?;
    Some(OffsetTimestamp::pack(timestamp, Notation { offset, precision, separator, zone }))
}

/// `30.11.2017 17:58:53`.
fn parse_dotted(text: &[u8], offset: Offset) -> Option<OffsetTimestamp> {
    let &[d0, d1, b'.', m0, m1, b'.', y0, y1, y2, y3, b' ', h0, h1, b':', n0, n1, b':', s0, s1] = text else {
        return None;
    };
    let local = civil_time([y0, y1, y2, y3], [m0, m1], [d0, d1], [h0, h1, n0, n1, s0, s1], 0)?;
    let timestamp = offset.to_timestamp(local).ok()?;
    let notation = Notation { offset, precision: 0, separator: Separator::Dots, zone: Zone::Absent };
    Some(OffsetTimestamp::pack(timestamp, notation))
}

/// The calendar's rules are jiff's; the year 0, which jiff knows, is nobody's date here.
fn civil_time(
    [y0, y1, y2, y3]: [u8; 4],
    [m0, m1]: [u8; 2],
    [d0, d1]: [u8; 2],
    [h0, h1, n0, n1, s0, s1]: [u8; 6],
    nanoseconds: u32,
) -> Option<civil::DateTime> {
    let year = i16::from(two(y0, y1)?) * 100 + i16::from(two(y2, y3)?);
    if year == 0 {
        return None;
    }
    let (month, day) = (two(m0, m1)?, two(d0, d1)?);
    let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
    civil::DateTime::new(year, month, day, hour, minute, second, nanoseconds.cast_signed()).ok()
}

/// `.123` and what follows; nothing when there is no point.
fn fraction(text: &[u8]) -> Option<(u32, u8, &[u8])> {
    let [b'.', rest @ ..] = text else {
        return Some((0, 0, text));
    };
    let (mut nanoseconds, mut precision, mut rest) = (0, 0_u8, rest);
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        if precision == 9 {
            return None;
        }
        nanoseconds = nanoseconds * 10 + u32::from(digit - b'0');
        precision += 1;
        rest = tail;
    }
    (precision > 0).then(|| (nanoseconds * 10_u32.pow(9 - u32::from(precision)), precision, rest))
}

fn zone(text: &[u8]) -> Option<(Offset, Zone)> {
    let (sign, digits) = match text {
        b"Z" => return Some((Offset::UTC, Zone::Z)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hour, minute, second, zone) = match *digits {
        [h0, h1, b':', m0, m1] => (two(h0, h1)?, two(m0, m1)?, 0, Zone::Colon),
        [h0, h1, m0, m1] => (two(h0, h1)?, two(m0, m1)?, 0, Zone::Basic),
        [h0, h1] => (two(h0, h1)?, 0, 0, Zone::Hour),
        // Local mean times of long ago; written by `new`, not by the service.
        [h0, h1, b':', m0, m1, b':', s0, s1] => (two(h0, h1)?, two(m0, m1)?, two(s0, s1)?, Zone::Colon),
        _ => return None,
    };
    if minute > 59 || second > 59 {
        return None;
    }
    let seconds = sign * (i32::from(hour) * 3600 + i32::from(minute) * 60 + i32::from(second));
    let zone = match (seconds, sign, zone) {
        // RFC 3339 gives `-00:00` a meaning of its own, so it must not come back as `+00:00`.
        (0, -1, Zone::Colon) if digits.len() == 5 => Zone::MinusZero,
        (0, -1, _) => return None,
        _ => zone,
    };
    Some((Offset::from_seconds(seconds).ok()?, zone))
}

fn two(tens: u8, units: u8) -> Option<i8> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    (tens < 10 && units < 10).then(|| (tens * 10 + units).cast_signed())
}

/// How an instant was written.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Notation {
    offset: Offset,
    /// Digits of the fraction, 0..=9.
    precision: u8,
    separator: Separator,
    zone: Zone,
}

/// What stands between date and time; dots also turn the date round.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Separator {
    T,
    Space,
    Dots,
}

/// How the offset was spelled.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Zone {
    Colon,
    Basic,
    Hour,
    Z,
    MinusZero,
    Absent,
}

impl Notation {
    /// jiff's offsets end at 25:59:59 either way; this makes them positive.
    const OFFSET_BIAS: i32 = 1 << 17;

    /// From the lowest bit: 1 always set, 18 offset, 4 precision, 2 separator, 3 zone.
    fn pack(self) -> NonZeroU32 {
        let offset = (self.offset.seconds() + Self::OFFSET_BIAS).cast_unsigned();
        let spelling = u32::from(self.precision) | (self.separator as u32) << 4 | (self.zone as u32) << 6;
        NonZeroU32::MIN | offset << 1 | spelling << 19
    }

    fn unpack(bits: NonZeroU32) -> Self {
        let bits = bits.get();
        let seconds = ((bits >> 1) & 0x3_FFFF).cast_signed() - Self::OFFSET_BIAS;
        Self {
            // It came out of an `Offset`, so the fallback is never taken.
            offset: Offset::from_seconds(seconds).unwrap_or(Offset::UTC),
            precision: (bits >> 19 & 0xF) as u8,
            separator: match bits >> 23 & 0b11 {
                0 => Separator::T,
                1 => Separator::Space,
                _ => Separator::Dots,
            },
            zone: match bits >> 25 {
                0 => Zone::Colon,
                1 => Zone::Basic,
                2 => Zone::Hour,
                3 => Zone::Z,
                4 => Zone::MinusZero,
                _ => Zone::Absent,
            },
        }
    }
}

/// A timestamp's text without an allocation; the longest is `-009999-01-01T00:00:00.000000000+25:59:59`.
pub(crate) struct Text {
    bytes: [u8; 48],
    len: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: [0; 48], len: 0 }
    }
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.len).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.len) {
            *free = byte;
            self.len += 1;
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.push(byte);
        }
    }

    fn digits(&mut self, number: u32, width: u32) {
        for place in (0..width).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.push(b'0' + digit as u8);
        }
    }

    fn zone(&mut self, seconds: i32, zone: Zone) {
        let (size, sign) = (seconds.unsigned_abs(), if seconds < 0 { b'-' } else { b'+' });
        let (hour, minute, second) = (size / 3600, size / 60 % 60, size % 60);
        match zone {
            Zone::Absent => {}
            Zone::Z => self.push(b'Z'),
            Zone::MinusZero => self.extend(b"-00:00"),
            Zone::Hour => {
                self.push(sign);
                self.digits(hour, 2);
            }
            Zone::Basic => {
                self.push(sign);
                self.digits(hour, 2);
                self.digits(minute, 2);
            }
            Zone::Colon => {
                self.push(sign);
                self.digits(hour, 2);
                self.push(b':');
                self.digits(minute, 2);
                if second > 0 {
                    self.push(b':');
                    self.digits(second, 2);
                }
            }
        }
    }
}
