//! A register at a moment: a pure function of the seed, the register and the time.

use atol_model::{Kkt, NetworkErrorCode, OffsetTimestamp};
use jiff::Timestamp;

use super::dice::{Dice, Purpose};
use super::register::{CAPACITY, DAY, HOUR, LINK_ERRORS, MOSCOW, Outage, Register};
use super::trouble::Oddity;

/// An unconfirmed document of this age stops the ФН.
const BLOCKED_AFTER: i64 = 30 * DAY;
/// A shift that is older makes no more receipts.
const LONGEST_SHIFT: i64 = DAY;

/// What the counters of a register show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counters {
    signed: u64,
    shift_open: bool,
    shift_number: u64,
    shift_receipt: u64,
}

/// One ФН of a register, from its activation on.
#[derive(Clone, Copy, Debug)]
struct Storage {
    ordinal: i64,
    activation: i64,
    expiration: i64,
}

impl Register {
    /// The register as the service knows it at that time.
    pub(super) fn at(&self, time: i64) -> Kkt {
        let formed = self.formed(time);
        let storage = self.storage(formed);
        let outage = self.outage_at(formed);
        let first_unsent =
            outage.as_ref().map(|outage| self.first_document(outage.time.start.max(storage.activation)));
        let stopped = first_unsent.map_or(i64::MAX, |first| first + BLOCKED_AFTER).min(storage.expiration);

        let counters = self.shown(storage, formed.min(stopped));
        let unsent = outage.as_ref().map_or(0, |outage| {
            counters
                .signed
                .saturating_sub(self.counters(storage, outage.time.start.max(storage.activation)).signed)
        });

        let kkt = Kkt::builder(self.serial.clone())
            .registration_number(self.registration_number.clone())
            .device_number(self.device_number.clone())
            .fiscalization_date(timestamp(storage.activation))
            .fiscal_storage_expiration(timestamp(storage.expiration))
            .signed_documents(counters.signed)
            .fiscal_storage_percentage_use(percentage(counters.signed))
            .fiscal_storage_inn(self.inn.clone())
            .fiscal_storage_serial_number(self.storage_serial(storage))
            .fiscal_storage_payment_address(self.payment_address.clone())
            .group_code(self.group_code.clone())
            .timestamp(timestamp(formed))
            .is_shift_opened(counters.shift_open)
            .shift_number(counters.shift_number)
            .shift_receipt(counters.shift_receipt)
            .network_error_code(outage.as_ref().map_or(NetworkErrorCode::NoError, |outage| outage.code));
        let mut kkt = match self.oddity {
            // The text is JSON, so there is always the first.
            Some(Oddity::ExtraMember) => kkt.clone().extra("ffdVersion", "\"1.2\"").unwrap_or(kkt),
            _ => kkt,
        }
        .build();
        if let (Some(first), true) = (first_unsent, unsent > 0) {
            kkt.unsent_docs = Some(unsent);
            kkt.first_unsent_doc_timestamp = Some(timestamp(first));
        }
        if self.oddity == Some(Oddity::Nulls) {
            self.forget(&mut kkt);
        }
        kkt
    }

    /// When the data was formed that is answered at that time: within the last minute, unless the register is silent.
    fn formed(&self, time: i64) -> i64 {
        match &self.silence {
            Some(silence) if silence.contains(&time) => silence.start,
            _ => time - (time + self.index.cast_signed() * 7).rem_euclid(60),
        }
    }

    /// The ФН in use.
    fn storage(&self, time: i64) -> Storage {
        let period = self.storage_period * DAY;
        let ordinal = (time - self.activation).div_euclid(period);
        let activation = self.activation + ordinal * period;
        let expiration = midnight(activation, MOSCOW) + self.storage_life * DAY;
        Storage { ordinal, activation, expiration }
    }

    /// The loss of the link that lasts at that time.
    fn outage_at(&self, time: i64) -> Option<Outage> {
        if let Some(outage) = &self.outage
            && outage.time.contains(&time)
        {
            return Some(outage.clone());
        }
        // Every register loses its link for a while every few days, but nobody at the epoch who is not meant to.
        let mut dice = Dice::new(self.seed, Purpose::Outage, self.index);
        let cycle = dice.between(4 * DAY, 12 * DAY);
        let ordinal = (time - self.epoch).div_euclid(cycle);
        let mut dice = Dice::new(self.seed ^ self.index, Purpose::Outage, ordinal.cast_unsigned());
        let start = self.epoch + ordinal * cycle + dice.between(HOUR, cycle - 8 * HOUR);
        let outage =
            Outage { time: start..start + dice.between(HOUR / 6, 6 * HOUR), code: dice.pick(&LINK_ERRORS) };
        outage.time.contains(&time).then_some(outage)
    }

