//! РНМ: the number under which the tax service registered a register.

/// Whether an РНМ belongs to this taxpayer and this register: 10 digits of its own and 6 of a checksum over all three.
///
/// ```
/// assert!(atol_model::registration_number::is_valid("0000000003027865", "3026455760", "00107703864827"));
/// assert!(!atol_model::registration_number::is_valid("0000000003027865", "7707083893", "00107703864827"));
/// ```
///
/// The checksum is CRC-16/CCITT-FALSE over the 10 digits, the ИНН padded to 12 and the serial number padded to 20
/// places, as two independent public implementations compute it.
pub fn is_valid(registration_number: &str, inn: &str, serial_number: &str) -> bool {
    let is_digits = registration_number.bytes().all(|byte| byte.is_ascii_digit());
    if registration_number.len() != 16 || !is_digits {
        return false;
    }
    let (number, checksum) = registration_number.split_at(10);
    checked(number, inn, serial_number).is_some_and(|crc| checksum.parse() == Ok(u32::from(crc)))
}

/// The РНМ with the registry's `number` for a taxpayer and a register.
///
/// ```
/// use atol_model::registration_number;
///
/// let number = registration_number::complete(3, "3026455760", "00107703864827");
/// assert_eq!(number.as_deref(), Some("0000000003027865"));
/// ```
///
/// `None` when the number has more than 10 digits, the ИНН more than 12 characters or the serial number more than 20.
pub fn complete(number: u64, inn: &str, serial_number: &str) -> Option<String> {
    let number = format!("{number:010}");
    let crc = checked(&number, inn, serial_number)?;
    Some(format!("{number}{crc:06}"))
}

/// The checksum over all three, each filled up with zeros; `None` when one is too long for its place.
fn checked(number: &str, inn: &str, serial_number: &str) -> Option<u16> {
    [(number, 10), (inn, 12), (serial_number, 20)].into_iter().try_fold(0xFFFF, |crc, (text, width)| {
        let zeros = usize::checked_sub(width, text.len())?;
        Some(text.bytes().fold((0..zeros).fold(crc, |crc, _| crc16(crc, b'0')), crc16))
    })
}

/// CRC-16/CCITT-FALSE, a byte further: polynomial 0x1021, start 0xFFFF, nothing reflected.
fn crc16(crc: u16, byte: u8) -> u16 {
    let [high, _] = crc.to_be_bytes();
    crc << 8 ^ TABLE.get(usize::from(high ^ byte)).copied().unwrap_or_default()
}

/// What each value of the high byte adds; eight steps in one, because every register of a fleet is checked.
const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0_u16;
    while index < 256 {
        let mut crc = index << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
            bit += 1;
        }
        table[index as usize] = crc;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_catalogued_one() {
        assert_eq!(b"123456789".iter().fold(0xFFFF, |crc, &byte| crc16(crc, byte)), 0x29B1);
    }

    #[test]
    fn known_numbers_are_valid() {
        assert!(is_valid("0000000003027865", "3026455760", "00107703864827"));
        assert!(is_valid("0000000001062563", "7708274185", "00000000177044008917"));
    }

    #[test]
    fn odd_texts_are_not() {
        for number in
            ["", "0000000003027864", "000000000302786", "+000000003027865", "юююююююю", "0000000003юю65"]
        {
            assert!(!is_valid(number, "3026455760", "00107703864827"), "{number}");
        }
        assert_eq!(complete(10_000_000_000, "3026455760", "1"), None);
    }
}
