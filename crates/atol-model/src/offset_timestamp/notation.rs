//! How an instant was written, packed into 32 bits.

use std::num::NonZeroU32;

use jiff::tz::Offset;

/// How an instant was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Notation {
    pub(super) offset: Offset,
    /// Digits of the fraction, 0..=9.
    pub(super) precision: u8,
    pub(super) separator: Separator,
    pub(super) zone: Zone,
}

/// What stands between date and time; dots also turn the date round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Separator {
    T,
    Space,
    Dots,
}

/// How the offset was spelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Zone {
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
    pub(super) fn pack(self) -> NonZeroU32 {
        let offset = (self.offset.seconds() + Self::OFFSET_BIAS).cast_unsigned();
        let spelling = u32::from(self.precision) | (self.separator as u32) << 4 | (self.zone as u32) << 6;
        NonZeroU32::MIN | offset << 1 | spelling << 19
    }

    pub(super) fn unpack(bits: NonZeroU32) -> Self {
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
