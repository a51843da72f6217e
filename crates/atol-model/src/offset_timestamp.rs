//! An instant that remembers how it was written: its UTC offset, fraction, separator and zone notation.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};
use serde_core::de::{Deserialize, Deserializer, Visitor};
use serde_core::ser::{Serialize, Serializer};

use self::notation::{Notation, Separator, Zone};
use self::reader::{parse, parse_iso};
use self::text::Text;
use crate::error::{Error, ErrorKind};

mod notation;
mod reader;
#[cfg(test)]
mod tests;
mod text;

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
/// From the year 1 to 9999-12-30T22:00:00Z, where [`Timestamp`] ends: the last day of the calendar, with which some
/// programs mean "never", is beyond. A value made from an earlier [`Timestamp`] prints as jiff prints it and cannot be read
/// back.
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
    /// use atol_model::jiff::{Timestamp, tz};
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
    /// use atol_model::jiff::tz::{self, Offset};
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

    /// The same instant, written so that it can be read back where a missing zone means UTC.
    pub(crate) fn with_zone_unless_utc(self) -> Self {
        let is_understood = self.offset() == Offset::UTC && self.notation().separator != Separator::Dots;
        if is_understood { self } else { self.with_zone() }
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
        let notation = self.notation();
        Text::new(notation.offset.to_datetime(self.timestamp()), notation)
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