    /// The counters, with a shift that somebody forgot to close.
    fn shown(&self, storage: Storage, time: i64) -> Counters {
        let Some(stuck) = self.stuck_shift.as_ref().filter(|stuck| stuck.contains(&time)) else {
            return self.counters(storage, time);
        };
        let opened = self.counters(storage, stuck.start);
        let now = self.counters(storage, time.min(stuck.start + LONGEST_SHIFT));
        Counters {
            signed: now.signed,
            shift_open: true,
            shift_number: opened.shift_number,
            shift_receipt: 1 + now.signed.saturating_sub(opened.signed),
        }
    }

    /// The counters of a register that works every day: a shift opens and closes with the shop.
    fn counters(&self, storage: Storage, time: i64) -> Counters {
        let local = time + self.utc_offset;
        let days = (midnight(time, self.utc_offset) - midnight(storage.activation, self.utc_offset)) / DAY;
        let second = local.rem_euclid(DAY);
        // The first shift is opened on the day after the activation.
        let shifts = if second >= self.open_hours.start { days } else { days - 1 };
        let Some(before) = u64::try_from(shifts).ok().and_then(|shifts| shifts.checked_sub(1)) else {
            // The report on the registration itself.
            return Counters { signed: 1, shift_open: false, shift_number: 0, shift_receipt: 0 };
        };
        let number = before + 1;
        let receipts = self.receipts_until(storage, number) - self.receipts_until(storage, before);
        let closed_shifts = 1 + 2 * before + self.receipts_until(storage, before);
        let counters = if self.open_hours.contains(&second) {
            let passed = (second - self.open_hours.start).unsigned_abs();
            let length = (self.open_hours.end - self.open_hours.start).unsigned_abs();
            let receipts = receipts * passed / length;
            // The opening report is the first document of a shift.
            Counters {
                signed: closed_shifts + 1 + receipts,
                shift_open: true,
                shift_number: number,
                shift_receipt: 1 + receipts,
            }
        } else {
            Counters {
                signed: closed_shifts + 2 + receipts,
                shift_open: false,
                shift_number: number,
                shift_receipt: receipts,
            }
        };
        Counters { signed: counters.signed.min(CAPACITY), ..counters }
    }

    /// Receipts of the first so many shifts of a ФН. Days differ, and still no sum over them is needed.
    fn receipts_until(&self, storage: Storage, shifts: u64) -> u64 {
        if shifts == 0 {
            return 0;
        }
        let day = shifts ^ (self.index << 20) ^ (storage.ordinal.cast_unsigned() << 52);
        let more = Dice::new(self.seed, Purpose::Day, day).below(self.documents_per_day / 2);
        self.documents_per_day * shifts + more
    }

    /// The moment of the first document at or after that time.
    fn first_document(&self, time: i64) -> i64 {
        let midnight = midnight(time, self.utc_offset);
        let second = time - midnight;
        if second < self.open_hours.start {
            midnight + self.open_hours.start
        } else if second < self.open_hours.end {
            time
        } else {
            midnight + DAY + self.open_hours.start
        }
    }

    /// The number of a ФН: no two of a fleet are alike.
    fn storage_serial(&self, storage: Storage) -> String {
        let model = if self.storage_life < 500 { 9282 } else { 9287 };
        let generation = storage.ordinal.rem_euclid(1_000).unsigned_abs();
        let unit = generation * 1_000_000_000 + self.index % 1_000_000_000;
        // A walk through all numbers of twelve digits, as with the serials.
        let number = unit * 1_618_033 % 1_000_000_000_000;
        format!("{model}{number:012}")
    }

    /// What the service does not know of a register is `null`.
    fn forget(&self, kkt: &mut Kkt) {
        match self.index % 3 {
            0 => kkt.group_code = None,
            1 => kkt.fiscal_storage_payment_address = None,
            _ => {}
        }
        kkt.registration_number = None;
        kkt.shift_receipt = None;
    }
}

/// The last midnight by a clock that is so many seconds ahead of UTC.
fn midnight(time: i64, utc_offset: i64) -> i64 {
    time - (time + utc_offset).rem_euclid(DAY)
}

/// Percent of the capacity, with two digits after the point.
fn percentage(signed: u64) -> f64 {
    let hundredths = u32::try_from(signed * 10_000 / CAPACITY).unwrap_or(u32::MAX);
    f64::from(hundredths) / 100.0
}

/// Far beyond the calendar there is only its end.
fn timestamp(seconds: i64) -> OffsetTimestamp {
    OffsetTimestamp::from(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
}
