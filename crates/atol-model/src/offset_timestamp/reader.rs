//! Reads a timestamp byte by byte; the calendar is jiff's.

use jiff::civil;
use jiff::tz::Offset;

use super::OffsetTimestamp;
use super::notation::{Notation, Separator, Zone};

/// Any form; a text without a zone only when `zoneless` says which offset is meant.
pub(super) fn parse(text: &str, zoneless: Option<Offset>) -> Option<OffsetTimestamp> {
    parse_iso(text.as_bytes(), zoneless).or_else(|| parse_dotted(text.as_bytes(), zoneless?))
}

/// Any form but that with dots.
pub(super) fn parse_iso(text: &[u8], zoneless: Option<Offset>) -> Option<OffsetTimestamp> {
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
        b"+00:00" => return Some((Offset::UTC, Zone::Colon)),
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
        [h0, h1, b':', m0, m1, b':', s0, s1] if [s0, s1] != *b"00" => {
            (two(h0, h1)?, two(m0, m1)?, two(s0, s1)?, Zone::Colon)
        }
        _ => return None,
    };
    if minute > 59 || second > 59 {
        return None;
    }
    let seconds = sign * (i32::from(hour) * 3600 + i32::from(minute) * 60 + i32::from(second));
    let zone = match (seconds, sign, zone) {
        // RFC 3339 gives `-00:00` a meaning of its own, so it must not come back as `+00:00`.
        (0, -1, Zone::Colon) => Zone::MinusZero,
        (0, -1, _) => return None,
        _ => zone,
    };
    Some((Offset::from_seconds(seconds).ok()?, zone))
}

fn two(tens: u8, units: u8) -> Option<i8> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    (tens < 10 && units < 10).then(|| (tens * 10 + units).cast_signed())
}
