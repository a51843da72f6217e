//! One made register: what about it never changes, and the windows in which it is in trouble.

use std::ops::Range;

use atol_model::{NetworkErrorCode, registration_number};

use super::dice::{Dice, Purpose};
use super::organisation::Organisation;
use super::trouble::{Oddity, Trouble};

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;
/// The places of settlement may be anywhere, the ФН expires at midnight in Moscow.
pub(super) const MOSCOW: i64 = 3 * HOUR;

/// Documents a ФН can sign.
pub(super) const CAPACITY: u64 = 250_000;
/// Models of ФН by days of life: 15 and 36 months.
const SHORT_LIFE: i64 = 470;
const LONG_LIFE: i64 = 1_110;
/// The vendor replaces a ФН so many days before it expires.
const REPLACED_EARLY: i64 = 4;

/// A register of a made fleet. Times are seconds since 1970, lengths are seconds unless they say days.
#[derive(Debug)]
pub(super) struct Register {
    pub(super) seed: u64,
    pub(super) index: u64,
    /// The fleet's `now`: around it the troubles are laid.
    pub(super) epoch: i64,
    pub(super) serial: String,
    pub(super) registration_number: String,
    pub(super) device_number: String,
    pub(super) inn: String,
    pub(super) group_code: String,
    pub(super) payment_address: String,
    pub(super) oddity: Option<Oddity>,

    pub(super) utc_offset: i64,
    /// When the shop is open, in seconds of the local day.
    pub(super) open_hours: Range<i64>,
    pub(super) documents_per_day: u64,

    /// Activation of the ФН that is in use at the epoch.
    pub(super) activation: i64,
    /// Days until a ФН expires.
    pub(super) storage_life: i64,
    /// Days after which the next ФН is put in.
    pub(super) storage_period: i64,

    pub(super) outage: Option<Outage>,
    /// While the data is not formed anew.
    pub(super) silence: Option<Range<i64>>,
    /// While the shift is not closed.
    pub(super) stuck_shift: Option<Range<i64>>,
}

/// A time without a link to the ОФД, and what the register says of it.
#[derive(Clone, Debug)]
pub(super) struct Outage {
    pub(super) time: Range<i64>,
    pub(super) code: NetworkErrorCode,
}

/// How a link can be broken.
pub(super) const LINK_ERRORS: [NetworkErrorCode; 8] = [
    NetworkErrorCode::NoPhysicalLink,
    NetworkErrorCode::NoConnection,
    NetworkErrorCode::SendInterrupted,
    NetworkErrorCode::InvalidSessionHeader,
    NetworkErrorCode::ReceiptTimeout,
    NetworkErrorCode::ReceiptInterrupted,
    NetworkErrorCode::SendTimeout,
    NetworkErrorCode::OfdProcessNotInitialized,
];

/// The last eight digits of a serial walk through all numbers there are: no two registers of a fleet get the same.
const NUMBERS: u64 = 100_000_000;
const STRIDE: u64 = 61_803_399;
/// What undoes the stride: their product is 1 more than a multiple of the numbers.
const STRIDE_BACK: u64 = 82_636_599;

/// The serial of a register, without making the rest of it.
pub(super) fn serial(seed: u64, index: u64) -> String {
    let model = Dice::new(seed, Purpose::Register, index).pick(&[57, 77, 77, 82]);
    let number = (first_number(seed) + index % NUMBERS * STRIDE) % NUMBERS;
    format!("0010{model:02}{number:08}")
}

/// Which register has this serial, if any has; found without looking at the others.
pub(super) fn index_of(seed: u64, wanted: &str) -> Option<u64> {
    let number: u64 =
        wanted.strip_prefix("0010")?.get(2..)?.parse().ok().filter(|number| *number < NUMBERS)?;
    let index = (number + NUMBERS - first_number(seed)) % NUMBERS * STRIDE_BACK % NUMBERS;
    (serial(seed, index) == wanted).then_some(index)
}

fn first_number(seed: u64) -> u64 {
    Dice::new(seed, Purpose::Serial, 0).below(NUMBERS)
}

