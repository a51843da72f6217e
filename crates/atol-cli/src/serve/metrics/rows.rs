//! What the gauges tell of each register, side by side in memory.

use super::{Number, REGISTER_GAUGES};
use crate::serve::state::Register;

/// A row for each register.
///
/// The text has every register once in each gauge, and the registers lie all over the memory: of a fleet that has left
/// the processor's caches, going from one to the next takes longer than the text. So they are walked through once, and
/// the gauges walk through this.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    rows: Vec<Row<'a>>,
    /// Those of all rows, one behind the other.
    serial_numbers: String,
}

#[derive(Debug)]
struct Row<'a> {
    account: &'a str,
    serial_number_bytes: usize,
    numbers: Numbers,
}

/// In the order of the gauges.
type Numbers = [Option<Number>; REGISTER_GAUGES.len()];

impl<'a> Rows<'a> {
    pub(super) fn with_capacity(registers: usize) -> Rows<'a> {
        Rows { rows: Vec::with_capacity(registers), serial_numbers: String::new() }
    }

    pub(super) fn push(&mut self, register: &Register<'a>) {
        let serial_number = &register.kkt.serial_number;
        self.serial_numbers.push_str(serial_number);
        self.rows.push(Row {
            account: register.account,
            serial_number_bytes: serial_number.len(),
            numbers: REGISTER_GAUGES.map(|gauge| (gauge.value)(register)),
        });
    }

    /// Account, serial number and numbers of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str, &Numbers)> {
        let mut rest = self.serial_numbers.as_str();
        self.rows.iter().map(move |Row { account, serial_number_bytes, numbers }| {
            let (serial_number, behind) = rest.split_at(*serial_number_bytes);
            rest = behind;
            (*account, serial_number, numbers)
        })
    }
}
