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
    registration_number.len() == 16
        && registration_number
            .get(..10)
            .and_then(|number| complete(number.parse().ok()?, inn, serial_number))
            .is_some_and(|complete| complete == registration_number)
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
    if number > 9_999_999_999 || inn.len() > 12 || serial_number.len() > 20 {
        return None;
    }
    let checked = format!("{number:010}{inn:0>12}{serial_number:0>20}");
    Some(format!("{number:010}{:06}", crc16(checked.as_bytes())))
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        (0..8).fold(
            crc ^ u16::from(byte) << 8,
            |crc: u16, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_catalogued_one() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
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