impl Register {
    pub(super) fn new(seed: u64, index: u64, owner: &Organisation, state: Condition, epoch: i64) -> Self {
        let Condition { trouble, oddity } = state;
        let serial = serial(seed, index);
        let mut dice = Dice::new(seed, Purpose::Register, index);
        // The first number made the serial.
        dice.below(1);
        let city = owner.city(&mut dice);
        let open_hours = open_hours(trouble, &mut dice);
        let storage = Storage::new(trouble, &mut dice);

        let activation_day = epoch + MOSCOW - (epoch + MOSCOW).rem_euclid(DAY) - storage.age * DAY;
        let mut register = Self {
            seed,
            index,
            epoch,
            registration_number: registration_number::complete(30_000 + index, &owner.inn, &serial)
                .unwrap_or_default(),
            serial,
            device_number: format!("KKT{:06}", 24_000 + index),
            inn: owner.inn.clone(),
            group_code: owner.group_code(&mut dice),
            payment_address: owner.payment_address(city, &mut dice),
            oddity,
            utc_offset: city.utc_offset,
            open_hours,
            documents_per_day: storage.documents_per_day,
            activation: activation_day - MOSCOW + dice.between(11 * HOUR, 16 * HOUR),
            storage_life: storage.life,
            storage_period: storage.period,
            outage: None,
            silence: None,
            stuck_shift: None,
        };
        match trouble {
            Some(Trouble::LinkDown) => {
                let code = dice.pick(&LINK_ERRORS);
                let since = epoch - dice.between(HOUR, 6 * HOUR);
                register.outage = Some(Outage { time: since..epoch + dice.between(HOUR, 12 * HOUR), code });
            }
            // Two thirds of a day more, because the first document may come only when the shop opens.
            Some(Trouble::UnsentOld) => register.outage = Some(long_outage(29, epoch, &mut dice)),
            Some(Trouble::UnsentBlocked) => register.outage = Some(long_outage(31, epoch, &mut dice)),
            Some(Trouble::Stale) => {
                let since = epoch - dice.between(5 * HOUR, 3 * DAY);
                register.silence = Some(since..epoch + dice.between(HOUR, DAY));
            }
            Some(Trouble::ShiftStuck) => {
                let local = epoch + register.utc_offset;
                let opened =
                    local - local.rem_euclid(DAY) - DAY + register.open_hours.start - register.utc_offset;
                register.stuck_shift = Some(opened..epoch + dice.between(4 * HOUR, 30 * HOUR));
            }
            _ => {}
        }
        register
    }
}

/// What is wrong and what is odd about a register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) trouble: Option<Trouble>,
    pub(super) oddity: Option<Oddity>,
}

fn open_hours(trouble: Option<Trouble>, dice: &mut Dice) -> Range<i64> {
    // These show their trouble at any time of the day, so they work round the clock.
    let always = matches!(trouble, Some(Trouble::LinkDown | Trouble::ShiftStuck));
    if always || dice.percent(10) {
        return 5 * 60..DAY - 5 * 60;
    }
    let open = 8 * HOUR + dice.between(0, 4) * HOUR / 2;
    open..open + dice.between(10, 12) * HOUR
}

fn long_outage(days: i64, epoch: i64, dice: &mut Dice) -> Outage {
    let since = epoch - days * DAY - 16 * HOUR;
    let code = [
        NetworkErrorCode::NoConnection,
        NetworkErrorCode::ReceiptTimeout,
        NetworkErrorCode::OfdProcessNotInitialized,
    ];
    Outage { time: since..epoch + dice.between(6 * HOUR, 4 * DAY), code: dice.pick(&code) }
}

/// Age, life and fill of a ФН at the epoch. All lengths in days.
struct Storage {
    age: i64,
    life: i64,
    period: i64,
    documents_per_day: u64,
}

impl Storage {
    fn new(trouble: Option<Trouble>, dice: &mut Dice) -> Self {
        let life = if dice.percent(60) { SHORT_LIFE } else { LONG_LIFE };
        // A link that broke an hour ago is seen only if there is a document an hour.
        let least = if trouble == Some(Trouble::LinkDown) { 120 } else { 40 };
        // With these and its two reports a day, a shop uses less than three quarters of a ФН.
        let documents_per_day = dice.between(least, 180_000 / life).unsigned_abs();
        match trouble {
            Some(Trouble::StorageExpiring) => {
                let left = dice.pick(&[2, 6, 12, 25]);
                Self { age: life - left, life, period: life - 1, documents_per_day }
            }
            Some(Trouble::StorageExpired) => {
                Self { age: life + dice.between(1, 4), life, period: life + 6, documents_per_day }
            }
            Some(Trouble::StorageFilling) => {
                Self::filled(dice.between(205_000, 232_000), dice.between(700, 1_000), SHORT_LIFE)
            }
            Some(Trouble::StorageFull) => Self::filled(248_500, dice.between(300, 380), LONG_LIFE),
            _ => {
                let period = life - REPLACED_EARLY;
                Self { age: dice.between(40, life - 60), life, period, documents_per_day }
            }
        }
    }

    /// A ФН that holds about so many documents, and is replaced when no more than a day's documents fit.
    fn filled(documents: i64, per_day: i64, life: i64) -> Self {
        // Two reports a day on top of the receipts.
        let growth = per_day + 2;
        Self {
            age: documents / growth,
            life,
            period: 249_700 / growth,
            documents_per_day: per_day.unsigned_abs(),
        }
    }
}
